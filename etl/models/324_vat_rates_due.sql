-- One row per sort of line: the rule that decides it, whose VAT is due at which rate, in basis points (25.5 % = 2550; null = no
-- rate is known). The rate is that of the category on the day of supply, in the state (and region) of destination or origin as the
-- rule says. Nothing is said of days more than twelve months after the table was last checked. `legal_rate_bp` is the rate the
-- shop used, where it is some reduced rate of that state. A domestic rate of zero is a treatment of its own.
with ruled as (
    select
        k.kind_id, k.category, k.shop_rate, r.rule_id, r.if_zero_rate, r.rate_source, s.supply_date, a.case_key, a.question_id,
        case
            when r.rate_source in ('origin', 'origin_zero') then s.from_state when r.rate_source = 'none' then v.state
            else s.vat_country
        end as vat_country,
        if(r.rate_source in ('origin', 'origin_zero', 'none'), '', s.region) as region
    from line_supplies as k
    inner join vat_questions as q
        on q.seller_registered = k.seller_registered and q.line_kind = k.line_kind and q.route = k.route and q.buyer = k.buyer
        and q.buyer_number = k.buyer_number and q.special = k.special and q.oss = k.oss and q.threshold = k.threshold
        and q.value_band = k.value_band and q.local_from = k.local_from and q.local_to = k.local_to
        and q.era is not distinct from k.era
    inner join vat_answers as a on a.question_id = q.question_id
    inner join supplies as s on s.supply_id = k.supply_id
    inner join setting.vat_rules as r on r.rule_id = a.rule_id
    inner join vat_seller as v on v.shop = k.shop
),
known as (
    select
        d.kind_id,
        max(r.rate * 100) filter (where r.category = d.category) as rate_bp,
        max(concat_ws('; ', r.source, nullif(r.origin, 'shipped'))) filter (where r.category = d.category) as rate_source,
        max(r.rate * 100) filter (where r.rate = d.shop_rate and r.kind <> 'standard' and r.rate > 0) as legal_rate_bp
    from ruled as d
    inner join setting.vat_rates as r on r.vat_country = d.vat_country and coalesce(r.region, '') = d.region
    where d.rate_source in ('destination', 'origin')
        and d.supply_date between r.valid_from and coalesce(r.valid_to, date '9999-12-31')
        and d.supply_date <= r.checked_on + interval 12 month
    group by d.kind_id
)
select
    d.kind_id, d.vat_country, d.region, d.case_key, d.question_id,
    case when k.rate_bp = 0 and d.if_zero_rate is not null then d.if_zero_rate else d.rule_id end as rule_id,
    case when d.rate_source in ('zero', 'origin_zero', 'none') then 0 else k.rate_bp::integer end as rate_bp,
    k.legal_rate_bp::integer as legal_rate_bp,
    k.rate_source
from ruled as d
left join known as k on k.kind_id = d.kind_id
