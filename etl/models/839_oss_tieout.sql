-- One row per sum and per difference between a One Stop Shop return and the lines that were exported. Why is the VAT not the same?
-- In the company's currency: amount is VAT, net_amount the value. side says how to read it: return (what is declared: supplies, and
-- corrections of earlier periods), exported (the lines in the outbox, at the books' own rate), difference (line by line), not_sent
-- (planned documents: in neither). return - exported = the sum of the differences, exactly.
-- what, of a difference: daily_rate (the books' rate of the day against the period's), no_rate_in_books, no_period_rate, direct (too old
-- for a return, told to the state itself), withdrawn (exported, then withdrawn), rounding (a line of the return is converted once).
with declaration as materialized (  -- each is read more than once, and made of the whole chain of views below it
    select * from review.oss_declaration
), every_line as materialized (
    select * from review.oss_lines
), told as (
    select period, if(correction_period is null, 'supplies', 'corrections') as what, 'return' as side, vat_country, correction_period,
        currency, vat_amount as currency_amount, net_company as net_amount, vat_company as amount
    from declaration
    union all by name
    select period, if(state = 'planned', 'planned', 'lines') as what, if(state = 'planned', 'not_sent', 'exported') as side, vat_country,
        correction_period, if(state = 'planned', document_id, null) as document_id, if(state = 'planned', line_no, null) as line_no,
        currency, vat_amount as currency_amount, net_company_amount as net_amount, vat_company_amount as amount
    from every_line
    union all by name
    select
        period,
        case
            when state in ('direct', 'withdrawn') then state
            when vat_declared is null then 'no_period_rate'
            when vat_company_amount is null then 'no_rate_in_books'
            else 'daily_rate'
        end as what,
        'difference' as side, vat_country, correction_period, document_id, line_no, currency, vat_amount as currency_amount,
        if(state = 'declared', coalesce(net_declared, 0), 0) - coalesce(net_company_amount, 0) as net_amount,
        if(state = 'declared', coalesce(vat_declared, 0), 0) - coalesce(vat_company_amount, 0) as amount
    from every_line where state <> 'planned'
    union all by name
    select declared.period, 'rounding' as what, 'difference' as side, declared.vat_country, declared.correction_period,
        declared.currency, declared.net_company - sum(lines.net_declared) as net_amount,
        declared.vat_company - sum(lines.vat_declared) as amount
    from declaration as declared
    join every_line as lines on lines.oss_line = declared.oss_line and lines.state = 'declared'
    where declared.vat_company is not null
    group by declared.oss_line, declared.period, declared.vat_country, declared.correction_period, declared.currency,
        declared.net_company, declared.vat_company
)
select
    period,
    what,
    cast(sum(coalesce(amount, 0)) as decimal(18, 2)) as amount,
    cast(sum(coalesce(net_amount, 0)) as decimal(18, 2)) as net_amount,
    side,
    vat_country,
    correction_period,
    document_id,
    line_no,
    currency,
    cast(sum(currency_amount) as decimal(18, 2)) as currency_amount
from told
group by all
having side <> 'difference' or sum(coalesce(amount, 0)) <> 0 or sum(coalesce(net_amount, 0)) <> 0
