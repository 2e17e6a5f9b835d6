-- One row per sale to prepare: the document's head. The shop's number goes to OurRef and Requisition, never to Invoice.
-- replaces: core.documents by order_key where batch_id is null
select
    document_key(run.workspace_id, orders.shop, orders.order_id, wanted.event) as doc_key,
    orders.order_key, orders.shop, orders.order_id, orders.order_no, wanted.event, documents.kind, debtors.buyer_key, debtors.buyer_type,
    if(debtors.source in ('known', 'collective'), debtors.account, null) as debtor_account,
    dates.document_date, dates.wanted_date, orders.currency, orders.exchange_rate,
    totals.price_mode <> 'excl' as is_incl_vat,
    from_ore(totals.total_ore - totals.vat_ore) as net_amount,
    from_ore(totals.vat_ore) as vat_amount,
    from_ore(totals.total_ore) as total_amount,
    case
        when totals.treatment in ('EXPORT', 'OUTSIDE_SCOPE_SERVICE', 'IMPORT_BY_CUSTOMER') then 'foreign'
        when totals.treatment in ('ICS_GOODS', 'RC_SERVICE', 'OSS_UNION', 'OSS_NONUNION', 'IOSS') then 'eu'
        when totals.treatment = 'DOMESTIC' and totals.vat_country <> seller.state then 'eu'  -- declared in that state
        else 'domestic'
    end as vat_zone,
    totals.vat_country, terms.payment_term, orders.order_no as our_ref, orders.order_no as requisition,
    terms.transaction_id,
    facts.facts_hash as content_hash, false as needs_person, false as is_withdrawn
from sales_wanted as wanted
inner join core.orders as orders using (order_key)
inner join order_totals as totals using (order_key)
inner join order_facts as facts using (order_key)
inner join document_dates as dates using (order_key)
inner join debtors_of_orders as debtors using (order_key)
left join order_terms as terms using (order_key)
inner join setting.documents as documents on documents.shop = orders.shop
left join vat_seller as seller on seller.shop = orders.shop
cross join setting.run as run
