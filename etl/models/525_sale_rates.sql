-- One row per order with a standing sale: what it came to, and its one VAT rate where it has only one.
-- A rounding line does not make a second rate; a gift card or a tip does, for what is refunded may be either.
select
    order_key,
    min(doc_key) as doc_key,
    sum(gross_ore)::bigint as total_ore,
    count(distinct concat_ws('|', vat_code, vat_rate)) filter (line_type not in ('rounding', 'cash_rounding')) as rates,
    min(vat_code) filter (line_type not in ('rounding', 'cash_rounding')) as vat_code,
    min(vat_rate) filter (line_type not in ('rounding', 'cash_rounding')) as vat_rate,
    min(vat_country) filter (line_type not in ('rounding', 'cash_rounding')) as vat_country,
    min(treatment) filter (line_type not in ('rounding', 'cash_rounding')) as treatment,
    min(rule_id) filter (line_type not in ('rounding', 'cash_rounding')) as rule_id,
    min(case_key) filter (line_type not in ('rounding', 'cash_rounding')) as case_key,
    coalesce(sum(gross_ore) filter (line_type not in ('rounding', 'cash_rounding')), 0)::bigint as rated_ore,
    coalesce(sum(vat_ore), 0)::bigint as vat_ore,
    min(file_id) as file_id,
    min(source_record) as source_record
from standing_lines
group by order_key
