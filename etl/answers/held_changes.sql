-- What was sent and stands against what the shop says now, and credit notes that are held: the order stays exported, the
-- reason stands on the document.
select shop, order_no, event, code, message as reason, next_step
from review.findings
where effect = 'hold' and event is not null and subject = 'order'
order by code, shop, order_no
