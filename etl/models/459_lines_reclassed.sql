-- One row per sent line that now belongs to an order: what should stand minus what was sent, by account role. Positive
-- = credit. Which question: what leaves the error account once the order turned up, or which øre clear a line that was
-- posted as it came? Rule: accounting.md §5, the reclass row; architecture §8: a line is reclassed once, its key is
-- the line key + 'reclass'.
with done as (
    select line_key from core.journal_lines where voucher_kind = 'reclass' and batch_id is not null
),
sent as (
    select
        line_key,
        case when account_role = 'error' then 0 else posted_amount end as sent_amount,
        case when account_role = 'error' then posted_amount else 0 end as error_amount,
        account_role = 'error' or amount = posted_amount as is_open
    from core.payout_matches
    semi join (select line_key from lines_posted where is_sent) as lines using (line_key)
    anti join done using (line_key)
    where batch_id is not null
),
moved as (
    select
        lines.*,
        -sent.error_amount as from_error_amount,
        lines.posted_amount - sent.sent_amount as to_order_amount,
        sent.sent_amount + sent.error_amount - lines.posted_amount as to_difference_amount
    from lines_posted as lines
    inner join sent using (line_key)
    where
        lines.is_sent and lines.status = 'matched' and sent.is_open
        and (sent.error_amount <> 0 or (lines.comparison = 'within' and lines.posted_amount <> sent.sent_amount))
)
select moved.*, acquirers.journal
from moved
inner join setting.acquirers as acquirers using (acquirer)
left join role_accounts as own on own.acquirer = moved.acquirer and own.account_role = moved.account_role
left join role_accounts as rest on rest.acquirer = moved.acquirer and rest.account_role = moved.difference_role
where
    acquirers.journal is not null
    and coalesce(own.account, moved.debtor_account) is not null
    and (moved.to_difference_amount = 0 or (rest.account is not null and rest.vat_code is not null))
