-- What would make the money of held orders tie, each way by itself.
select shop, order_no, explanation, settings, next_step, codes, ways, vat_gap, total_gap
from review.explanations
order by shop, order_no, place
