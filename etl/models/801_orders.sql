-- One row per order of the shop. Where does it stand, why, and what can a person do?
-- Architecture §4: every order has exactly one verdict: waiting, held, ready, exported or skipped.
-- Amounts as we worked them out; where we could not, the shop's own. Country: where it is shipped to.
-- An order of which no row could be read is held like any other; nothing more is known of it.
with unread as (
    select files.source, files.shop, rejects.order_no, min(files.file_name) as file_name,
        min(rejects.source_record) as source_record
    from staging.rejects as rejects
    join staging.files as files on files.file_id = rejects.file_id and files.entity = 'orders'
    anti join core.orders as orders on orders.order_no = rejects.order_no and orders.shop = files.shop
    where rejects.order_no is not null
    group by files.source, files.shop, rejects.order_no
)
select
    orders.source,
    orders.shop,
    orders.order_no,
    orders.order_date,
    orders.state,
    orders.customer_name,
    coalesce(
        orders.buyer_type,
        case when orders.customer_ean is not null then 'ean' when orders.vat_number is not null then 'b2b' else 'b2c' end
    ) as buyer_type,
    coalesce(orders.shipping_country, orders.billing_country) as country,
    orders.currency,
    coalesce(verdicts.total_incl_vat, orders.order_total) as total_incl_vat,
    coalesce(verdicts.vat_amount, orders.order_vat) as vat_amount,
    verdicts.verdict,
    verdicts.reason_code,
    replace(replace(replace(coalesce(messages.reason, verdicts.reason_code), '{field}', coalesce(verdicts.field, '')),
        '{value}', coalesce(verdicts.value_read, '')), '{expected}', coalesce(verdicts.expected, '')) as reason,
    replace(replace(replace(messages.next_step, '{field}', coalesce(verdicts.field, '')),
        '{value}', coalesce(verdicts.value_read, '')), '{expected}', coalesce(verdicts.expected, '')) as next_step,
    messages.is_approvable,
    orders.order_id,
    files.file_name,
    orders.first_record as source_record
from core.orders as orders
left join core.verdicts as verdicts on verdicts.order_key = orders.order_key
left join setting.messages as messages on messages.code = verdicts.reason_code
left join staging.files as files on files.file_id = orders.file_id
union all by name
select
    unread.source,
    unread.shop,
    unread.order_no,
    'held' as verdict,
    'ROW_REJECTED' as reason_code,
    replace(replace(messages.reason, '{field}', 'order_no'), '{value}', unread.order_no) as reason,
    replace(replace(messages.next_step, '{field}', 'order_no'), '{value}', unread.order_no) as next_step,
    messages.is_approvable,
    unread.file_name,
    unread.source_record
from unread
left join setting.messages as messages on messages.code = 'ROW_REJECTED'
