-- One row per journal line of the batch, its voucher numbered from the company's one series in order of date and key.
with vouchers as (
    select voucher_key, min(journal_date) as journal_date
    from planned_journal_lines
    where voucher_key not in (select key from plan_excluded)
    group by voucher_key
),
last_number as (
    select greatest(
        coalesce((select max(number) from ops.numbers where series = 'voucher'), 0),
        coalesce((select min(voucher) from setting.numbers), 1) - 1
    ) as number
),
numbered as (
    select
        vouchers.voucher_key,
        last_number.number + row_number() over (order by vouchers.journal_date, vouchers.voucher_key) as voucher
    from vouchers cross join last_number
)
select lines.* exclude (voucher, batch_id), numbered.voucher
from planned_journal_lines as lines
inner join numbered using (voucher_key)
