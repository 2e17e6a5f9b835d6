-- One row per document of the batch being prepared, with its number and its debtor's account given out.
-- Numbers follow (shop, date, key), begin at [numbers] and are never reused (architecture 8).
with chosen as (
    select documents.* exclude (number, batch_id)
    from core.documents as documents
    where documents.batch_id is null and not documents.needs_person
),
last_number as (
    select greatest(
        coalesce((select max(number) from ops.numbers where series = 'sales_order'), 0),
        coalesce((select sales_order from setting.numbers), 1) - 1
    ) as number
)
select
    chosen.* exclude (debtor_account),
    coalesce(chosen.debtor_account, accounts.account) as debtor_account,
    last_number.number
    + row_number() over (order by chosen.shop, chosen.document_date, chosen.order_no, chosen.doc_key) as number
from chosen
cross join last_number
left join batch_accounts as accounts on accounts.buyer_key = chosen.buyer_key
