-- One row per sale or refund line of one order: how the order's lines compare, line after line, and what this one
-- should post. Which question: does it clear the receivable? within = yes, so the last line posts what is left of the
-- invoice; part = not yet; excess = more than was paid; unknown = the order does not say what to expect. Without an
-- amount in the order's currency, no row. Rule: accounting.md §5 (tolerance, several captures) and §8 (the receivable
-- takes the invoice's rate).
-- view: read once, by lines_posted
with summed as (
    select
        line_key, order_key, acquirer, line_type, direction, expected_amount, most_amount, rate,
        direction * order_amount as own,
        sum(direction * order_amount) over (
            partition by order_key, acquirer, line_type
            order by is_sent desc, occurred_date, line_key
            rows unbounded preceding
        ) as running
    from lines_expected
    where not is_other_acquirer and direction is not null and order_amount is not null and rate is not null
),
reached as (
    select
        summed.*,
        (running + direction * coalesce(taken_amount, 0))::decimal(18, 2) as reached,
        (running + direction * coalesce(taken_amount, 0) - own)::decimal(18, 2) as earlier,
        direction * coalesce(taken_posted, 0) as taken_posted
    from summed
    left join lines_decided_before using (order_key, acquirer, line_type)
),
judged as (
    select
        *,
        coalesce(abs(reached - expected_amount) <= tolerance, false) as is_within,
        coalesce(reached > most_amount + tolerance, false) as is_excess,
        case when abs(earlier - expected_amount) <= tolerance then expected_amount else earlier end as settled
    from reached
    cross join setting.matching
)
select
    line_key,
    case when is_within then 'within' when is_excess then 'excess'
        when expected_amount is null or reached > expected_amount then 'unknown' else 'part'
    end as comparison,
    reached as reached_amount,
    (direction * (
        round(case when is_within then expected_amount else reached end * rate, 2)
        - case when own = running then taken_posted else round(settled * rate, 2) end
    ))::decimal(18, 2) as posted_amount,
    (direction * (case when is_within then expected_amount else reached end - settled))::decimal(18, 2)
        as posted_order_amount
from judged
