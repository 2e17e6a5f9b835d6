"""Model 945: what the import files could not carry as it is, and the lengths it shares with schemas/uniconta."""

from collections.abc import Iterator

import pytest

from etl.store import Store, models
from etl.targets.uniconta_files.layout import layout

PLACES = {  # a field of the order, and the column that it ends in
    "order_no": ("orders", "OurRef"),
    "buyer_reference": ("orders", "YourRef"),
    "customer_name": ("debtors_new", "Name"),
    "billing_address": ("debtors_new", "Address1"),
    "billing_address2": ("debtors_new", "Address2"),
    "shipping_address": ("orders", "DeliveryAddress1"),
    "shipping_address2": ("orders", "DeliveryAddress2"),
}


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.open(None) as opened:
        opened.script_file("tables.sql")
        opened.script(
            "create table setting.target (encoding varchar); insert into setting.target values ('utf-8-sig');"
            "create temp table findings_now as select *, null::integer as place from core.findings limit 0;"
            "create temp table touched_orders as select 1::ubigint as order_key;"
            "create temp table order_lines as select 1::ubigint as order_key, 1 as line_no, 'Uldtrøje' as description,"
            " 7::bigint as file_id, 11::bigint as source_record;"
            "create temp table line_items as select 1::ubigint as order_key, 1 as line_no, '0150' as item,"
            " 'create' as source;"
            "insert into core.orders by name select unnest([1, 2]) as order_key, '#1001' as order_no, 7 as file_id,"
            " 10 as first_record, 'Åse Ø' as customer_name, '+45 12 34 56 78' as customer_phone"
        )
        yield opened


def found(store: Store) -> list[tuple[str, str, str | None, str | None]]:
    store.script("delete from findings_now")
    store.run_model(next(model for model in models() if model.number == 945))
    assert store.value("select count(*) from findings_now where order_key <> 1 or subject <> 'order'") == 0
    return store.rows("select code, effect, field, expected from findings_now order by all")


def length_of(file: str, field: str) -> int:
    length = next(column.max_length for column in layout(file).columns if column.field == field)
    assert length
    return length


@pytest.mark.parametrize("field", PLACES)
def test_a_text_is_cut_from_the_length_that_the_layout_has(store: Store, field: str) -> None:
    length = length_of(*PLACES[field])
    store.rows(f"update core.orders set {field} = $1", ["ø" * length])
    assert found(store) == []
    store.rows(f"update core.orders set {field} = $1", ["ø" * (length + 1)])
    assert found(store) == [("TEXT_CUT", "warn", field, str(length))]


def test_a_long_description_is_cut_and_told_once(store: Store) -> None:
    length = length_of("order_lines", "Text")
    store.rows("update order_lines set description = $1", ["x" * length])
    assert found(store) == []
    store.rows("update order_lines set description = $1", ["x" * (length + 1)])
    store.script("insert into order_lines select * replace (2 as line_no, 12 as source_record) from order_lines")
    assert found(store) == [("TEXT_CUT", "warn", "description", "1000")]
    assert store.rows("select file_id, source_record from findings_now") == [(7, 11)]


def test_an_item_number_that_would_be_cut_holds_unless_the_erp_has_it(store: Store) -> None:
    length = length_of("items", "Item")
    store.rows("update line_items set item = $1", ["9" * length])
    assert found(store) == []
    store.rows("update line_items set item = $1", ["9" * (length + 1)])
    assert found(store) == [("KEY_CUT", "hold", "sku", "20")]
    store.script("update line_items set source = 'known'")
    assert found(store) == []


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+cmd", "- Rabat", "-2+3+cmd|' /C calc'!A0"])
def test_what_a_spreadsheet_would_run_is_told(store: Store, text: str) -> None:
    store.rows("update order_lines set description = $1", [text])
    assert found(store) == [("FORMULA_TEXT", "warn", "description", None)]


@pytest.mark.parametrize("text", ["-50% UDSALG", "+45 12 34 56 78", "-100.00", "T-shirt = god", "2-pak", "Æble"])
def test_real_text_is_no_formula(store: Store, text: str) -> None:
    store.rows("update order_lines set description = $1", [text])
    assert found(store) == []


@pytest.mark.parametrize(
    ("encoding", "text", "is_told"),
    [
        ("utf-8-sig", "Łódź 東", False),
        ("cp1252", "Smørrebrød \u2013 12 €", False),
        ("cp1252", "Łódź", True),
        ("latin-1", "Smørrebrød", False),
        ("latin-1", "12 €", True),
    ],
)
def test_characters_that_the_encoding_lacks_are_told(store: Store, encoding: str, text: str, *, is_told: bool) -> None:
    store.rows("update setting.target set encoding = $1", [encoding])
    store.rows("update order_lines set description = $1", [text])
    assert found(store) == ([("CHARACTERS_REPLACED", "warn", "description", encoding)] if is_told else [])


def test_every_character_of_cp1252_passes(store: Store) -> None:
    characters = bytes(set(range(0x20, 0x100)) - {0x7F, 0x81, 0x8D, 0x8F, 0x90, 0x9D}).decode("cp1252")
    store.script("update setting.target set encoding = 'cp1252'")
    store.rows("update order_lines set description = $1", ["x" + characters])
    assert found(store) == []
