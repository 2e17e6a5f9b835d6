"""An XML file read in each of the ways there are, under a contract of the tests' own."""

from pathlib import Path

from etl import contracts
from etl.contracts import Contract, Identified
from etl.identify import identify
from etl.readers import xml
from etl.readers.grid import wanted_columns
from etl.readers.xml import plain
from etl.readers.xml.flattening import Flattening
from etl.readers.xml.namespaces import names_of
from etl.store import Store

HEAD = """
system = "t"
entity = "orders"
evidence = "documented"
[match]
root = "Orders"
[xml]
record = "Order"
rows = ["Lines/Line"]
[columns]
order_no = "No"
customer_name = "Name"
order_total = "Total"
sku = "Lines/Line/Sku"
quantity = "Lines/Line/Qty"
"""
# Asks for attributes and for what stands above: only the tree can say that.
FULL = HEAD + 'customer_no = "@id"\ncustomer_company = "../Shop"\ndescription = "Lines/Line/@note"\n'
Rows = list[list[str]]


def contract(text: str = HEAD) -> Contract:
    return contracts.parse(text, source="t_orders")


def identified(path: Path, text: str = HEAD) -> Identified:
    return identify(path, {"t_orders": contract(text)})


def header(found: Identified) -> list[str]:
    return [found.header[p] for p in wanted_columns(found)]


def quick(store: Store, path: Path, found: Identified) -> dict[int, list[str]]:
    """What lands in the table: the rows that say something, by their number, in the order of `header`."""
    xml.read(store, path, found)
    names = ", ".join(f"c{p + 1}" for p in wanted_columns(found))
    read = store.rows(f"select source_record, {names} from raw_records order by 1")
    return {number: [cell or "" for cell in cells] for number, *cells in read}


def slow(path: Path, found: Identified) -> dict[int, list[str]]:
    rows = {r.source_record: [r.cells[p] for p in wanted_columns(found)] for r in xml.rows(path, found)}
    return {number: cells for number, cells in rows.items() if any(cells)}


def by_tree(path: Path, found: Identified) -> Rows:
    form = found.contract.xml
    assert form
    fields = [str(n) for n in range(len(header(found)))]
    frames = Flattening(form.record, form.rows, header(found), names_of(path)).frames(path, fields)
    return [[cell or "" for cell in row] for frame in frames for row in frame.rows()]


def by_text(path: Path, found: Identified) -> Rows:
    """Raises NotPlain."""
    form = found.contract.xml
    assert form
    fields = [str(n) for n in range(len(header(found)))]
    frames = plain.Plain(form, header(found), fields).frames(path)
    return [[cell or "" for cell in row] for frame in frames for row in frame.rows()]


def xml_of(*parts: str, root: str = "") -> bytes:
    return f"<Orders{root}>{''.join(parts)}</Orders>".encode()
