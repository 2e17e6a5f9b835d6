"""VAT codes to create, as a file for Uniconta's "Load data" and its mapping sheet. It belongs to no batch.

A row is text by the field names of GLVat (`schemas/uniconta/vat_codes.toml`); in it rates have a decimal point and
countries are codes as VAT writes them. They go out as the company's files are written.
"""

from collections.abc import Mapping, Sequence

from etl.store import Store
from etl.targets.uniconta_files.form import ROW_END, Form
from etl.targets.uniconta_files.layout import layout
from etl.targets.uniconta_files.manifest import mapping_sheet

# Countries that VAT writes otherwise than ISO, by which the names are known.
_ISO = {"EL": "GR"}


def write(rows: Sequence[Mapping[str, str]], form: Form) -> tuple[bytes, bytes]:
    """The file and its mapping sheet. At least one row."""
    table = layout("vat_codes")
    names = [column.source or "" for column in table.columns]
    with Store.open(None) as store:
        store.script(f"create temp table output_vat_codes ({', '.join(f'{name} varchar' for name in names)})")
        marks = ", ".join([f"({', '.join('?' * len(names))})"] * len(rows))
        cells = [_cell(row[c.field], c.field, c.kind, form) for row in rows for c in table.columns]
        store.rows(f"insert into output_vat_codes values {marks}", cells)
        written = f"select string_agg({form.row_sql(table)}, chr({ord(ROW_END)}) order by rowid) from output_vat_codes"
        text = "\x1f".join(column.field for column in table.columns) + ROW_END + store.value(written) + ROW_END
    content = form.mark + form.to_bytes(text)
    return content, mapping_sheet(table, content, form)


def _cell(value: str, field: str, kind: str, form: Form) -> str | None:
    if kind == "country":
        return _ISO.get(value, value) or None
    return (value.replace(".", form.decimal) if field == "Rate" else value) or None
