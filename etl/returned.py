"""Rows that were not taken: `inbox/rejected/<file>.rows.csv` in the file's own layout.

They are there to be mended and dropped again. An order is returned whole, the good rows of it too, so that what comes
back is complete and takes the place of what is held.
"""

from pathlib import Path

from etl import inbox, messages, readers
from etl.contracts import RETURNED, Identified
from etl.entities import ENTITIES
from etl.store import Store

_REJECTED = "select source_record, reason_code, column_name, value_read, expected from load_rejects"
_NEIGHBOURS = (
    "select placed.source_record from placed_rows as placed inner join broken_blocks using (first_record)"
    " where placed.source_record not in (select source_record from load_rejects)"
)


def write(
    store: Store, root: Path, path: Path, name: str, sha256: str, found: Identified, language: messages.Language
) -> Path | None:
    """Write the rows of the file just staged that were rejected, each with its reason; None if there are none.

    Reads the temp tables of staging; doing it again writes nothing new. A row that was mended once keeps the columns
    of its source only; of a record that became several rows the record is returned.
    """
    reasons = {
        record: messages.render(code, language, field=column, column=column, value=value, expected=expected, file=name)
        for record, code, column, value, expected in store.rows(_REJECTED)
    }
    if not reasons:
        return None
    is_orders = ENTITIES[found.contract.entity].kind == "orders"
    neighbours = {record for (record,) in store.rows(_NEIGHBOURS)} if is_orders else set()
    kept = [p for p, column in enumerate(found.header[: found.width]) if column not in RETURNED]
    rows: dict[int, tuple[list[str], str, str, str]] = {}
    for record in readers.records(path, found, reasons.keys() | neighbours):
        said = reasons.get(record.source_record)
        told = (said.text, said.next_step, f"{sha256[:16]}:{record.source_record}") if said else ("", "", "")
        rows.setdefault(record.origin or record.source_record, ([record.cells[p] for p in kept], *told))
    header = [found.header[p] for p in kept]
    return inbox.write_rows(root, name, header, rows.values(), delimiter=found.dialect.delimiter or ",")
