-- A question that no decision and no document line names any more is forgotten, so that what is kept follows from what stands.
delete from core.vat_cases
where case_key not in (
    select case_key from core.vat_decisions where case_key is not null
    union select case_key from open_vat_decisions where case_key is not null
    union select case_key from core.document_lines where case_key is not null
    union select case_key from open_document_lines where case_key is not null
);
