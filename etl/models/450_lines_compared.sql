-- One row per sale or refund line with one order: how the order's lines compare, line after line, and what this one should post.
-- Which question: does it clear the receivable? within = yes, so the last line posts what is left of the invoice; part = not yet;
-- excess = more than was paid; unknown = the order does not say what to expect; incomparable = no amount in its currency, no rate.
-- Rule: accounting.md §5 (tolerance, several captures) and §8 (the receivable takes the invoice's rate).
with summed as (
    select
        expected.*,
        direction * order_amount as own,
        sum(direction * order_amount) over lines_of_order as running,
        direction * coalesce(before.taken_amount, 0) as before_amount,
        direction * coalesce(before.taken_posted, 0) as before_posted
    from lines_expected as expected
    left join lines_decided_before as before using (order_key, acquirer, line_type)
    where not is_other_acquirer
    window lines_of_order as (
        partition by order_key, acquirer, line_type order by is_sent desc, occurred_date, line_key rows unbounded preceding
    )
),
reached as (
    select
        *,
        (before_amount + running)::decimal(18, 2) as reached,
        (before_amount + running - own)::decimal(18, 2) as earlier,
        abs(before_amount + running - expected_amount) <= tolerance as is_within,
        abs(before_amount + running - own - expected_amount) <= tolerance as was_within,
        before_amount + running > coalesce(most_amount, order_total) + tolerance as is_excess
    from summed
    cross join setting.matching
),
due as (
    select
        *,
        round(case when is_within then expected_amount else reached end * rate::decimal(18, 8), 2)::decimal(18, 2) as due_now,
        case when own = running then before_posted
            when was_within then round(expected_amount * rate::decimal(18, 8), 2)
            else round(earlier * rate::decimal(18, 8), 2)
        end::decimal(18, 2) as due_before
    from reached
)
select
    line_key,
    order_key,
    is_foreign,
    case when order_amount is null or rate is null then 'incomparable'
        when is_within then 'within'
        when is_excess then 'excess'
        when expected_amount is null or reached > expected_amount then 'unknown'
        else 'part'
    end as comparison,
    order_amount,
    expected_amount,
    reached as reached_amount,
    (direction * (due_now - due_before))::decimal(18, 2) as posted_amount,
    (direction * (
        case when is_within then expected_amount else reached end - case when was_within then expected_amount else earlier end
    ))::decimal(18, 2) as posted_order_amount
from due
