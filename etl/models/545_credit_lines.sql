-- One row per line of a credit note: negative quantity and amounts. A rate's VAT is what the credits so far come to minus what
-- they came to before, and the last one takes the rest, so that the credits of a sale sum to the sale exactly (vat.md 4.2 (8)):
-- also where a rounding line makes the sale an øre less than its only rate.
with sold as (
    select order_key, vat_code, vat_rate, sum(gross_ore)::bigint as gross_ore, sum(vat_ore)::bigint as vat_ore
    from standing_lines group by order_key, vat_code, vat_rate
),
credited as (
    select documents.order_key, lines.vat_code, lines.vat_rate, -sum(to_ore(lines.gross_amount))::bigint as gross_ore
    from core.documents as documents inner join core.document_lines as lines using (doc_key)
    where documents.batch_id is not null and starts_with(documents.event, 'refund:') and not documents.is_withdrawn
        and documents.order_key in (select order_key from credit_notes)
    group by documents.order_key, lines.vat_code, lines.vat_rate
),
running as (
    select
        credit.*,
        coalesce(credited.gross_ore, 0) + sum(credit.gross_ore) over so_far as upto_ore,
        if(rates.rates = 1, least(sold.gross_ore, rates.total_ore), sold.gross_ore) as sold_ore,
        sold.vat_ore as sold_vat_ore, round(credit.vat_rate * 100)::integer as rate_bp, methods.minor_ore
    from credit_rows as credit
    left join credited on credited.order_key = credit.order_key and credited.vat_code = credit.vat_code
        and credited.vat_rate = credit.vat_rate
    left join sold on sold.order_key = credit.order_key and sold.vat_code = credit.vat_code
        and sold.vat_rate = credit.vat_rate
    left join sale_rates as rates on rates.order_key = credit.order_key
    left join order_methods as methods on methods.order_key = credit.order_key
    window so_far as (partition by credit.order_key, credit.vat_code, credit.vat_rate order by credit.event, credit.source_record)
),
taxed as (
    select
        *,
        -- Never more than the sale's VAT, which a shop that rounds in its own way may have made less than the rate gives.
        if(upto_ore >= sold_ore, sold_vat_ore, least(vat_of_ore(upto_ore::bigint, rate_bp, false, minor_ore), sold_vat_ore))
        - if(
            upto_ore - gross_ore >= sold_ore, sold_vat_ore,
            least(vat_of_ore((upto_ore - gross_ore)::bigint, rate_bp, false, minor_ore), sold_vat_ore)
        ) as vat_ore
    from running
)
select order_key, event, source_record as place, 'item' as line_type, item, text, -quantity as quantity, null as unit_price,
    vat_code, vat_rate, vat_country, treatment, rule_id, case_key, -(gross_ore - vat_ore) as net_ore, -vat_ore as vat_ore, -gross_ore as gross_ore,
    file_id, source_record
from taxed
union all by name
select notes.order_key, notes.event, lines.line_no as place, lines.line_type, lines.item, lines.text,
    -lines.quantity as quantity, lines.unit_price, lines.vat_code, lines.vat_rate, lines.vat_country, lines.treatment,
    lines.rule_id, lines.case_key, -lines.net_ore as net_ore, -lines.vat_ore as vat_ore, -lines.gross_ore as gross_ore, notes.file_id, lines.source_record
from credit_notes as notes
inner join standing_lines as lines using (order_key)
where notes.mode = 'mirror' and not notes.is_excess
