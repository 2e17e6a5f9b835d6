-- One row per control total that the file being loaded must keep, per payout or account: what its rows come to, what it states,
-- and how many times they differ. Which question: is the file whole, and is it what the acquirer or bank says it is?
-- `movements` (made by staging) has the rows as (source_record, group_name, payout_key, kind, net, gross, fee, fee_vat, balance,
-- stated_total, stated_count, opening, closing); rejected rows are not among them, so a file with any may fail here.
with lines as (
    select * from movements
),
chained as (
    select
        group_name,
        net,
        balance,
        lag(balance) over (partition by group_name order by place) + net as balance_due
    from (
        select *, if(wanted.running_balance = 'newest_first', -source_record, source_record) as place
        from lines cross join load_controls_wanted as wanted
    )
    where balance is not null and net is not null
),
grouped as (
    select
        coalesce(payout_name, '') as group_name, payout_key, count(*) filter (kind <> 'payout') as records,
        sum(net) filter (kind <> 'payout') as net, sum(gross) filter (kind <> 'payout') as gross,
        sum(if(kind = 'payout', coalesce(net, payout), net)) as all_net,
        max(stated_total) as stated_total, min(stated_total) as stated_low, max(stated_count) as stated_count
    from lines group by all
)
select 'running_balance' as control, group_name, count(*) as records,
    count(*) filter (balance <> balance_due) as breaks,
    coalesce(arg_min(balance_due, balance) filter (balance <> balance_due), max(balance)) as value_read,
    coalesce(arg_min(balance, balance) filter (balance <> balance_due), max(balance)) as expected,
    null::ubigint as payout_key
from chained cross join load_controls_wanted as wanted where wanted.running_balance <> '' group by group_name
union all
select 'zero_groups', group_name, records, (all_net <> 0)::integer, all_net, 0, payout_key
from grouped cross join load_controls_wanted as wanted where wanted.zero_groups
union all
select 'stated_total', group_name, records, (total <> stated_total or stated_low <> stated_total)::integer, total, stated_total, payout_key
from (select *, coalesce(if(wanted.stated_total = 'net', net, gross), 0) as total
    from grouped cross join (select stated_total from load_controls_wanted) as wanted(stated_total) where wanted.stated_total <> '')
where stated_total is not null
union all
select 'stated_count', group_name, records, (records <> grouped.stated_count)::integer, records, grouped.stated_count, payout_key
from grouped cross join load_controls_wanted as wanted where wanted.stated_count and grouped.stated_count is not null
union all
select 'line_sums', '', count(*), count(*) filter (gross - fee - fee_vat <> net),
    coalesce(sum(gross - fee - fee_vat), 0), coalesce(sum(net), 0), null
from lines cross join load_controls_wanted as wanted
where wanted.line_sums and gross is not null and net is not null and fee is not null and kind not in ('payout', 'fee')
having count(*) > 0
union all
select 'opening_closing', group_name || ' ' || statement, count(*), (max(opening) + sum(net) <> max(closing))::integer,
    max(opening) + sum(net), max(closing), null
from lines cross join load_controls_wanted as wanted
where wanted.opening_closing and opening is not null and closing is not null and net is not null
group by group_name, statement
