-- One row per word and sign that the file being loaded uses and that its source may not have used before, with how many rows
-- and how much money hang on it. `conform_rest` has the words that a contract takes by its `*`, and lost digits.
with amounts as (
    select source_record, amount from drift_amounts
)
select column_name as what, value_read as value_seen, count(*) as rows, sum(amounts.amount) as amount, true as is_told
from conform_rest left join amounts using (source_record) group by all
union all
select what, value_seen, count(*), sum(amount), what = 'sign' and value_seen not in
    ('sale +', 'refund -', 'chargeback -', 'chargeback_reversal +', 'fee -', 'reserve_hold -', 'reserve_release +')
from drift_words group by all
