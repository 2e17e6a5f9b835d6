"""Contracts: the folder is the registry, a wrong key is told with the one meant, and what is made of them is fresh."""

import os
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from etl.contracts import Contract, bind, load, parse, shipped
from etl.contracts.formats import formats_markdown
from etl.contracts.sources_doc import sources_markdown
from etl.entities import ENTITIES
from etl.errors import ContractError
from etl.messages import render

ROOT = Path(__file__).resolve().parents[1]
ONE_IS = r"\b(?:[Oo]ne|An?|Each|Every) (?:[\w-]+ ){1,4}?is\b|\bis (?:one|an?) [a-z]"
GOOD = """\
system = "Shop"
entity = "orders"
evidence = "documented"

[match]
headers = ["No"]

[csv]
decimal = ","

[columns]
order_no = "No"

[values.state]
betalt = "paid"
"""


def fault(text: str) -> tuple[str, str]:
    with pytest.raises(ContractError) as caught:
        parse(text, source="shop", path="shop.toml")
    assert caught.value.code == "CONTRACT_INVALID"
    assert render(caught.value.code, "en", **caught.value.facts).text.startswith("The source contract shop.toml")
    return str(caught.value.facts["key"]), str(caught.value.facts["detail"])


@pytest.mark.parametrize(
    ("old", "new", "key", "detail"),
    [
        ("system", "sistem", "sistem", "did you mean system?"),
        ("decimal", "decimals", "csv.decimals", "did you mean decimal?"),
        ("headers", "header", "match.header", "did you mean headers?"),
        ('"orders"', '"order"', "entity", "did you mean orders?"),
        ("order_no =", "order_number =", "columns", "did you mean order_no?"),
        ('"paid"', '"payed"', "values.state", "did you mean paid?"),
        ("[values.state]", "[values.status]", "values", "did you mean state?"),
        ('","', '"\'"', "csv.decimal", "'.', ',' or 'infer'"),
        ('= "No"', "= { headr = 1 }", "columns.order_no", "first_of"),
        ('order_no = "No"', 'sku = "No"', "columns", "order_no must be read from somewhere"),
        ('headers = ["No"]', "", "match", "headers or columns"),
        ('decimal = ","', 'date_formats = ["%d-%m-%q"]', "csv", "%q"),
        ('decimal = ","', 'footer = ["("]', "csv", ""),
        ('evidence = "documented"', 'evidence = "documented"\nsource = "other"', "source", "shop"),
        ("[match]", "[match", "", ""),
    ],
)
def test_what_is_wrong_is_told_with_its_key(old: str, new: str, key: str, detail: str) -> None:
    found_key, found_detail = fault(GOOD.replace(old, new, 1))
    assert found_key == key
    assert detail in found_detail


def test_a_contract_is_known_by_its_text() -> None:
    one, other = parse(GOOD, source="shop"), parse(GOOD + "# a word\n", source="shop")
    assert one.text == GOOD
    assert one.sha256 != other.sha256
    assert one.words("state") == {"betalt": "paid"}


def test_columns_are_bound_by_synonym_position_and_fallback() -> None:
    text = GOOD.replace(
        'order_no = "No"',
        'order_no = ["Nr", "No"]\nsku = { header = "number", position = 2 }\n'
        'transaction_id = { first_of = ["New", "Old"] }\ncurrency = "Cur"',
    )
    header = ("number", "Old", " NO", "New", "Number")
    assert bind(parse(text, source="shop"), header) == {"order_no": (2,), "sku": (4,), "transaction_id": (3, 1)}


def test_a_workspaces_own_contracts_win_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "schemas" / "sources"
    folder.mkdir(parents=True)
    (folder / "generic_orders.toml").write_text(GOOD, "utf-8")
    (folder / "shop.toml").write_text(GOOD, "utf-8-sig")
    found = load(tmp_path)
    assert found["generic_orders"].system == found["shop"].system == "Shop"
    assert found.keys() - load().keys() == {"shop"}
    assert list(found) == sorted(found)
    (folder / "shop.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ContractError, match="UTF-8"):
        load(tmp_path)


def test_every_shipped_contract_reads_and_opens_with_its_comment() -> None:
    """It says what one row, or one element of XML, is, and what is odd; one that is refused says why."""
    found = load()
    assert set(found) == {path.stem for path in shipped().glob("*.toml")}
    for contract in found.values():
        comment = re.match(r"(?:#[^\n]*\n)+", contract.text)
        assert comment, contract.source
        said = " ".join(line.removeprefix("#").strip() for line in comment[0].splitlines())
        if not contract.refuse:
            assert re.search(ONE_IS, said), f"{contract.source}: what is one row?"
            assert "Odd:" in said, f"{contract.source}: what is odd?"


def test_every_shipped_source_says_what_it_holds_and_a_refused_one_what_to_export_instead() -> None:
    for contract in load().values():
        if contract.system in {"generic", "Uniconta"}:
            continue
        assert contract.about.kinds, contract.source
        if contract.refuse:
            assert contract.refuse.en != contract.refuse.da, contract.source
            assert contract.refuse.en.endswith("."), contract.source
            assert contract.refuse.da.endswith("."), contract.source
        else:
            assert contract.about.cannot_tell, f"{contract.source}: there is always something it cannot tell"


def test_a_source_that_is_used_has_an_entity_and_one_that_is_refused_may_have_none() -> None:
    for contract in load().values():
        assert contract.entity in ENTITIES or (contract.refuse and not contract.entity), contract.source
    assert fault(GOOD.replace('entity = "orders"\n', ""))[0] == "entity"
    refused = '[refuse]\nen = "Export the lines."\nda = "Eksportér linjerne."\n'
    bare = 'system = "Shop"\nevidence = "documented"\n[match]\nheaders = ["No"]\n'
    assert parse(bare + refused, source="shop").entity == ""


def test_generic_formats_have_the_columns_of_their_entity_by_name() -> None:
    for name, contract in load().items():
        if name.startswith("generic_"):
            wanted = [column.name for column in ENTITIES[contract.entity].columns if not column.extra]
            assert {canonical: r.names[0] for canonical, r in contract.columns.items()} == {n: n for n in wanted}
            # In XML a line of an order stands inside it; that is the only other place of a column.
            others = {name for r in contract.columns.values() for name in r.names[1:]}
            assert others <= {f"line/{n}" for n in wanted}


def test_every_entity_has_a_contract() -> None:
    assert {contract.entity for contract in load().values() if not contract.refuse} == set(ENTITIES)


def test_an_installed_package_finds_its_contracts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "schemas", tmp_path / "_schemas")
    monkeypatch.setattr("etl.contracts._PACKAGE", tmp_path)
    assert shipped() == tmp_path / "_schemas" / "sources"


@pytest.mark.parametrize(("name", "markdown"), [("formats.md", formats_markdown), ("sources.md", sources_markdown)])
def test_a_document_that_is_made_of_contracts_is_fresh(
    name: str, markdown: Callable[[Mapping[str, Contract]], str]
) -> None:
    path = ROOT / "docs" / name
    text = markdown(load())
    if os.environ.get("ETL_REGENERATE"):
        path.write_text(text, "utf-8")
    assert path.read_text("utf-8") == text, "ETL_REGENERATE=1 writes it anew"


def test_the_document_of_the_sources_names_each_once_and_no_line_turns_into_a_list() -> None:
    """What is read is prose that is wrapped: no line of it may begin as Markdown's lists and headings do."""
    found = load()
    text = sources_markdown(found)
    told = re.findall(r"^\| \[(\w+)\]\(\.\./schemas/sources/\1\.toml\) \|", text, re.MULTILINE)
    assert sorted(told) == sorted(n for n, c in found.items() if c.system not in {"generic", "Uniconta"})
    prose = [p for p in text.split("\n\n") if re.match(r"`\w+` reads ", p)]
    assert len(prose) == sum(not found[name].refuse for name in told)
    for paragraph in prose:
        assert not [line for line in paragraph.splitlines() if re.match(r"[-+*#>] ?|\d+[.)]", line)], paragraph
        assert paragraph.count("`") % 2 == 0, paragraph


def test_the_document_of_the_sources_tells_every_form_of_a_reading() -> None:
    rest = """
order_date = ["Day", "Dag"]
customer_name = { join = ["First", "Last"] }
sku = { header = "Number", position = 2 }
transaction_id = { first_of = ["New", "Old"] }
order_vat = { sum_of = ["Tax 1", "Tax 2"], less = ["Tax back"] }
order_fee = { less = ["Fee"] }
payment_method = { header = "Paid", pattern = "by ([a-z]+)" }
order_total = { header = "Amt", negative_when = { header = "Sign", words = ["D"] } }
[constants]
currency = "DKK"
state = "open"
[skip]
"Kind" = ["Draft", ""]
"""
    text = GOOD.replace('order_no = "No"\n', 'order_no = "No"\nstate = "State"' + rest)
    told = " ".join(sources_markdown({"shop": parse(text, source="shop")}).split())
    for words in (
        "`order_no` ← `No`;",
        "`order_date` ← `Day` / `Dag`;",
        "`customer_name` ← `First` & `Last`;",
        "`sku` ← `Number` (number 2 of that name);",
        "`transaction_id` ← `New`, else `Old`;",
        "`order_vat` ← `Tax 1` plus `Tax 2` less `Tax back`;",
        "`order_fee` ← less `Fee`;",
        "`payment_method` ← `Paid` (part);",
        "`order_total` ← `Amt` (negative where `Sign` is `D`);",
        "`currency` is `DKK`;",
        "`state` is else `open`.",
        "Rows are left out where `Kind` is `Draft`, empty.",
    ):
        assert words in told, words
