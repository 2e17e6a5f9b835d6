-- One row per order of the shop. Where does it stand, why, and what can a person do?
-- Architecture §4: every order has exactly one verdict: waiting, held, ready, exported or skipped.
-- Amounts as we worked them out; where we could not, the shop's own. Country: where it is shipped to.
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
