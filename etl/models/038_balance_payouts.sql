-- One row per line of an acquirer's statement that a transfer to the bank covers, where no line says so itself: the lines between
-- two transfers that both leave nothing on the account. Which question: what was paid out with this transfer? Where a transfer
-- leaves something behind, nobody can say which lines it paid, and they keep waiting. `load_order` says how the rows are ordered.
with moved as (
    select
        source_record,
        concat_ws(' ', acquirer, merchant_account, currency) as account,
        line_type = 'payout' as is_payout,
        coalesce(net_amount, gross_amount - coalesce(fee_amount, 0), -fee_amount, payout_amount) as net_amount,
        balance_amount,
        coalesce(occurred_at, payout_date) as moment,
        if(load_order.is_newest_first, -source_record, source_record) as place
    from load_rows cross join load_order
    where balance_amount is not null and payout_id is null
),
stretches as (
    select
        *,
        count(*) filter (is_payout) over (
            partition by account order by place rows between unbounded preceding and 1 preceding
        ) as stretch
    from moved
),
ends as (
    select
        account,
        stretch,
        arg_min(balance_amount - net_amount, place) as opening,
        arg_max(balance_amount, place) as closing,
        arg_max(is_payout, place) as is_paid_out,
        arg_max(moment, place) as moment
    from stretches
    group by account, stretch
)
select
    stretches.source_record,
    strftime(ends.moment, '%Y-%m-%dT%H:%M:%S') as payout_id,
    ends.moment::date as payout_date
from stretches
inner join ends using (account, stretch)
where ends.is_paid_out and ends.opening = 0 and ends.closing = 0
