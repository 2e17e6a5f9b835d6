-- What people decided of the order. $1: order_key.
select decision, code, decided_by, decided_at, note
from ops.decisions
where order_key = $1
order by decision_no
