-- One row per period and box of the ordinary VAT return. What do the documents that we sent put there, in the company's currency?
-- amount is in whole kroner, half up, as it is filed (ML s. 57); exact_amount keeps the øre. SALGSMOMS is VAT; B_GOODS_ESL,
-- B_GOODS_NO_ESL, B_SERVICES and C are net amounts. Period: [vat] return_period. Purchases, fees and boxes A are the ERP's.
with chosen as (
    select coalesce(any_value(return_period), 'quarter') as return_period from setting.returns
), boxed as (
    select
        case chosen.return_period
            when 'month' then lines.month
            when 'half_year' then year(lines.document_date) || 'H' || if(month(lines.document_date) < 7, 1, 2)
            else lines.quarter
        end as period,
        lines.dk_box as box,
        if(lines.dk_box = 'SALGSMOMS', lines.vat_company_amount, lines.net_company_amount) as amount
    from review.vat_lines as lines
    cross join chosen
    where lines.dk_box <> 'NONE'
)
select
    period,
    box,
    cast(round(coalesce(sum(amount), 0), 0) as decimal(18, 2)) as amount,
    cast(coalesce(sum(amount), 0) as decimal(18, 2)) as exact_amount
from boxed
group by all
