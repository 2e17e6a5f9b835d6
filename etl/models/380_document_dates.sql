-- One row per touched order: the day its invoice gets ([documents] date), and the open day it moves to where that is locked.
with wanted as (
    select
        orders.order_key,
        case documents.date_rule
            when 'ordered' then orders.order_date
            when 'paid' then coalesce(orders.paid_date, orders.order_date)
            else coalesce(orders.shipped_date, orders.paid_date, orders.order_date)
        end as wanted_date
    from core.orders as orders
    inner join touched_orders using (order_key)
    inner join setting.documents as documents on documents.shop = orders.shop
)
select
    wanted.order_key,
    wanted.wanted_date,
    case
        when wanted.wanted_date <= periods.locked_until and periods.late = 'move' then periods.locked_until + 1
        else wanted.wanted_date
    end as document_date,
    coalesce(wanted.wanted_date <= periods.locked_until and periods.late <> 'move', false) as is_locked
from wanted
left join setting.periods as periods on true
