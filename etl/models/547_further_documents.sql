-- One row per further document to prepare: credit notes, and proposals that wait for a person. Where nothing changed there is
-- none: what is sent = what should stand minus what was sent. [documents] credit_notes = "wait": not before the ERP's invoice.
-- appends: core.documents
with notes as (
    select notes.order_key, notes.event, notes.wanted_date
    from credit_notes as notes
    inner join core.orders as orders using (order_key)
    inner join setting.documents as documents on documents.shop = orders.shop
    left join booked_sales as booked using (order_key)
    where mode <> 'unknown' and not is_excess and (booked.order_key is not null or documents.credit_notes <> 'wait')
    union all by name
    select distinct order_key, event, (select as_of from setting.run) as wanted_date from change_lines
),
lines as (
    select order_key, event, sum(net_ore) as net_ore, sum(vat_ore) as vat_ore, sum(gross_ore) as gross_ore,
        bool_and(vat_code is not null) as is_coded
    from (select * from credit_lines union all by name select * from change_lines) group by order_key, event
),
proposals as (
    select
        notes.order_key, notes.event, if(lines.gross_ore <= 0, 'credit_note', documents.kind) as kind,
        if(notes.wanted_date <= periods.locked_until and periods.late = 'move', periods.locked_until + 1, notes.wanted_date)
            as document_date,
        notes.wanted_date, lines.net_ore, lines.vat_ore, lines.gross_ore,
        not starts_with(notes.event, 'refund:') and approved.order_key is null as needs_person
    from notes inner join lines on lines.order_key = notes.order_key and lines.event = notes.event
    inner join core.orders as orders on orders.order_key = notes.order_key
    inner join setting.documents as documents on documents.shop = orders.shop
    left join setting.periods as periods on true
    left join order_facts as facts on facts.order_key = notes.order_key
    left join (select * from approvals where code = 'AWAITS_APPROVAL') as approved
        on approved.order_key = notes.order_key and approved.subject = facts.facts_hash
    where lines.is_coded and not coalesce(notes.wanted_date <= periods.locked_until and periods.late <> 'move', false)
)
select
    document_key(run.workspace_id, orders.shop, orders.order_id, proposals.event) as doc_key, orders.order_key, orders.shop,
    orders.order_id, orders.order_no, proposals.event, proposals.kind, sale.buyer_key, sale.buyer_type, sale.debtor_account,
    proposals.document_date, proposals.wanted_date, sale.currency, sale.exchange_rate, sale.is_incl_vat,
    from_ore(proposals.net_ore) as net_amount, from_ore(proposals.vat_ore) as vat_amount,
    from_ore(proposals.gross_ore) as total_amount, sale.vat_zone, sale.vat_country, sale.payment_term, sale.our_ref,
    sale.requisition, sale.transaction_id, sale.doc_key as credited_doc_key,
    if(booked.is_open and proposals.kind = 'credit_note', booked.invoice_no, null) as settles,
    facts.facts_hash as content_hash, proposals.needs_person, false as is_withdrawn
from proposals
inner join core.orders as orders using (order_key)
inner join order_facts as facts using (order_key)
inner join standing_sales as sale using (order_key)
left join booked_sales as booked using (order_key)
cross join setting.run as run
