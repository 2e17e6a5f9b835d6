-- One row per order whose Danish buyer's CVR number fails its check digit: told, not held, since real ones do (vat.md 3.1).
-- appends: findings_now
select
    'order' as subject,
    buyers.order_key,
    'warn' as effect,
    'CVR_CHECK_DIGIT' as code,
    'vat_number' as field,
    buyers.vat_number as value_read
from buyers
inner join vat_number_checks as checks
    on checks.vat_number = buyers.vat_number and checks.country is not distinct from buyers.country
where checks.is_check_digit_ok = false and checks.vat_country = 'DK'
