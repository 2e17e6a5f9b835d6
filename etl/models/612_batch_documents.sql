-- One row per document of the batch being prepared, with its number and account.
-- view: read a few columns at a time
with chosen as (
    select * exclude (number, debtor_account, batch_id) from planned_documents
    union all by name
    select * exclude (number, debtor_account, batch_id) from core.documents where is_resend
)
select
    chosen.*,
    numbers.debtor_account,
    numbers.number
from chosen
inner join batch_numbers as numbers using (doc_key)
