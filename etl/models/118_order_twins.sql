-- One row per touched order whose number another order of the shop bears, where one of the two came without an id of its own:
-- they may be one and the same, so the later one is held.
select mine.order_key, min(other.order_id) as order_id
from core.orders as mine
inner join touched_orders using (order_key)
inner join core.orders as other
    on other.order_no = mine.order_no and other.shop = mine.shop and other.order_key <> mine.order_key
where (mine.order_id = mine.order_no or other.order_id = other.order_no)
    and (mine.file_id, mine.first_record) > (other.file_id, other.first_record)
group by mine.order_key
