-- One row per touched order and reason that a person approved: the finding stays, but decides nothing any more.
select distinct order_key, code, subject from ops.decisions
where decision = 'approve' and code is not null and order_key in (select order_key from touched_orders)
