-- One row per document of the batch being prepared: its number and its debtor's account, given out.
-- Numbers follow (shop, date, key), begin at [numbers], or at the shop's own, and are never reused (architecture 8); what a person has sent again
-- keeps its own.
with chosen as (
    select doc_key, buyer_key, shop, document_date, order_no, number, debtor_account from planned_documents
    where not needs_person and doc_key not in (select key from plan_excluded)
    union all by name
    select doc_key, buyer_key, shop, document_date, order_no, number, debtor_account from core.documents where is_resend
),
last_numbers as (
    select
        series.shop,
        series.series,
        greatest(coalesce(max(given.number), 0), coalesce(any_value(series.sales_order), 1) - 1) as number
    from setting.numbers as series
    left join ops.numbers as given using (series)
    group by series.shop, series.series
)
select
    chosen.doc_key,
    coalesce(chosen.debtor_account, accounts.account) as debtor_account,
    last_numbers.series,
    coalesce(chosen.number, last_numbers.number + row_number() over (
        partition by last_numbers.series order by chosen.number is not null, chosen.shop, chosen.document_date, chosen.order_no, chosen.doc_key
    )) as number
from chosen
inner join last_numbers using (shop)
left join batch_accounts as accounts on accounts.buyer_key = chosen.buyer_key
