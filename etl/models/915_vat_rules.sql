-- One row per order that the VAT rules stop (place, number, rate, code): the first line that a rule holds.
-- An invalid number is told before a rate that differs (architecture 4).
-- appends: findings_now
with held as (
    select
        rules.*,
        lines.file_id,
        lines.source_record,
        if(rules.hold_code in ('COUNTRY_MISSING', 'COUNTRY_UNKNOWN', 'VAT_NUMBER_INVALID', 'VAT_NUMBER_UNVERIFIED'), 50, 60)
            as place
    from line_rules as rules
    inner join order_lines as lines on lines.order_key = rules.order_key and lines.line_no = rules.line_no
    where rules.hold_code is not null
)
select
    'order' as subject,
    order_key,
    'hold' as effect,
    place,
    hold_code as code,
    hold_field as field,
    hold_value as value_read,
    hold_expected as expected,
    file_id,
    source_record
from held
qualify row_number() over (partition by order_key, hold_code order by line_no) = 1
