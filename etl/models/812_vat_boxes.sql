-- One row per quarter and box of the VAT return. What do the documents that we sent put there, in the company's currency?
-- SALGSMOMS is VAT; B_GOODS_ESL, B_GOODS_NO_ESL, B_SERVICES and C are net amounts. Purchases and fees are the ERP's.
select
    quarter as period,
    dk_box as box,
    cast(sum(if(dk_box = 'SALGSMOMS', vat_company_amount, net_company_amount)) as decimal(18, 2)) as amount
from review.vat_lines
where dk_box is not null and dk_box <> 'NONE'
group by all
