"""`etl learn`: what it writes is right, what it does not know it asks, and a draft is a contract that reads its file.

How right it is on real files is measured by `learned` against the shipped contracts, and stands in docs/learn.md.
"""

import io
import json
import os
import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import learned as measuring
import pytest
from typer.testing import CliRunner
from workbooks import Page, write

from etl import cli, contracts, learn
from etl.errors import FileRejected, UsageError
from etl.learn import telling
from etl.show import Page as Screen

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs" / "learn.md"
START, END = "<!-- table -->\n", "<!-- end -->\n"
KNOWN = contracts.load()

# Three orders of a shop that nobody knows. 1001: 2 x 100.00 + 1 x 50.00 + 25.00 shipping = 275.00, VAT inside 55.00;
# 1002: 1 x 80.00 + 0.00 = 80.00, VAT 16.00; 1003: 3 x 40.00 + 5.00 = 125.00, VAT 25.00.
HEADER = (
    "Ordrenummer;Ordredato;Ordrestatus;Valuta;Kundenavn;E-mail;Leveringsadresse;Leveringspostnr;Leveringsby;"
    "Varenr;Varenavn;Antal;Stykpris;Fragt;Moms i alt;Total;Farve"
)
ANNA = "1001;28-11-2025 10:15;Betalt;DKK;Anna Prøve;anna@example.com;Prøvevej 1;8000;Aarhus"
BO = "1002;29-11-2025 11:00;Afsendt;DKK;Bo Test;bo@example.com;Testgade 2;2100;København Ø"
CARL = "1003;30-11-2025 12:30;Betalt;DKK;Carl Eks;carl@example.com;Eksvej 3;5000;Odense"
ORDERS = f"""\
{HEADER}
{ANNA};K-1;Kop;2;100,00;25,00;55,00;275,00;blå
{ANNA};F-2;Fad;1;50,00;25,00;55,00;275,00;rød
{BO};K-3;Kande;1;80,00;0,00;16,00;80,00;
{CARL};S-4;Ske;3;40,00;5,00;25,00;125,00;grå
"""
# Fees written as costs with a minus: gross + fee = net.
PAYOUTS = """\
Type,Settlement number,Transaction date,Amount,Fee,Net,Currency
charge,77,2025-11-28 10:00:00,275.00,-4.25,270.75,DKK
charge,77,2025-11-29 10:00:00,80.00,-1.50,78.50,DKK
refund,77,2025-11-30 10:00:00,-50.00,0.00,-50.00,DKK
"""


def put(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding)
    return path


def draft_of(path: Path, **answers: str) -> learn.Learned:
    return learn.learn(path, KNOWN, answers={key.replace("__", "."): answer for key, answer in answers.items()})


def written(learned: learn.Learned) -> dict[str, tuple[str, ...]]:
    """The columns that a draft reads, from its text as a contract."""
    contract = contracts.parse(learned.text, source=learned.name)
    return {name: (*reading.names, *(reading.less or ())) for name, reading in contract.columns.items()}


def keys(learned: learn.Learned) -> set[str]:
    return {question.key for question in learned.questions}


def lines(measures: list[measuring.Measure]) -> str:
    told = ["| file | a row is | right | asked | left | wrong |", "|---|---|---:|---:|---:|---:|"]
    for one in measures:
        entity = one.entity + (" (asked)" if one.is_entity_asked else "")
        told.append(f"| `{one.file}` | {entity} | " + " | ".join(str(one.counts[k]) for k in measuring.OUTCOMES) + " |")
    total = sum((one.counts for one in measures), Counter[str]())
    told.append("| **all ten** | | " + " | ".join(f"**{total[k]}**" for k in measuring.OUTCOMES) + " |")
    return "\n".join(told) + "\n"


def test_ten_samples_are_learned_and_nothing_is_wrong(samples: Path) -> None:
    """The contracts of their systems hidden. The table in the docs is this one."""
    measures = [measuring.measured(samples / name, name) for name in measuring.TRUTH["ten"]]
    assert {one.file: one.wrong for one in measures if one.wrong} == {}
    total = sum((one.counts for one in measures), Counter[str]())
    assert total["right"] > 3 * total["asked"], "silence is not the way to be right"
    before, _, rest = DOCS.read_text("utf-8").partition(START)
    shown, _, after = rest.partition(END)
    if os.environ.get("ETL_REGENERATE"):
        DOCS.write_text(before + START + lines(measures) + END + after, "utf-8")
        return
    assert shown == lines(measures), "ETL_REGENERATE=1 writes it anew"


@pytest.mark.long
def test_every_sample_is_learned_and_nothing_is_wrong(
    samples: Path, record_property: Callable[[str, object], None]
) -> None:
    total: Counter[str] = Counter()
    wrong: dict[str, list[str]] = {}
    for path in sorted(samples.glob("*/*")):
        name = path.relative_to(samples).as_posix()
        if measuring.truth_of(path):
            one = measuring.measured(path, name)
            total += one.counts
            wrong |= {name: one.wrong} if one.wrong else {}
    record_property("figures", str(dict(total)))
    assert wrong == {}


def test_the_orders_of_an_unknown_shop(tmp_path: Path) -> None:
    """Day above the 12th, decimal comma, words of three columns, and the sums that hold."""
    learned = draft_of(put(tmp_path, "prøvebutik.csv", ORDERS, "cp1252"))
    assert (learned.entity, learned.questions) == ("orders", [])
    assert written(learned) == {
        "order_no": ("Ordrenummer",), "order_date": ("Ordredato",), "state": ("Ordrestatus",), "currency": ("Valuta",),
        "customer_name": ("Kundenavn",), "customer_email": ("E-mail",), "shipping_address": ("Leveringsadresse",),
        "shipping_postcode": ("Leveringspostnr",), "shipping_city": ("Leveringsby",), "sku": ("Varenr",),
        "description": ("Varenavn",), "quantity": ("Antal",), "unit_price": ("Stykpris",), "order_shipping": ("Fragt",),
        "order_vat": ("Moms i alt",), "order_total": ("Total",),
    }  # fmt: skip
    table = tomllib.loads(learned.text)
    assert table["csv"]["decimal"] == ","
    assert table["csv"]["moment_formats"] == ["%d-%m-%Y %H:%M"]
    assert table["values"]["state"] == {"Afsendt": "shipped", "Betalt": "paid"}
    assert "sum of Antal x Stykpris + Fragt = Total (3 orders)" in learned.guess.told
    assert "Moms i alt is 25 % inside Total (4 rows)" in learned.guess.told
    assert learned.trial is not None
    assert (learned.trial.staged, learned.trial.rejected) == (4, 0)
    assert learned.trial.rows[0] == {
        "order_no": "1001", "order_date": "2025-11-28 10:15:00", "state": "paid", "customer_name": "Anna Prøve",
        "currency": "DKK", "order_total": "275.00", "order_vat": "55.00", "lines": 2,
    }  # fmt: skip
    assert [row["order_no"] for row in learned.trial.rows] == ["1001", "1002", "1003"]
    assert '# columns = ["Farve"]' in learned.text


def test_fees_take_their_sign_from_the_sum(tmp_path: Path) -> None:
    learned = draft_of(put(tmp_path, "nordpay.csv", PAYOUTS))
    contract = contracts.parse(learned.text, source=learned.name)
    assert contract.columns["fee_amount"].less == ("Fee",)
    assert contract.columns["gross_amount"].names == ("Amount",)
    assert contract.columns["net_amount"].names == ("Net",)
    assert contract.constants == {"acquirer": "nordpay"}
    assert "Amount + Fee = Net (3 rows)" in learned.guess.told


def test_what_every_row_is_may_be_said(tmp_path: Path) -> None:
    """No column of the file says what kind of line a row is."""
    text = "\n".join(line.partition(",")[2] for line in PAYOUTS.splitlines()) + "\n"
    path = put(tmp_path, "nordpay.csv", text)
    learned = draft_of(path)
    question = next(q for q in learned.questions if q.key == "columns.line_type")
    assert "= sale" in question.choices
    assert learned.trial is None
    answered = draft_of(path, columns__line_type="= sale")
    assert contracts.parse(answered.text, source=answered.name).constants["line_type"] == "sale"
    assert answered.trial is not None
    assert answered.trial.staged == 3


def test_a_sum_without_names_decides_nothing(tmp_path: Path) -> None:
    """As a - b = c is also a - c = b: without a fee by name nobody knows which is which."""
    text = PAYOUTS.replace("Amount,Fee,Net", "Beta,Gamma,Delta")
    learned = draft_of(put(tmp_path, "nordpay.csv", text), entity="payouts")
    assert not learned.guess.found.keys() & {"gross_amount", "fee_amount", "net_amount"}


def test_debit_and_credit_are_one_amount_and_gross_is_not_net(tmp_path: Path) -> None:
    """The sum reads the other way round too, net + fee = gross, and the fee's own row has no gross."""
    text = (
        "Batch number,Type,Gross debit,Gross credit,Commission,Net debit,Net credit\n"
        "9,sale,,100.00,2.00,,98.00\n"
        "9,sale,,50.00,1.00,,49.00\n"
        "9,refund,30.00,,0.50,30.50,\n"
        "9,fee,,,,5.00,\n"
        "9,payout,,,,111.50,\n"
    )
    learned = draft_of(put(tmp_path, "nordpay.csv", text))
    contract = contracts.parse(learned.text, source=learned.name)
    reads = {name: (one.names, one.less) for name, one in contract.columns.items()}
    assert reads["net_amount"] == (("Net credit",), ("Net debit",))
    assert reads["gross_amount"] == (("Gross credit",), ("Gross debit",))
    assert reads["fee_amount"] == (("Commission",), None)
    assert contract.payout_sign == -1, "the transfer is -111.50 in the file"


def test_gross_amounts_that_are_paid_out_leave_the_fees_open(tmp_path: Path) -> None:
    """The lines tie, gross - fee = net, and what was paid out is the gross: the fees are billed, or told otherwise."""
    text = (
        "Settlement id,Type,Gross,Fee,Net,Payout amount\n"
        "7,sale,100.00,2.00,98.00,150.00\n7,sale,50.00,1.00,49.00,150.00\n"
        "8,sale,80.00,1.60,78.40,80.00\n"
    )
    learned = draft_of(put(tmp_path, "nordpay.csv", text))
    assert {"columns.net_amount", "columns.fee_amount"} <= keys(learned)
    assert not {"net_amount", "fee_amount"} & learned.guess.found.keys()


@pytest.mark.parametrize(
    ("was", "becomes", "asked"),
    [
        ("Farve", "Linjemoms", "vat_amount"),  # every cell is 25: a rate
        ("Farve", "Fragt rabat", "order_shipping"),  # what is taken off the shipping
    ],
)
def test_what_a_name_alone_would_get_wrong(tmp_path: Path, was: str, becomes: str, asked: str) -> None:
    text = ORDERS.replace(was, becomes).replace("blå", "25").replace("rød", "25").replace(";80,00;\n", ";80,00;25\n")
    learned = draft_of(put(tmp_path, "butik.csv", text.replace("grå", "25")))
    assert asked not in learned.guess.found


def test_a_fee_that_no_sum_proves_is_asked(tmp_path: Path) -> None:
    learned = draft_of(put(tmp_path, "nordpay.csv", PAYOUTS.replace("270.75", "270.74")), entity="payouts")
    assert "columns.fee_amount" in keys(learned)
    assert "fee_amount" not in learned.guess.found
    assert "# ASK fee_amount" in learned.text


def test_a_day_that_fits_both_orders_is_asked(tmp_path: Path) -> None:
    text = ORDERS.replace("28-11", "08-11").replace("29-11", "09-11").replace("30-11", "10-11")
    path = put(tmp_path, "butik.csv", text)
    learned = draft_of(path)
    assert keys(learned) == {"date_order"}
    assert learned.trial is not None
    assert {r["reason_code"] for r in learned.trial.rejects} == {"DATE_AMBIGUOUS"}
    answered = draft_of(path, date_order="month")
    assert answered.questions == []
    assert answered.trial is not None
    assert answered.trial.rows[0]["order_date"] == "2025-08-11 10:15:00"


def test_a_thousand_or_one_and_a_bit_is_asked(tmp_path: Path) -> None:
    text = "Varenummer;Varenavn;Kostpris;Enhed\nA-1;Kop;1.234;stk\nA-2;Fad;2.500;stk\n"
    path = put(tmp_path, "varer.csv", text)
    learned = draft_of(path, entity="products")
    assert keys(learned) == {"decimal"}
    assert tomllib.loads(learned.text)["csv"]["decimal"] == "infer"
    answered = draft_of(path, entity="products", decimal=",")
    assert answered.trial is not None
    assert [row["cost_price"] for row in answered.trial.rows] == ["1234.000000", "2500.000000"]


def test_whole_amounts_may_be_cents(tmp_path: Path) -> None:
    text = PAYOUTS.replace(".00", "00").replace(".25", "25").replace(".50", "50").replace(".75", "75")
    text = text.replace(":00,", ":00.5,")  # the moments are no amounts
    learned = draft_of(put(tmp_path, "nordpay.csv", text.replace("10:0000", "10:00:00")))
    assert "minor_units" in keys(learned)
    assert "gross_amount" not in written(learned), "an amount that may be a hundred times too large is not written"
    answered = draft_of(put(tmp_path, "nordpay.csv", text.replace("10:0000", "10:00:00")), minor_units="true")
    assert answered.trial is not None
    assert answered.trial.rows[0]["gross_amount"] == "275.00"


@pytest.mark.parametrize(
    ("was", "becomes", "lost"),
    [
        ("E-mail;", "Kundenr;", "customer_email"),  # no name says so
        ("anna@example.com", "Anna", "customer_email"),  # the cells contradict the name
        (";Total;", ";I alt;", None),  # another word for it
        (";Total;", ";Reference;", "order_total"),  # the sum holds, the name does not agree
    ],
)
def test_two_kinds_of_evidence_have_to_agree(tmp_path: Path, was: str, becomes: str, lost: str | None) -> None:
    whole = set(written(draft_of(put(tmp_path, "butik.csv", ORDERS))))
    learned = draft_of(put(tmp_path, "anden.csv", ORDERS.replace(was, becomes)))
    assert whole - learned.guess.found.keys() == ({lost} if lost else set())


def test_two_columns_of_one_name_are_asked(tmp_path: Path) -> None:
    learned = draft_of(put(tmp_path, "butik.csv", ORDERS.replace(";Farve", ";Mail").replace(";blå", ";x@example.com")
                           .replace(";rød", ";x@example.com").replace(";grå", ";y@example.com")))  # fmt: skip
    question = next(q for q in learned.questions if q.key == "columns.customer_email")
    assert question.choices == ("E-mail", "Mail")
    assert "customer_email" not in learned.guess.found


def test_an_unknown_word_is_asked_and_its_answer_written(tmp_path: Path) -> None:
    path = put(tmp_path, "butik.csv", ORDERS.replace("Afsendt", "På vej"))
    learned = draft_of(path)
    assert keys(learned) == {"values.state.På vej"}
    assert learned.trial is not None
    assert learned.trial.rejected == 1
    answered = learn.learn(path, KNOWN, answers={"values.state.På vej": "shipped"})
    assert tomllib.loads(answered.text)["values"]["state"] == {"Betalt": "paid", "På vej": "shipped"}


def test_xml_with_rows_inside_its_records(tmp_path: Path) -> None:
    order = (
        "<Order><OrderNumber>{0}</OrderNumber><OrderDate>2025-11-{1}</OrderDate><Currency>DKK</Currency>"
        "<OrderTotal>{2}</OrderTotal><Lines>{3}</Lines></Order>"
    )
    line = "<Line><SKU>{0}</SKU><Quantity>{1}</Quantity><UnitPrice>{2}</UnitPrice></Line>"
    orders = [
        order.format("9001", 28, "150.00", line.format("A", 2, "50.00") + line.format("B", 1, "50.00")),
        order.format("9002", 29, "30.50", line.format("C", 1, "30.50")),
    ]
    learned = draft_of(put(tmp_path, "shop.xml", f"<Shop><Orders>{''.join(orders)}</Orders></Shop>"))
    assert tomllib.loads(learned.text)["xml"]["record"] == "Orders/Order"
    assert tomllib.loads(learned.text)["xml"]["rows"] == ["Lines/Line"]
    assert written(learned)["sku"] == ("Lines/Line/SKU",)
    assert learned.trial is not None
    assert [(row["order_no"], row["lines"]) for row in learned.trial.rows] == [("9001", 2), ("9002", 1)]


def test_an_element_that_repeats_by_chance_is_asked(tmp_path: Path) -> None:
    """One statement of two balances: what repeats is not what the file is about."""
    xml = "<Doc><Stmt><Id>7</Id><Bal><Amt>1.00</Amt><Cd>A</Cd></Bal><Bal><Amt>2.00</Amt><Cd>B</Cd></Bal></Stmt></Doc>"
    learned = draft_of(put(tmp_path, "doc.xml", xml))
    assert "record" in keys(learned)
    assert learned.entity is None
    assert learned.trial is None


def test_a_spreadsheet_below_a_preamble(tmp_path: Path) -> None:
    rows = [line.split(";") for line in ORDERS.replace(",", ".").splitlines()]
    path = tmp_path / "butik.xlsx"
    write(path, {"Ordrer": Page([["Rapport"], [], *rows])})
    learned = draft_of(path)
    assert "xlsx" in tomllib.loads(learned.text)
    assert learned.trial is not None
    assert [row["order_total"] for row in learned.trial.rows] == ["275.00", "80.00", "125.00"]


def test_a_file_of_two_entities_alike_is_asked(tmp_path: Path) -> None:
    learned = draft_of(put(tmp_path, "x.csv", "Varenummer;Antal\nA-1;5\nA-2;7\n"))
    assert keys(learned) == {"entity"}
    assert (learned.read, learned.trial) == (0, None)
    assert "\nentity =" not in learned.text


def test_a_file_that_is_no_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRejected, match="FILE_UNKNOWN"):
        draft_of(put(tmp_path, "letter.txt", "Kære kunde\n\nTak for ordren.\n"))


def test_lines_without_their_orders_are_asked(tmp_path: Path) -> None:
    text = "Ordrenummer;Varenr;Varenavn;Antal;Stykpris\n1;A;Kop;2;10,50\n1;B;Fad;1;20,00\n2;C;Ske;1;30,00\n"
    learned = draft_of(put(tmp_path, "linjer.csv", text), entity="orders")
    assert "part" in keys(learned)
    assert (
        tomllib.loads(draft_of(put(tmp_path, "linjer.csv", text), entity="orders", part="lines").text)["part"]
        == "lines"
    )


def test_an_interview_asks_until_it_is_a_contract(tmp_path: Path) -> None:
    path = put(tmp_path, "butik.csv", ORDERS.replace("Ordrestatus", "Status").replace("Afsendt", "På vej"))
    said = {"columns.state": "Status", "values.state.På vej": "shipped"}
    asked = []

    def ask(question: learn.Question) -> str:
        asked.append(question.key)
        return said[question.key]

    learned, answers = learn.interview(path, KNOWN, ask)
    assert (asked, answers) == (["columns.state", "values.state.På vej"], said)
    assert written(learned)["state"] == ("Status",)


def test_nothing_typed_leaves_a_column_out(tmp_path: Path) -> None:
    path = put(tmp_path, "butik.csv", ORDERS.replace("Ordrestatus", "Status").replace("Afsendt", "På vej"))
    learned, _ = learn.interview(path, KNOWN, lambda _: "")
    assert learned.questions == []
    assert "state" not in written(learned)


@pytest.mark.parametrize(
    ("typed", "answer"), [("2\n", "month"), ("\n", ""), ("day\n", "day"), ("9\nno\n1\n", "day"), ("= sale\n", "= sale")]
)
def test_a_number_chooses(typed: str, answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    question = learn.Question("date_order", "which?", ("day", "month"), value="03-04-2026")
    assert telling.asked(Screen("en"), question) == answer


def test_a_draft_is_never_written_over_a_file(tmp_path: Path) -> None:
    learned = draft_of(put(tmp_path, "butik.csv", ORDERS))
    there = put(tmp_path, "mine.toml", "# mine\n")
    with pytest.raises(UsageError, match="CONTRACT_EXISTS"):
        learn.write(learned, there)
    assert there.read_text("utf-8") == "# mine\n"


def test_in_a_pipe_the_draft_is_toml_with_the_run_behind_it(tmp_path: Path) -> None:
    path = put(tmp_path, "butik.csv", ORDERS)
    done = CliRunner().invoke(cli.app, ["learn", str(path), "--workspace", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert contracts.parse(done.stdout, source="butik").entity == "orders"
    assert "# 1001" in done.stdout


def test_answers_and_output(tmp_path: Path) -> None:
    """A draft with an open word, answered in a file, becomes a source of the workspace."""
    path = put(tmp_path, "butik.csv", ORDERS.replace("Afsendt", "På vej"))
    answers = put(tmp_path, "answers.toml", 'entity = "orders"\n[values.state]\n"På vej" = "shipped"\n')
    output = tmp_path / "schemas" / "sources" / "butik_ordrer.toml"
    words = ["learn", str(path), "--workspace", str(tmp_path), "--answers", str(answers), "--output", str(output)]
    done = CliRunner().invoke(cli.app, [*words, "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["entity"], told["questions"], told["written"]) == ("orders", [], str(output))
    assert told["trial"]["staged"] == 4
    assert "butik_ordrer" in contracts.load(tmp_path)
    again = CliRunner().invoke(cli.app, words)
    assert again.exit_code == 2


def test_a_cell_has_no_power_over_the_draft(tmp_path: Path) -> None:
    """A header with a line break stays inside its comment or its quotes."""
    text = ORDERS.replace("Farve", '"Farve\nentity = ""payouts"""')
    learned = draft_of(put(tmp_path, "butik.csv", text))
    assert contracts.parse(learned.text, source=learned.name).entity == "orders"
    assert learned.text.count("\nentity = ") == 1


def test_a_prefix_that_is_not_declared_is_damage(tmp_path: Path) -> None:
    with pytest.raises(FileRejected, match="FILE_DAMAGED"):
        draft_of(put(tmp_path, "x.xml", "<r><x:o><a>1</a></x:o><x:o><a>2</a></x:o></r>"))
