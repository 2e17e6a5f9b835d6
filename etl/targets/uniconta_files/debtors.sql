-- One row per debtor of the batch, in the order of the files: new ones, then changed ones. Which buyer is it in the ERP's words?
-- A company registration number takes no blanks.
select
    case when debtors.is_update then 'debtors_update' else 'debtors_new' end as output_part,
    debtors.* replace (replace(debtors.company_reg_no, ' ', '') as company_reg_no)
from batch_debtors as debtors
order by output_part, debtors.account, debtors.buyer_key
