-- One row per line of a document that was sent, as the VAT returns see it: which period, which rule, which box.
-- Amounts of credit notes are negative. _company_amount is in the company's currency, at the document's own rate.
-- The box, the sales list's and the One Stop Shop's section are those of the rule that decided the line; where an older line names
-- no rule that we have, those of its treatment's usual rule. The returns below are sums of this view.
-- belongs_to: the day of the supply itself: of what a credit note credits, of the day wanted where a locked period moved it.
-- oss_period: the return that declares the line (a quarter; a month for imports). correction_period: the earlier return that it
-- corrects. is_direct: that return was due more than three years ago (Directive 2006/112 art. 369g(4)): it is told to the state itself.
-- oss_line: the line of the return that the amount is part of; empty where it is in none.
with rules as materialized (  -- else the engine fails on grouping by a text of this join ("dict-surviving join")
    select
        rule_id, treatment, coalesce(priority, 1000) as priority, esl, oss_section,  -- domestic_zero is what another rule becomes
        coalesce(if(oss_section = 'union_services', (select any_value(oss_services_box) from setting.returns), null), dk_box) as dk_box,
        if(esl = 'services' or ends_with(oss_section, 'services') or dk_box = 'B_SERVICES', 'services', 'goods') as supply_kind
    from setting.vat_rules
), usual_rules as (
    select
        treatment,
        arg_min(rule_id, (
            list_position(['SALGSMOMS', 'B_GOODS_ESL', 'B_GOODS_NO_ESL', 'B_SERVICES', 'C', 'NONE'], dk_box), priority
        )) as rule_id
    from rules group by treatment
), ruled as (
    select
        lines.*,
        rules.rule_id as known_rule_id,
        rules.esl,
        rules.oss_section,
        rules.dk_box,
        coalesce(rules.supply_kind, 'goods') as supply_kind,
        case lines.treatment when 'OSS_UNION' then 'union' when 'OSS_NONUNION' then 'nonunion' when 'IOSS' then 'ioss' end as oss_scheme
    from core.document_lines as lines
    left join usual_rules as usual on usual.treatment = lines.treatment
    left join rules on rules.rule_id = if(lines.rule_id in (select rule_id from rules), lines.rule_id, usual.rule_id)
), placed as (
    select
        ruled.* exclude (order_key),
        documents.order_key,
        documents.kind,
        documents.shop,
        documents.order_no,
        documents.shop || '/' || documents.order_id || '/' || documents.event as document_id,
        documents.document_date,
        documents.currency,
        documents.debtor_account,
        credited.document_date as credited_date,
        if(documents.currency = company.currency, 1, documents.exchange_rate) as exchange_rate,
        coalesce(credited.wanted_date, credited.document_date, documents.wanted_date, documents.document_date) as belongs_to,
        greatest(documents.document_date, belongs_to) as declared_on,
        company.country as company_country
    from ruled
    join core.documents as documents on documents.doc_key = ruled.doc_key
    cross join setting.company as company
    left join core.documents as credited on credited.doc_key = documents.credited_doc_key
    where documents.batch_id is not null and not coalesce(documents.is_withdrawn, false)
), counted as (
    select
        *,
        if(oss_scheme = 'ioss', strftime(declared_on, '%Y-%m'), year(declared_on) || 'Q' || quarter(declared_on)) as declared_in,
        if(oss_scheme = 'ioss', strftime(belongs_to, '%Y-%m'), year(belongs_to) || 'Q' || quarter(belongs_to)) as belongs_in,
        if(oss_scheme = 'ioss', date_diff('month', belongs_to, declared_on), 3 * date_diff('quarter', belongs_to, declared_on)) as months_late
    from placed
), told as (
    select
        counted.*,
        orders.shop || '/' || orders.order_id as order_id,
        orders.vat_number,
        coalesce(orders.shipping_country, orders.billing_country) as country,
        coalesce(countries.vat_country, counted.company_country) as dispatch_country,
        if(exists (
            select 1 from setting.vat_rates as rates
            where rates.category = 'standard' and rates.vat_country = counted.vat_country and rates.rate = counted.vat_rate
                and counted.belongs_to between rates.valid_from and coalesce(rates.valid_to, date '9999-12-31')
        ), 'standard', 'reduced') as rate_type
    from counted
    left join core.orders as orders on orders.order_key = counted.order_key
    left join setting.vat as vat on vat.shop = orders.shop
    left join setting.countries as countries on countries.iso2 = case
        when counted.supply_kind = 'services' then counted.company_country
        else replace(coalesce(orders.ship_from_country, vat.ship_from, counted.company_country), 'GB', 'XI')
    end
)
select
    order_id,
    line_no,
    kind,
    document_date,
    strftime(document_date, '%Y-%m') as month,
    year(document_date) || 'Q' || quarter(document_date) as quarter,
    year(credited_date) || 'Q' || quarter(credited_date) as credited_quarter,
    strftime(credited_date, '%Y-%m') as credited_month,
    treatment,
    vat_country,
    vat_rate,
    vat_code,
    dk_box,
    esl,
    oss_section,
    dispatch_country,
    vat_number,
    country,
    currency,
    net_amount,
    vat_amount,
    cast(round(net_amount * exchange_rate, 2) as decimal(18, 2)) as net_company_amount,
    cast(round(vat_amount * exchange_rate, 2) as decimal(18, 2)) as vat_company_amount,
    known_rule_id as rule_id,
    supply_kind,
    oss_scheme,
    if(oss_scheme is not null, declared_in, null) as oss_period,
    if(oss_scheme is not null and months_late > 0, belongs_in, null) as correction_period,
    oss_scheme is not null and months_late > 36 as is_direct,
    rate_type,
    if(
        oss_scheme is not null and months_late <= 36,
        concat_ws('|', declared_in, oss_scheme, belongs_in, vat_country, supply_kind, dispatch_country, rate_type, vat_rate, currency),
        null
    ) as oss_line,
    belongs_to,
    shop,
    order_no,
    document_id,
    debtor_account,
    batch_id
from told
