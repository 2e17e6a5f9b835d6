"""What a contract can say of a cell: sums, joins, patterns, signs, words for nothing, minor units, rows to skip."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from staged import contract, stage

from etl.errors import ContractError, FileRejected

HEAD = """
system = "X"
entity = "payouts"
evidence = "documented"
[match]
headers = ["Type", "In", "Out", "Ref"]
[constants]
acquirer = "x"
[values.line_type]
"Sale" = "sale"
"*" = "unknown"
"""


def staged(path: Path, text: str, rows: str, columns: str) -> list[tuple[Any, ...]]:
    """The columns of the staged rows of a file `Type;In;Out;Ref;More` under a contract with these further lines."""
    path.write_text("Type;In;Out;Ref;More\n" + rows, "utf-8")
    with stage(contract(HEAD + text)) as one:
        one.take(path)
        return one.ask(f"select {columns} from staging.payouts order by source_record")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.csv"


def test_a_sum_is_exact_and_empty_where_all_its_cells_are(path: Path) -> None:
    text = '[columns]\nline_type = "Type"\nnet_amount = { sum_of = ["In", "More"], less = ["Out"] }\n'
    rows = "Sale;0.10;;a;0.20\nSale;;1234567890123.45;b;\nSale;;;c;\n"
    assert staged(path, text, rows, "net_amount") == [
        (Decimal("0.30"),), (Decimal("-1234567890123.45"),), (None,),
    ]  # fmt: skip


def test_a_sum_with_a_cell_that_is_no_number_rejects_its_row(path: Path) -> None:
    text = '[columns]\nline_type = "Type"\nnet_amount = { sum_of = ["In"], less = ["Out"] }\n'
    path.write_text("Type;In;Out;Ref;More\nSale;1.00;x;a;\nSale;2.00;;b;\n", "utf-8")
    with stage(contract(HEAD + text)) as one:
        one.take(path)
        assert one.ask("select source_record, reason_code, value_read from staging.rejects") == [
            (1, "AMOUNT_INVALID", "1.00 ; x")
        ]
        assert one.ask("select net_amount from staging.payouts") == [(Decimal("2.00"),)]


def test_less_alone_turns_the_sign_of_a_fee(path: Path) -> None:
    text = '[columns]\nline_type = "Type"\nfee_amount = { less = ["Out"] }\n'
    assert staged(path, text, "Sale;1;-0.75;a;\n", "fee_amount") == [(Decimal("0.75"),)]


def test_a_word_in_another_column_makes_an_amount_negative(path: Path) -> None:
    text = (
        '[columns]\nline_type = "Type"\n'
        'net_amount = { header = "In", negative_when = { header = "More", words = ["DBIT", "dr"] } }\n'
    )
    rows = "Sale;5.00;;a;CRDT\nSale;5.00;;b;dbit\nSale;5.00;;c;DR\n"
    assert staged(path, text, rows, "net_amount") == [(Decimal(5),), (Decimal(-5),), (Decimal(-5),)]


def test_a_pattern_takes_the_first_group_of_its_first_match(path: Path) -> None:
    text = '[columns]\nline_type = "Type"\norder_no = { header = "Ref", pattern = "Order #([0-9]+)" }\n'
    rows = "Sale;1;;Payment for Order #1001 and Order #1002;\nSale;1;;no order here;\n"
    assert staged(path, text, rows, "order_no") == [("1001",), (None,)]


def test_a_join_puts_one_blank_between_what_is_there(path: Path) -> None:
    text = '[columns]\nline_type = "Type"\ntext = { join = ["Ref", "More"] }\n'
    rows = "Sale;1;;Ida;Holm\nSale;1;;;Holm\nSale;1;;;\n"
    assert staged(path, text, rows, "text") == [("Ida Holm",), ("Holm",), (None,)]


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("kr. 1.234,50", "1234.50"), ("-99,00 kr", "-99.00"), ("\u221299,00 kr", "-99.00"), ("DKK -5,25", "-5.25"),
        ("-kr.5,25", "-5.25"), ("250,00-", "-250.00"), ("kr. 5", "5.00"),
    ],
)  # fmt: skip
def test_currency_words_are_cut_off_and_the_sign_stays(path: Path, cell: str, amount: str) -> None:
    text = (
        '[csv]\ndecimal = ","\nthousands = "."\nstrip = ["kr.", "kr", "DKK"]\n'
        '[columns]\nline_type = "Type"\nnet_amount = "In"\n'
    )
    assert staged(path, text, f"Sale;{cell};;a;\n", "net_amount") == [(Decimal(amount),)]


def test_words_that_say_nothing_are_empty_in_any_column_but_a_texts(path: Path) -> None:
    text = '[csv]\nempty = ["--"]\n[columns]\nline_type = "Type"\nnet_amount = "In"\ntext = "Ref"\n'
    assert staged(path, text, "Sale;--;;--;\n", "net_amount, text") == [(None, "--")]


@pytest.mark.parametrize(("cell", "amount"), [("12345", "123.45"), ("-7", "-0.07"), ("0", "0.00")])
def test_minor_units_are_hundredths(path: Path, cell: str, amount: str) -> None:
    text = '[csv]\nminor_units = true\n[columns]\nline_type = "Type"\nnet_amount = "In"\n'
    assert staged(path, text, f"Sale;{cell};;a;\n", "net_amount") == [(Decimal(amount),)]


def test_minor_units_with_decimals_are_no_minor_units(path: Path) -> None:
    text = '[csv]\nminor_units = true\n[columns]\nline_type = "Type"\nnet_amount = "In"\n'
    assert staged(path, text, "Sale;123.45;;a;\n", "net_amount") == []


def test_rows_that_are_no_records_are_counted_as_reference(path: Path) -> None:
    text = '[columns]\nline_type = "Type"\nnet_amount = "In"\n[skip]\n"More" = ["Pending"]\n'
    path.write_text("Type;In;Out;Ref;More\nSale;1.00;;a;pending\nSale;2.00;;b;Done\n", "utf-8")
    with stage(contract(HEAD + text)) as one:
        one.take(path)
        assert one.ask("select source_record, value_read from staging.skipped") == [(1, "pending")]
        assert one.ask("select source_record from staging.payouts") == [(2,)]


def test_rows_may_lack_their_last_cells_where_the_contract_says_so(path: Path) -> None:
    text = '[csv]\nragged = "trailing_empty"\n[columns]\nline_type = "Type"\nnet_amount = "In"\n'
    assert staged(path, text, "Sale;1.00\nSale;2.00;;;;;;\n", "net_amount") == [(Decimal(1),), (Decimal(2),)]
    strict = text.replace("trailing_empty", "")
    with pytest.raises(FileRejected, match="FILE_DAMAGED"):
        staged(path, strict, "Sale;1.00\n", "net_amount")
    with pytest.raises(FileRejected, match="FILE_DAMAGED"):
        staged(path, text, "Sale;1.00;;;;x\n", "net_amount")


FAN = """
[fan_out]
columns = ["In", "fees_*"]
[columns]
line_type = "#column"
net_amount = "#cell"
line_id = { join = ["Ref", "#column"] }
"""


def test_one_record_becomes_a_row_for_each_filled_column(path: Path) -> None:
    """Row numbers go on over the rows; what is empty or zero is none."""
    path.write_text("Type;In;Out;Ref;fees_sale;fees_none\nx;10.00;;a;-0.50;0.00\nx;20.00;;b;;-0\n", "utf-8")
    with stage(contract(HEAD.replace('"Sale" = "sale"', '"In" = "sale"\n"fees_sale" = "fee"') + FAN)) as one:
        one.take(path)
        found = one.ask("select source_record, line_type, net_amount, line_id from staging.payouts order by 1")
    assert found == [
        (1, "sale", Decimal("10.00"), "a In"),
        (2, "fee", Decimal("-0.50"), "a fees_sale"),
        (3, "sale", Decimal("20.00"), "b In"),
    ]


ORDER = """
[csv]
date_formats = ["%d/%m/%Y", "%m/%d/%Y"]
moment_formats = []
date_order = "infer"
[columns]
line_type = "Type"
payout_date = "Ref"
"""


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        (["03/04/2025", "13/04/2025"], ["2025-04-03", "2025-04-13"]),  # a 13th month is none
        (["03/04/2025", "04/13/2025"], ["2025-03-04", "2025-04-13"]),
        (["05/05/2025"], ["2025-05-05"]),  # the same in both orders
        (["03/04/2025"], []),  # nothing proves either
        (["13/04/2025", "04/13/2025"], []),  # both at once cannot be
    ],
)
def test_the_whole_file_proves_the_order_of_day_and_month(path: Path, cells: list[str], days: list[str]) -> None:
    rows = "".join(f"Sale;1;;{cell};\n" for cell in cells)
    found = staged(path, ORDER, rows, "payout_date::varchar")
    if cells == ["13/04/2025", "04/13/2025"]:
        days = ["2025-04-13"]  # the one that fits day first; the other is rejected
    assert [day for (day,) in found] == days


def test_a_reading_that_is_none_of_the_forms_is_refused() -> None:
    with pytest.raises(ContractError, match="CONTRACT_INVALID"):
        contract(HEAD + '[columns]\nline_type = { column = "Type" }\n')
