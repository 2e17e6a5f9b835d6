"""Contracts: the folder is the registry, a wrong key is told with the one meant, and docs/formats.md is fresh."""

import os
import shutil
from pathlib import Path

import pytest

from etl.contracts import bind, load, parse, shipped
from etl.contracts.formats import formats_markdown
from etl.entities import ENTITIES
from etl.errors import ContractError
from etl.messages import render

ROOT = Path(__file__).resolve().parents[1]
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
    found = load()
    assert set(found) == {path.stem for path in shipped().glob("*.toml")}
    for contract in found.values():
        assert contract.text.startswith("# ")
        for word in ("One row is", "Odd:"):
            assert word in contract.text, f"{contract.source}: {word}"


def test_generic_formats_have_the_columns_of_their_entity_by_name() -> None:
    for name, contract in load().items():
        if name.startswith("generic_"):
            wanted = [column.name for column in ENTITIES[contract.entity].columns if not column.extra]
            assert {canonical: r.names for canonical, r in contract.columns.items()} == {n: (n,) for n in wanted}


def test_every_entity_has_a_contract() -> None:
    assert {contract.entity for contract in load().values()} == set(ENTITIES)


def test_an_installed_package_finds_its_contracts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "schemas", tmp_path / "_schemas")
    monkeypatch.setattr("etl.contracts._PACKAGE", tmp_path)
    assert shipped() == tmp_path / "_schemas" / "sources"


def test_the_document_of_the_formats_is_fresh() -> None:
    path = ROOT / "docs" / "formats.md"
    text = formats_markdown(load())
    if os.environ.get("ETL_REGENERATE"):
        path.write_text(text, "utf-8")
    assert path.read_text("utf-8") == text, "ETL_REGENERATE=1 writes it anew"
