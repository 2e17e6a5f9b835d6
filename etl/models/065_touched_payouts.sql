-- One row per payout to decide again by itself: new or superseded lines, a timer that fell due, or changed settings while it is
-- open. The payouts of the orders being decided are added by 128, when the orders' facts are known.
select key as payout_key from ops.touched where kind = 'payout'
union
select key as payout_key from ops.timers where kind = 'payout' and due_date <= (select as_of from setting.run)
union
select payouts.payout_key from core.payouts as payouts
where payouts.batch_id is null and exists (select 1 from ops.touched where kind in ('snapshot', 'settings'))
