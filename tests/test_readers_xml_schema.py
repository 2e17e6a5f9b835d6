"""XML held against its schema: our own formats and the bank's statements, and the line of what does not follow it."""

from pathlib import Path

import pytest

from etl import contracts
from etl.entities import ENTITIES
from etl.errors import FileRejected
from etl.readers.xml.schema import check_schema

FOLDER = contracts.shipped()
SCHEMAS = sorted(FOLDER.glob("*.xsd"))
KNOWN = contracts.load()
GENERIC = {name: contract for name, contract in KNOWN.items() if contract.system == "generic"}
STATEMENT = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">
<BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr>
<Stmt><Id>1</Id><Acct><Id><IBAN>DK1</IBAN></Id></Acct>
<Bal><Tp/><Amt Ccy="DKK">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Ntry><Amt{currency}>{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts>BOOK</Sts></Ntry>
</Stmt></BkToCstmrStmt></Document>
"""


def refused(path: Path, text: str, schema: str) -> dict[str, object]:
    """The facts of the refusal, with its code."""
    path.write_text(text, "utf-8")
    with pytest.raises(FileRejected) as error:
        check_schema(path, FOLDER / schema)
    return {"code": error.value.code, **error.value.facts}


def element(contract: contracts.Contract, names: list[str]) -> str:
    """A file with one record that has an element of each name."""
    assert contract.xml
    root, record = contract.match.root[0], contract.xml.record[0]
    return f"<{root}><{record}>{''.join(f'<{n}>x</{n}>' for n in names)}</{record}></{root}>"


def statement(*, version: str = "02", amount: str = "1.00", sign: str = "DBIT", currency: str = ' Ccy="DKK"') -> str:
    return STATEMENT.format(version=version, amount=amount, sign=sign, currency=currency)


@pytest.mark.parametrize("name", GENERIC)
def test_a_generic_schema_has_the_columns_of_its_format_in_any_order(name: str, tmp_path: Path) -> None:
    contract, path = GENERIC[name], tmp_path / "drop.xml"
    assert contract.xml
    assert contract.xml.xsd == f"{name}.xsd"
    columns = [column.name for column in ENTITIES[contract.entity].columns if not column.extra]
    for names in (columns, columns[::-1], []):
        path.write_text(element(contract, names), "utf-8")
        check_schema(path, FOLDER / contract.xml.xsd)
    assert refused(path, element(contract, ["nobodys"]), contract.xml.xsd)["code"] == "XML_INVALID"


def test_an_orders_lines_stand_in_it(tmp_path: Path) -> None:
    path = tmp_path / "drop.xml"
    line = "<line><quantity>1</quantity><sku>1</sku></line>"
    path.write_text(f"<orders><order>{line}<order_no>1</order_no>{line}</order></orders>", "utf-8")
    check_schema(path, FOLDER / "generic_orders.xsd")
    for wrong in ("<order_no>1</order_no>", "<sku>1</sku><sku>2</sku>", "tekst"):
        text = f"<orders>\n<order>\n<line>{wrong}</line></order></orders>"
        told = refused(path, text, "generic_orders.xsd")
        assert (told["code"], told["line"]) == ("XML_INVALID", 3)


def test_what_does_not_follow_is_told_with_its_line_and_what_would(tmp_path: Path) -> None:
    many = "<order><order_no>1</order_no></order>\n" * 5_000
    told = refused(tmp_path / "drop.xml", f"<orders>\n{many}<ordre/>\n</orders>", "generic_orders.xsd")
    assert told["line"] == 5_002
    assert "'ordre'" in str(told["value"])
    assert told["expected"] == "order"


def test_a_file_that_is_cut_off_is_damaged_and_not_invalid(tmp_path: Path) -> None:
    assert refused(tmp_path / "drop.xml", "<orders><order>", "generic_orders.xsd")["code"] == "FILE_DAMAGED"


@pytest.mark.parametrize("version", ["02", "08", "13"])
def test_a_statement_is_held_against_the_schema_whatever_its_version(version: str, tmp_path: Path) -> None:
    path = tmp_path / "drop.xml"
    path.write_text(statement(version=version), "utf-8")
    check_schema(path, FOLDER / "camt_053.xsd")
    for wrong in (
        statement(version=version, amount="1,00"),
        statement(version=version, amount=""),
        statement(version=version, sign="MINUS"),
        statement(version=version, currency=""),
    ):
        told = refused(path, wrong, "camt_053.xsd")
        assert (told["code"], told["line"]) == ("XML_INVALID", 5)
        assert "urn:" not in str(told["value"])


def test_a_notification_is_no_statement(tmp_path: Path) -> None:
    assert refused(tmp_path / "drop.xml", statement(), "camt_054.xsd")["code"] == "XML_INVALID"


def test_every_schema_that_a_contract_names_is_there() -> None:
    named = {contract.xml.xsd for contract in KNOWN.values() if contract.xml and contract.xml.xsd}
    assert named <= {path.name for path in SCHEMAS}
