"""Rows that were not taken: `inbox/rejected/<file>.rows.csv` in the file's own layout.

They are there to be mended and dropped again. An order is returned whole, the good rows of it too, so that what comes
back is complete and takes the place of what is held.
"""

from pathlib import Path

from etl import inbox, messages
from etl.contracts import Identified
from etl.entities import ENTITIES
from etl.readers import csv as csv_reader
from etl.store import Store

_REJECTED = "select source_record, reason_code, column_name, value_read, expected from load_rejects"
_NEIGHBOURS = (
    "select placed.source_record from placed_rows as placed inner join broken_blocks using (first_record)"
    " where placed.source_record not in (select source_record from load_rejects)"
)


def write(
    store: Store, root: Path, path: Path, name: str, found: Identified, language: messages.Language
) -> Path | None:
    """Write the rows of the file just staged that were rejected, each with its reason; None if there are none.

    Reads the temp tables of staging; doing it again writes nothing new.
    """
    reasons = {
        record: messages.render(code, language, field=column, column=column, value=value, expected=expected, file=name)
        for record, code, column, value, expected in store.rows(_REJECTED)
    }
    if not reasons:
        return None
    is_orders = ENTITIES[found.contract.entity].kind == "orders"
    neighbours = {record for (record,) in store.rows(_NEIGHBOURS)} if is_orders else set()
    header, records = csv_reader.records(path, found, reasons.keys() | neighbours)
    rows = [
        (record.cells, reasons[record.source_record].text, reasons[record.source_record].next_step)
        if record.source_record in reasons
        else (record.cells, "", "")
        for record in records
    ]
    return inbox.write_rows(root, name, header, rows, delimiter=found.dialect.delimiter)
