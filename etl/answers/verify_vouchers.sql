-- Each voucher and day: debit less credit, which must be 0. A line with an offset account balances by itself.
select
    coalesce(cast(voucher as varchar), cast(voucher_key as varchar)) as voucher,
    journal_date,
    sum(if(offset_account is null, coalesce(debit, 0) - coalesce(credit, 0), 0)) as difference
from core.journal_lines
group by voucher, voucher_key, journal_date
