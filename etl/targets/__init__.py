"""Where a batch goes: one port, several doors.

A target reads the temp tables that `plan` prepared for one batch and gives back what is to be published. It decides
nothing about accounting: what is posted stands in the tables, a target only writes it in the other system's words.

The tables of a batch (all of them exist, any may be empty):

    batch_documents         columns of core.documents, number and debtor_account filled
    batch_deliveries        doc_key, your_ref, remark, delivery_*: where a document's goods went; at most one row each
    batch_document_lines    columns of core.document_lines, and number, that of the order they belong to
    batch_debtors           columns of core.debtors, account filled
    batch_items             columns of core.items
    batch_journal_lines     columns of core.journal_lines, voucher filled

and `setting.target`, which says how files are written.
"""

from datetime import date
from typing import Protocol

from etl.store import Store


class FileTarget(Protocol):
    """A target whose door is a folder."""

    def write(self, store: Store, batch_id: str, *, plan_hash: str, as_of: date) -> dict[str, bytes]:
        """The batch as files by name, `manifest.json` among them: the same tables and settings give the same bytes."""
