-- One row per payout and role that some amount of it plays, with the account, where the settings name one. Which
-- question: which accounts does this payout need?
with played as (
    select payout_key, acquirer, account_role
    from lines_posted
    where not is_sent and posted_amount <> 0 and account_role <> 'debtor'
    union
    select payout_key, acquirer, difference_role
    from lines_posted
    where not is_sent and posted_amount <> gross_amount
    union
    select payout_key, acquirer, 'fees' from payout_sums where fee_amount <> 0 or fee_vat_amount <> 0
    union
    select sums.payout_key, sums.acquirer, coalesce(acquirers.payout_to, 'bank')
    from payout_sums as sums
    inner join setting.acquirers as acquirers using (acquirer)
)
select
    played.payout_key,
    played.acquirer,
    played.account_role,
    accounts.account,
    accounts.setting_key,
    accounts.vat_code,
    accounts.vat_key
from played
inner join role_accounts as accounts using (acquirer, account_role)
