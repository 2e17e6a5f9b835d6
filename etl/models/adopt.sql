-- A batch was sent: the rows in the temp tables frozen_*, of the batch in `adopted`. They replace what was planned of the same
-- keys, under the batch's id, and are never decided again. Doing it a second time changes nothing.
delete from open_documents where doc_key in (select doc_key from frozen_documents);
delete from open_document_lines where doc_key in (select doc_key from frozen_documents);
delete from open_journal_lines where voucher_key in (select voucher_key from frozen_journal_lines);
delete from open_payouts where payout_key in (select payout_key from frozen_payouts);
delete from open_payout_matches where line_key in (select line_key from frozen_payout_matches);
delete from open_vat_decisions where order_key in (select order_key from frozen_vat_decisions);

delete from core.documents where doc_key in (select doc_key from frozen_documents);
insert into core.documents by name
select * replace (false as is_withdrawn, false as is_resend), (select batch_id from adopted) as batch_id from frozen_documents;

delete from core.document_lines where doc_key in (select doc_key from frozen_documents);
insert into core.document_lines by name select *, (select batch_id from adopted) as batch_id from frozen_document_lines;

delete from core.debtors where batch_id = (select batch_id from adopted);
insert into core.debtors by name select *, (select batch_id from adopted) as batch_id from frozen_debtors;
delete from core.items where batch_id = (select batch_id from adopted);
insert into core.items by name select *, (select batch_id from adopted) as batch_id from frozen_items;

delete from core.journal_lines where voucher_key in (select voucher_key from frozen_journal_lines);
insert into core.journal_lines by name select *, (select batch_id from adopted) as batch_id from frozen_journal_lines;
delete from core.payouts where payout_key in (select payout_key from frozen_payouts);
insert into core.payouts by name select *, (select batch_id from adopted) as batch_id from frozen_payouts;
delete from core.payout_matches where line_key in (select line_key from frozen_payout_matches);
insert into core.payout_matches by name select *, (select batch_id from adopted) as batch_id from frozen_payout_matches;

delete from core.vat_decisions where order_key in (select order_key from frozen_vat_decisions);
insert into core.vat_decisions by name select *, (select batch_id from adopted) as batch_id from frozen_vat_decisions;
delete from core.findings
where batch_id is null and (
    (order_key in (select order_key from frozen_documents) and event is null)
    or (order_key, event) in (select (order_key, event) from frozen_documents)
    or (order_key is null and payout_key in (select payout_key from frozen_payouts))
);
delete from core.findings where batch_id = (select batch_id from adopted);
insert into core.findings by name select *, (select batch_id from adopted) as batch_id from frozen_findings;

delete from core.lineage where batch_id = (select batch_id from adopted);
insert into core.lineage by name select *, (select batch_id from adopted) as batch_id from frozen_lineage;
delete from ops.numbers where batch_id = (select batch_id from adopted);
insert into ops.numbers by name select *, (select batch_id from adopted) as batch_id from frozen_numbers;
delete from ops.batches where batch_id = (select batch_id from adopted);
insert into ops.batches by name select * from adopted;

update core.verdicts set verdict = 'exported', reason_code = null, field = null, value_read = null, expected = null
where order_key in (
    select order_key from frozen_documents where event = 'sale' or starts_with(event, 'sale_change:') or event = 'cancel'
);
