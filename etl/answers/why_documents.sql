-- The documents made of the order, and how far they have come. $1: order_key.
select told.*
from review.documents as told
inner join core.orders as facts on facts.shop = told.shop and facts.order_no = told.order_no
where facts.order_key = $1
order by told.event
