-- One row per correction of a One Stop Shop return that was due more than three years ago. What must be told to the state itself?
-- Such lines are in no return (Directive 2006/112 art. 369g(4)); amounts in the original currency, as they stand on the documents.
select
    oss_period as period,
    correction_period,
    vat_country,
    supply_kind,
    dispatch_country,
    vat_rate,
    currency,
    cast(sum(net_amount) as decimal(18, 2)) as net_amount,
    cast(sum(vat_amount) as decimal(18, 2)) as vat_amount,
    string_agg(distinct document_id, ', ' order by document_id) as documents,
    oss_scheme as scheme
from review.vat_lines
where is_direct
group by all
