-- One row per payout to decide again: new or superseded lines, an order of a line being decided, a timer that fell due,
-- or changed settings while it is open.
select key as payout_key from ops.touched where kind = 'payout'
union
select payout_key from touched_lines
union
select key as payout_key from ops.timers where kind = 'payout' and due_date <= (select as_of from setting.run)
union
select payouts.payout_key from core.payouts as payouts
where payouts.batch_id is null and exists (select 1 from ops.touched where kind in ('snapshot', 'settings'))
