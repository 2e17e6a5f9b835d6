-- One row per document of the batch being prepared: its number and its debtor's account, given out.
-- Numbers follow (shop, date, key), begin at [numbers] and are never reused (architecture 8); what a person has sent again
-- keeps its own.
with chosen as (
    select doc_key, buyer_key, shop, document_date, order_no, number, debtor_account from planned_documents
    where not needs_person and doc_key not in (select key from plan_excluded)
    union all by name
    select doc_key, buyer_key, shop, document_date, order_no, number, debtor_account from core.documents where is_resend
),
last_number as (
    select greatest(
        coalesce((select max(number) from ops.numbers where series = 'sales_order'), 0),
        coalesce((select sales_order from setting.numbers), 1) - 1
    ) as number
)
select
    chosen.doc_key,
    coalesce(chosen.debtor_account, accounts.account) as debtor_account,
    coalesce(chosen.number, last_number.number + row_number() over (
        order by chosen.number is not null, chosen.shop, chosen.document_date, chosen.order_no, chosen.doc_key
    )) as number
from chosen
cross join last_number
left join batch_accounts as accounts on accounts.buyer_key = chosen.buyer_key
