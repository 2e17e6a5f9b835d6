-- A batch was sent: the rows in frozen_*, of the batch in `adopted`. They take the place of what was planned of the same keys,
-- under the batch's id, and are never decided again. Doing it a second time changes nothing.
-- The frozen rows may be views over what is planned, so all of them are put in before anything planned goes.
create or replace temp macro batch() as (select batch_id from adopted);

delete from core.documents where batch_id = batch();
delete from core.document_lines where batch_id = batch();
delete from core.debtors where batch_id = batch();
delete from core.items where batch_id = batch();
delete from core.journal_lines where batch_id = batch();
delete from core.payouts where batch_id = batch();
delete from core.payout_matches where batch_id = batch();
delete from core.findings where batch_id = batch();
delete from ops.numbers where batch_id = batch();
delete from ops.batches where batch_id = batch();

insert into core.documents by name select * replace (false as is_withdrawn, false as is_resend), batch() as batch_id from frozen_documents;
insert into core.document_lines by name select *, batch() as batch_id from frozen_document_lines;
insert into core.debtors by name select *, batch() as batch_id from frozen_debtors;
insert into core.items by name select *, batch() as batch_id from frozen_items;
insert into core.journal_lines by name select *, batch() as batch_id from frozen_journal_lines;
insert into core.payouts by name select *, batch() as batch_id from frozen_payouts;
insert into core.payout_matches by name select *, batch() as batch_id from frozen_payout_matches;
insert into core.findings by name select *, batch() as batch_id from frozen_findings;
insert into core.vat_cases from frozen_vat_cases where case_key not in (select case_key from core.vat_cases);
insert into ops.numbers by name select *, batch() as batch_id from frozen_numbers;
insert into ops.batches by name select * from adopted;

create or replace temp table adopted_documents as select doc_key, order_key, event from core.documents where batch_id = batch();
create or replace temp table adopted_vouchers as select distinct voucher_key from core.journal_lines where batch_id = batch();
create or replace temp table adopted_payouts as select payout_key from core.payouts where batch_id = batch();
create or replace temp table adopted_matches as select line_key from core.payout_matches where batch_id = batch();

delete from core.documents where batch_id is distinct from batch() and doc_key in (select doc_key from adopted_documents);
delete from core.document_lines where batch_id is distinct from batch() and doc_key in (select doc_key from adopted_documents);
delete from core.journal_lines where batch_id is null and voucher_key in (select voucher_key from adopted_vouchers);
delete from core.payouts where batch_id is null and payout_key in (select payout_key from adopted_payouts);
-- A line that was reclassed has one reading, the newer; what was told of the old one is done with.
delete from core.payout_matches where batch_id is distinct from batch() and line_key in (select line_key from adopted_matches);
delete from core.vat_decisions where order_key in (select order_key from adopted_documents);
delete from core.findings
where batch_id is null and (
    (order_key in (select order_key from adopted_documents) and event is null)
    or (order_key, event) in (select (order_key, event) from adopted_documents)
    or (order_key is null and payout_key in (select payout_key from adopted_payouts))
);
delete from core.findings where batch_id is distinct from batch() and line_key in (select line_key from adopted_matches);
delete from open_documents where doc_key in (select doc_key from adopted_documents);
delete from open_document_lines where doc_key in (select doc_key from adopted_documents);
delete from open_journal_lines where voucher_key in (select voucher_key from adopted_vouchers);
delete from open_payouts where payout_key in (select payout_key from adopted_payouts);
delete from open_payout_matches where line_key in (select line_key from adopted_matches);

update core.verdicts set verdict = 'exported', reason_code = null, field = null, value_read = null, expected = null
where order_key in (
    select order_key from adopted_documents where event = 'sale' or starts_with(event, 'sale_change:') or event = 'cancel'
);
