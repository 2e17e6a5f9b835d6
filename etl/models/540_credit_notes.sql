-- One row per credit note to prepare, and how its lines are known: mirror (the whole sale), told (a refunds file names rows),
-- single (one refund line at the sale's only rate), unknown (several rates and no rows: held).
-- Refunds are taken in order of date; none may pass what the sale came to. A change that waits for a person blocks them.
with ordered as (
    select
        wanted.*,
        rates.total_ore,
        rates.rates,
        rates.doc_key as credited_doc_key,
        coalesce(sent.credited_ore, 0) + coalesce(sum(wanted.amount_ore) over earlier, 0) as before_ore
    from refunds_wanted as wanted
    inner join sale_rates as rates using (order_key)
    left join sent_documents as sent using (order_key)
    left join order_facts as facts using (order_key)
    where sent.sale_hash is null or sent.sale_hash = facts.facts_hash
    window earlier as (
        partition by wanted.order_key order by wanted.refund_date nulls last, wanted.event
        rows between unbounded preceding and 1 preceding
    )
),
payout_dates as (
    select order_key, max(payout_date) as payout_date from refund_lines group by order_key
)
select
    ordered.*,
    case
        when amount_ore = total_ore and before_ore = 0 then 'mirror'
        when is_whole and refund_id is not null then 'told'
        when rates = 1 then 'single'
        else 'unknown'
    end as mode,
    before_ore + amount_ore > total_ore as is_excess,
    coalesce(ordered.refund_date, payout_dates.payout_date, run.as_of) as wanted_date,
    ordered.refund_date is null and payout_dates.payout_date is null as is_date_assumed
from ordered
left join payout_dates using (order_key)
cross join setting.run as run
