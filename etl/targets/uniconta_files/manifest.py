"""What stands beside the import files: mapping sheets that a person types from, the manifest that machines check."""

import hashlib
import json
from collections.abc import Mapping

from etl.store import Store
from etl.targets.uniconta_files.form import CELL_END, DELIMITER, ROW_END, Form
from etl.targets.uniconta_files.layout import Layout

_HEADINGS = {
    "en": ("Column", "Uniconta field", "Heading", "English name", "Danish name", "Max length", "Example"),
    "da": ("Kolonne", "Uniconta-felt", "Overskrift", "Engelsk navn", "Dansk navn", "Maks. længde", "Eksempel"),
}


def mapping_sheet(layout: Layout, content: bytes, form: Form) -> bytes:
    """One row per column of the file: its number, which is what Uniconta asks for, and the field's names on the screen.

    The example is the first row's value.
    """
    first_row = content.split(b"\r\n", 2)[1].decode(form.encoding.removesuffix("-sig")).split(DELIMITER)
    rows = [
        (str(number), c.field, c.field, c.label.en, c.label.da, str(c.max_length or ""), example)
        for number, (c, example) in enumerate(zip(layout.columns, first_row, strict=True), 1)
    ]
    return form.mark + form.to_bytes("".join(CELL_END.join(row) + ROW_END for row in (_HEADINGS[form.language], *rows)))


def control_totals(store: Store, table: str, layout: Layout, first: int, end: int) -> dict[str, str]:
    """The sum of every amount column of rows first..end (excluded), with two decimals and a point.

    Different currencies are added up: it tells whether a file is whole, not what it is worth.
    """
    columns = [column for column in layout.columns if column.kind == "amount" and column.source]
    if not columns:
        return {}
    sums = ", ".join(f"coalesce(sum({column.source}), 0)::decimal(38, 2)::varchar" for column in columns)
    found = store.rows(f"select {sums} from {table} where rowid >= $1 and rowid < $2", [first, end])[0]
    return dict(zip((column.field for column in columns), found, strict=True))


def manifest(
    head: Mapping[str, str], files: Mapping[str, bytes], facts: Mapping[str, Mapping[str, object]], form: Form
) -> bytes:
    """`manifest.json`: `head`, and per file its hash, rows, sums and how it is written. Keys sorted, no clock."""
    written = {"encoding": form.encoding, "delimiter": DELIMITER, "decimal": form.decimal, "date": form.date}
    listed = {
        name: {**written, **facts[name], "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in files.items()
    }
    return (json.dumps({**head, "files": listed}, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
