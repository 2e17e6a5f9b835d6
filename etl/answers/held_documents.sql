-- Documents that are planned and wait for a person's yes.
select document_id, kind, order_no, document_date, currency, total_amount
from review.documents
where status = 'planned' and needs_person
order by shop, order_no, event
