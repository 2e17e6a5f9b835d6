-- The order as people see it. $1: order_key.
select told.*
from review.orders as told
inner join core.orders as facts on facts.shop = told.shop and facts.order_no = told.order_no
where facts.order_key = $1
