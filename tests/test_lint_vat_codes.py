"""`etl lint` on VAT codes: what orders of the last 90 days need and nobody named, and what in the ERP contradicts.

A small database stands for the snapshot: six orders, some held, and an export of the ERP's VAT codes. The as-of day is
2026-11-24, so the first of the 90 days is 2026-08-26.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from etl import cli, company
from etl.company import Company, write_settings
from etl.entities import ENTITIES
from etl.lint import Linted, LintFinding, look
from etl.lint.snapshot import VatNeed
from etl.lint.vat_codes import WantedCode, code_for
from etl.store import Store
from etl.targets.uniconta_files import vat_codes as vat_code_files
from etl.targets.uniconta_files.form import Form
from etl.targets.uniconta_files.layout import layout
from etl.vat import seeds

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "nordlys" / "company.toml"
CODES = """
"DOMESTIC:DK:25" = "U25"
"EXPORT" = "UEKS"
"ICS_GOODS" = "UEUV"
"OSS_UNION:DE:19" = "U_DE19"
"NO_VAT" = "UMOMS0"
"""
FORM = Form(language="da", encoding="utf-8", decimal=",", date="%d-%m-%Y", is_neutralised=False)


def settings(codes: str = CODES, *pairs: tuple[str, str]) -> Company:
    text = EXAMPLE.read_text("utf-8")
    written = text[text.index('"DOMESTIC:DK:25"') : text.index("[vat.categories]")]
    for old, new in [(written, codes + "\n"), *pairs]:
        assert old in text, old
        text = text.replace(old, new, 1)
    return company.parse(text.encode())


@pytest.fixture(scope="module")
def seeded() -> Iterator[Store]:
    """A database with the tables and seeds of a run, and nothing in it."""
    with Store.open(None) as store:
        store.script_file("tables.sql")
        store.script_file("macros.sql")
        seeds.load(store)
        write_settings(store, settings())
        for name in ("vat_codes", "debtors"):
            columns = ", ".join(f"{c.name} {c.sql_type}" for c in ENTITIES[f"uniconta_{name}"].columns)
            store.script(f"create table erp.{name} ({columns})")
        store.script("create table setting.run as select date '2026-11-24' as as_of, 'w' as workspace_id")
        yield store


@pytest.fixture
def store(seeded: Store) -> Iterator[Store]:
    """The same, emptied again afterwards."""
    with seeded.undone():
        yield seeded


def order(store: Store, key: int, day: str, verdict: str, total: str = "100.00", currency: str = "DKK") -> None:
    store.rows(
        "insert into core.orders (order_key, shipped_date, order_total, currency) values (?, ?::date, ?::decimal, ?)",
        [key, day, total, currency],
    )
    store.rows("insert into core.verdicts (order_key, verdict) values (?, ?)", [key, verdict])


def decision(store: Store, key: int, rule: str, treatment: str, country: str | None, rate: str | None) -> None:
    store.rows(
        "insert into core.vat_decisions (order_key, rule_id, treatment, vat_country, vat_rate)"
        " values (?, ?, ?, ?, ?::decimal(9, 4))",
        [key, rule, treatment, country, rate],
    )


def held_for_code(store: Store, key: int) -> None:
    store.rows("insert into core.findings (order_key, code) values (?, 'VAT_CODE_MISSING')", [key])


def erp_code(store: Store, code: str, operation: str | None, rate: str | None, **more: str | bool) -> None:
    columns = {"vat_code": code, "vat_operation": operation, "rate": rate} | more
    store.rows(
        f"insert into erp.vat_codes ({', '.join(columns)}) values ({', '.join('?' * len(columns))})",
        list(columns.values()),
    )


def seen(store: Store | None, chosen: Company | None = None) -> Linted:
    return look(chosen or settings(), store, {"shopify_orders"})


def found(linted: Linted, code: str) -> list[LintFinding]:
    return [finding for finding in linted.findings if finding.code == code]


def wanted(store: Store, chosen: Company | None = None) -> dict[str, WantedCode]:
    return {code.key: code for code in seen(store, chosen).vat_codes}


def test_each_country_and_rate_without_a_code_is_listed_with_what_waits_for_it(store: Store) -> None:
    order(store, 1, "2026-11-20", "held", "124.00", "EUR")
    order(store, 2, "2026-11-21", "held", "200.50")
    order(store, 3, "2026-11-22", "waiting", "999.00")
    for key in (1, 2, 3):
        decision(store, key, "oss_union", "OSS_UNION", "SE", "25")
    decision(store, 2, "oss_union", "OSS_UNION", "SE", "6")
    held_for_code(store, 1)
    held_for_code(store, 2)
    codes = seen(store).vat_codes
    assert [code.key for code in codes] == ["OSS_UNION:SE:25", "OSS_UNION:SE:6"]
    assert [(code.orders, code.orders_waiting) for code in codes] == [(3, 2), (1, 1)]
    assert codes[0].amounts_waiting == {"DKK": Decimal("200.50"), "EUR": Decimal("124.00")}
    assert [code.setting for code in codes] == ['"OSS_UNION:SE:25" = "U_SE25"', '"OSS_UNION:SE:6" = "U_SE06"']
    message = found(seen(store), "LINT_VAT_CODE_NEEDED")[0].message
    assert "skal bruge den: 3; tilbageholdt på grund af den: 2 (200.50 DKK, 124.00 EUR inkl. moms)" in message


def test_only_orders_of_the_last_90_days_and_held_ones_count(store: Store) -> None:
    for key, day, verdict, country in (
        (1, "2026-08-26", "exported", "SE"),  # the first day of the 90
        (2, "2026-08-25", "exported", "NL"),  # the day before
        (3, "2026-08-25", "held", "FI"),  # waits for its code all the same
        (4, "2026-11-20", "skipped", "FR"),  # a skipped order needs nothing
    ):
        order(store, key, day, verdict)
        decision(store, key, "oss_union", "OSS_UNION", country, "21")
    held_for_code(store, 3)
    assert set(wanted(store)) == {"OSS_UNION:SE:21", "OSS_UNION:FI:21"}


def test_lines_of_documents_count_when_their_code_is_taken_out_of_the_settings(store: Store) -> None:
    order(store, 1, "2026-11-20", "exported")
    store.script(
        "insert into core.document_lines (order_key, rule_id, treatment, vat_country, vat_rate, vat_code)"
        " values (1, 'oss_union', 'OSS_UNION', 'DE', 19, 'U_DE19')"
    )
    assert wanted(store) == {}
    without = settings(CODES.replace('"OSS_UNION:DE:19" = "U_DE19"', ""))
    assert wanted(store, without)["OSS_UNION:DE:19"].orders == 1


def test_zero_rated_sales_of_all_countries_need_one_code_and_held_rules_none(store: Store) -> None:
    for key, country in ((1, "NO"), (2, "US")):
        order(store, key, "2026-11-20", "held")
        decision(store, key, "export", "EXPORT", country, "0")
    decision(store, 2, "oss_unknown", "HOLD", "DE", "19")
    decision(store, 2, "oss_union", "OSS_UNION", "DE", None)  # no rate is known: held for that
    code = wanted(store, settings(CODES.replace('"EXPORT" = "UEKS"', "")))
    assert list(code) == ["EXPORT"]
    assert (code["EXPORT"].orders, code["EXPORT"].setting) == (2, '"EXPORT" = "UEKSPORT"')


@pytest.mark.parametrize(
    ("rule", "treatment", "country", "rate", "row"),
    [
        # operation by treatment (uniconta.md §4); 001 goods, 002 services, 020 import, 030 services from outside the EU
        ("oss_union", "OSS_UNION", "FI", "25.5", "U_FI255 MosEU 25.5 FI standard 001"),
        ("oss_union", "OSS_UNION", "EL", "6", "U_EL06 MosEU 6 EL reduced 001"),
        ("oss_services", "OSS_UNION", "FR", "5.5", "U_FR055 MosEU 5.5 FR reduced 002"),
        ("nonunion", "OSS_NONUNION", "DE", "19", "N_DE19 Moss 19 DE standard 030"),
        ("ioss", "IOSS", "SE", "25", "I_SE25 - 25 SE standard 020"),
        ("domestic", "DOMESTIC", "DK", "12", "U12 S1 12 - - -"),
        ("distance_sale_registered", "DOMESTIC", "DE", "7", "L_DE07 S5 7 - - -"),
        ("origin_below_threshold", "ORIGIN_BELOW_THRESHOLD", "DK", "25", "F_DK25 S1 25 - - -"),
        ("rc_service", "RC_SERVICE", "DE", "0", "UEUYDELSER S4 0 - - -"),
        ("domestic_reverse_charge", "DOMESTIC_REVERSE_CHARGE", "DK", "0", "UOMVDK S8 0 - - -"),
        ("service_outside_eu", "OUTSIDE_SCOPE_SERVICE", "US", "0", "UYDUDLAND S6 0 - - -"),
        ("domestic_zero", "DOMESTIC_ZERO", "DK", "0", "UNUL S2 0 - - -"),
    ],
)
def test_the_row_to_create(store: Store, rule: str, treatment: str, country: str, rate: str, row: str) -> None:
    order(store, 1, "2026-11-20", "held")
    decision(store, 1, rule, treatment, country, rate)
    (code,) = seen(store).vat_codes
    assert code.row is not None
    fields = ("Vat", "TypeSales", "Rate", "VatCountry", "RateType", "MOSSType")
    assert " ".join(code.row[field] or "-" for field in fields) == row
    assert (code.row["Account"], code.row["VatType"]) == ("", "Salg")


def test_a_code_is_at_most_ten_characters_and_nobody_elses(store: Store) -> None:
    order(store, 1, "2026-11-20", "held")
    decision(store, 1, "oss_union", "OSS_UNION", "SE", "25")
    decision(store, 1, "rc_service", "RC_SERVICE", "DE", "0")
    erp_code(store, "u_se25", "S1", "25")  # the ERP does not tell capitals apart
    erp_code(store, "UEUYDELSER", "S2", "0")
    codes = {code.treatment: code.vat_code for code in seen(store).vat_codes}
    assert codes == {"OSS_UNION": "U_SE25_2", "RC_SERVICE": "UEUYDELS_2"}


def test_goods_and_services_under_one_code_have_no_line_of_their_own_in_the_oss_file(store: Store) -> None:
    order(store, 1, "2026-11-20", "held")
    decision(store, 1, "oss_union", "OSS_UNION", "SE", "25")
    decision(store, 1, "oss_services", "OSS_UNION", "SE", "25")
    (code,) = seen(store).vat_codes
    assert code.row is not None
    assert code.row["MOSSType"] == ""
    linted = seen(store, settings(CODES + '"OSS_UNION:SE:25" = "U_SE25"'))
    (told,) = found(linted, "LINT_VAT_CODE_TWO_PLACES")
    assert told.key == 'vat.codes."OSS_UNION:SE:25"'
    assert "B_GOODS_NO_ESL union_goods; C union_services" in told.message


def test_goods_from_stock_abroad_name_the_state_they_leave_from(store: Store) -> None:
    order(store, 1, "2026-11-20", "held")
    store.script("update core.orders set ship_from_country = 'PL'")
    decision(store, 1, "oss_union", "OSS_UNION", "SE", "25")
    chosen = settings(CODES, ("[vat.codes]", '[vat.registrations]\nPL = "PL5260001246"\n[vat.codes]'))
    code = wanted(store, chosen)["OSS_UNION:SE:25"]
    assert code.row is not None
    assert (code.row["ShipmentCountry"], code.row["Id"], code.row["MOSSType"]) == ("PL", "PL5260001246", "")


def test_a_code_of_the_erp_that_fits_is_proposed_first(store: Store) -> None:
    order(store, 1, "2026-11-20", "held")
    decision(store, 1, "domestic", "DOMESTIC", "DK", "25")
    decision(store, 1, "oss_union", "OSS_UNION", "SE", "25")
    erp_code(store, "I25", None, "25")
    erp_code(store, "U0", "S2", "0")
    erp_code(store, "U25", "s1", "25")
    erp_code(store, "UGML", "S1", "25", is_blocked=True)
    erp_code(store, "U_NL25", "MosEU", "25", vat_country="Netherlands")
    erp_code(store, "OSSSE", "MosEU", "25", vat_country="Sverige")
    chosen = settings('"EXPORT" = "UEKS"\n"ICS_GOODS" = "UEUV"\n')
    linted = seen(store, chosen)
    codes = {code.key: code for code in linted.vat_codes}
    assert {key: code.existing for key, code in codes.items()} == {
        "DOMESTIC:DK:25": ("U25",),
        "OSS_UNION:SE:25": ("OSSSE",),
        "NO_VAT": ("U0",),
    }
    assert codes["DOMESTIC:DK:25"].row is None
    assert codes["DOMESTIC:DK:25"].setting == '"DOMESTIC:DK:25" = "U25"'
    assert len(found(linted, "LINT_VAT_CODE_FITS")) == 3


def test_the_standard_rate_at_home_is_filled_in_where_the_rate_table_is_at_hand(store: Store) -> None:
    code = wanted(store, settings(CODES.replace('"DOMESTIC:DK:25" = "U25"', "")))["DOMESTIC:DK:25"]
    assert (code.orders, code.vat_code) == (0, "U25")


@pytest.mark.parametrize(
    ("key", "operation", "rate", "country", "field"),
    [
        ("DOMESTIC:DK:25", "S1", "0", None, "Rate 0 25"),
        ("DOMESTIC:DK", "S1", "0", None, "Rate 0 > 0"),
        ("DOMESTIC:DK:25", "S3", "25", None, "TypeSales S3 S1"),
        ("DOMESTIC:DK:25", "S1", "25", "Sweden", "VatCountry SE DK"),
        ("ICS_GOODS", "S4", "0", None, "TypeSales S4 S3"),
        ("RC_SERVICE", "S3", "0", None, "TypeSales S3 S4"),
        ("EXPORT", "S2", "0", None, "TypeSales S2 S6"),
        ("EXPORT", "S6", "25", None, "Rate 25 0"),
        ("NO_VAT", "S2", "25", None, "Rate 25 0"),
        ("OSS_UNION:DE:19", "S1", "19", "Germany", "TypeSales S1 MosEU"),
        ("OSS_UNION:DE:19", "Moss", "19", "Germany", "TypeSales Moss MosEU"),
        ("OSS_UNION:DE:19", "MosEU", "7", "Germany", "Rate 7 19"),
        ("OSS_UNION:DE:19", "MosEU", "19", "Netherlands", "VatCountry NL DE"),
        ("DOMESTIC_REVERSE_CHARGE", "S1", "0", None, "TypeSales S1 S8"),
        ("ORIGIN_BELOW_THRESHOLD:DK:25", "MosEU", "25", None, "TypeSales MosEU S1"),
    ],
)
def test_a_code_of_the_erp_that_contradicts_is_an_error(
    store: Store, key: str, operation: str, rate: str, country: str | None, field: str
) -> None:
    erp_code(store, "X", operation, rate, vat_country=country or "")
    (told,) = found(seen(store, settings(f'"{key}" = "X"')), "LINT_VAT_CODE_WRONG")
    name, read, needed = field.split(" ", 2)
    assert f"har koden {name} {read}, men der skal stå {needed}." in told.message
    assert (told.key.replace('"', ""), told.severity) == (f"vat.codes.{key}", "error")


@pytest.mark.parametrize(
    ("key", "operation", "rate", "country"),
    [
        ("DOMESTIC:DK:25", "S1", "25.00", "Danmark"),
        ("DOMESTIC:DK:25", None, None, None),  # the export says nothing
        ("DOMESTIC:DK:25", "9000", "25", None),  # nor in a word that we do not know
        ("DOMESTIC:DE:19", "S2", "19", None),  # S2 or S5: the accountant's
        ("OSS_UNION:EL:24", "MosEU", "24", "Greece"),
        ("NO_VAT", "S1", "0", None),
        ("MARGIN_SCHEME", "S1", "25", None),  # the ERP works the VAT of the margin out
    ],
)
def test_a_code_of_the_erp_that_fits_or_says_nothing_is_not_told(
    store: Store, key: str, operation: str | None, rate: str | None, country: str | None
) -> None:
    erp_code(store, "X", operation, rate, vat_country=country or "")
    assert found(seen(store, settings(f'"{key}" = "X"')), "LINT_VAT_CODE_WRONG") == []


def test_a_blocked_code_is_an_error(store: Store) -> None:
    erp_code(store, "U25", "S1", "25", is_blocked=True)
    keys = [finding.key for finding in found(seen(store), "LINT_NOT_IN_ERP")]
    assert 'vat.codes."DOMESTIC:DK:25"' in keys


def test_oss_codes_have_a_vat_account_of_their_own(store: Store) -> None:
    erp_code(store, "U25", "S1", "25", account="8720")
    erp_code(store, "UGL", "S1", "25", account="8721")  # Danish in the ERP, though no setting names it
    erp_code(store, "U_DE19", "MosEU", "19", account="8720")
    erp_code(store, "U_SE25", "MosEU", "25", account="8721")
    erp_code(store, "U_NL21", "MosEU", "21", account="")
    erp_code(store, "U_FI255", "MosEU", "25.5", account="8730")
    more = '"OSS_UNION:SE:25" = "U_SE25"\n"OSS_UNION:NL:21" = "U_NL21"\n"OSS_UNION:FI:25.5" = "U_FI255"\n'
    linted = seen(store, settings(CODES + more))
    assert [finding.key for finding in found(linted, "LINT_VAT_ACCOUNT_SHARED")] == [
        'vat.codes."OSS_UNION:DE:19"',
        'vat.codes."OSS_UNION:SE:25"',
    ]
    assert [finding.key for finding in found(linted, "LINT_VAT_ACCOUNT_MISSING")] == ['vat.codes."OSS_UNION:NL:21"']


@pytest.mark.parametrize(
    ("treatment", "country", "rate"),
    [
        ("DOMESTIC", "DK", 25),
        ("DOMESTIC", "DE", 19),
        ("OSS_UNION", "DE", 19),
        ("OSS_UNION", "DE", 7),
        ("OSS_UNION", "EL", 24),
        ("OSS_UNION", "SE", 25),
        ("EXPORT", "NO", 0),
        ("IOSS", "SE", 25),
    ],
)
def test_a_need_is_met_by_the_code_that_the_models_would_choose(
    store: Store, treatment: str, country: str, rate: int
) -> None:
    codes = {
        "DOMESTIC": "A", "DOMESTIC:DK": "B", "DOMESTIC:DK:25": "C", "OSS_UNION:DE": "D", "OSS_UNION:DE:19": "E",
        "OSS_UNION:GR:24": "F", "EXPORT": "G",
    }  # fmt: skip
    write_settings(store, settings("\n".join(f'"{key}" = "{code}"' for key, code in codes.items())))
    store.script("create or replace temp table vat_rates_due (rule_id varchar, vat_country varchar, rate_bp integer)")
    rule = {"DOMESTIC": "domestic", "OSS_UNION": "oss_union", "EXPORT": "export", "IOSS": "ioss"}[treatment]
    store.rows("insert into vat_rates_due values (?, ?, ?)", [rule, country, rate * 100])
    model = (ROOT / "etl" / "models" / "326_vat_codes_due.sql").read_text("utf-8")
    ((chosen,),) = store.rows(f"select vat_code from ({model})")
    assert code_for(codes, VatNeed(treatment, country, Decimal(rate))) == chosen


def test_the_file_of_codes_to_create(store: Store) -> None:
    order(store, 1, "2026-11-20", "held")
    decision(store, 1, "oss_union", "OSS_UNION", "EL", "24")
    decision(store, 1, "oss_union", "OSS_UNION", "FI", "25.5")
    erp_code(store, "U25", "S1", "25", method="Brutto", vat_type="Salg")
    rows = [code.row for code in seen(store).vat_codes if code.row and code.can_be_created]
    content, sheet = vat_code_files.write(rows, FORM)
    assert content.decode().split("\r\n") == [
        (
            "Vat;Name;VatType;TypeSales;Rate;Account;Method;VatCountry;RateType;MOSSType;BusinessCountry;ShipmentCountry;Id"
            ";UsedSalesVat"
        ),
        "U_EL24;OSS_UNION:EL:24;Salg;MosEU;24;;Brutto;Greece;Standard;001;;;;",
        "U_FI255;OSS_UNION:FI:25.5;Salg;MosEU;25,5;;Brutto;Finland;Standard;001;;;;",
        "",
    ]
    assert sheet.decode().split("\r\n")[1] == "1;Vat;Vat;VAT;Moms;10;U_EL24"


def test_every_column_of_the_file_is_a_field_of_uniconta() -> None:
    reference = ROOT.parent / "shared" / "reference" / "uniconta_fields.csv"
    if not reference.is_file():
        pytest.skip(f"no field list at {reference}")
    fields = {
        row["field"] for row in csv.DictReader(io.StringIO(reference.read_text("utf-8"))) if "GLVat" in row["entity"]
    }
    assert {column.field for column in layout("vat_codes").columns} <= fields


def test_the_command_writes_the_file_once_and_shows_the_lines_to_paste(tmp_path: Path) -> None:
    text = (
        EXAMPLE.read_text("utf-8").replace('"EXPORT" = "UEKS"\n', "").replace('language = "da"', 'language = "en"', 1)
    )
    (tmp_path / "company.toml").write_text(text, "utf-8")
    words = ["lint", "--workspace", str(tmp_path), "--vat-codes", str(tmp_path / "codes.csv")]
    done = CliRunner().invoke(cli.app, words)
    assert done.exit_code == 0, done.output
    assert '[vat.codes]\n"EXPORT" = "UEKSPORT"\n' in done.stdout
    assert (tmp_path / "codes.csv").read_text("utf-8-sig").splitlines()[1].startswith("UEKSPORT;EXPORT;Salg;S6;0;;")
    assert (tmp_path / "mapping_codes.csv").is_file()
    (tmp_path / "mapping_codes.csv").unlink()
    again = CliRunner().invoke(cli.app, words)
    assert (again.exit_code, "is not written over" in again.stderr) == (2, True)


def test_a_row_without_a_rate_is_told_but_not_written() -> None:
    code = seen(None, settings(CODES.replace('"OSS_UNION:DE:19" = "U_DE19"', ""))).vat_codes[0]
    assert (code.key, code.can_be_created, code.setting) == ("OSS_UNION", False, '"OSS_UNION" = "?"')
    assert code.row is not None
    assert not replace(code, row=code.row | {"Rate": ""}).can_be_created
