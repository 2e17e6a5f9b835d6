"""company.toml: what it takes, what it refuses and how it says so, and the tables made from it."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from etl import company
from etl.company import describe
from etl.company.places import dotted, line_of, places
from etl.company.settings import write_settings
from etl.errors import ConfigError
from etl.store import Store

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "nordlys" / "company.toml"


def refused(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        company.parse(text.encode())
    return caught.value


def test_the_example_is_read_whole() -> None:
    nordlys = company.load(EXAMPLE)
    assert nordlys is not None
    assert nordlys.vat.threshold.prior_year_eur == Decimal(25000)
    assert nordlys.documents.tolerance == Decimal("0.05")
    assert nordlys.periods.locked_until == date(2025, 12, 31)
    assert nordlys.payment_methods["Bank Deposit"].register_ == "none"
    assert nordlys.payment_methods["Gavekort"].is_gift_card
    assert nordlys.acquirers["shopify_payments"].receivable == "5821"
    assert nordlys.shops[0].inbox == "."
    assert nordlys.text.startswith("# The example company")
    assert len(nordlys.sha256) == 64


def test_settings_never_change() -> None:
    nordlys = company.parse(b"")
    with pytest.raises(ValidationError):
        nordlys.documents.book = True  # type: ignore[misc]  # that it may not is the test


def test_no_file_is_no_company(tmp_path: Path) -> None:
    assert company.load(tmp_path / "company.toml") is None


def test_nothing_of_accounting_has_a_default() -> None:
    empty = company.parse(b"[payment_methods.Kort]\nregister = 'none'\n[acquirers.a]\n")
    assert set(empty.accounts.model_dump().values()) == {None}
    assert empty.vat.registered is None
    assert empty.vat.codes == {}
    assert empty.erp.without_snapshot is None
    acquirer = empty.acquirers["a"]
    assert [acquirer.receivable, acquirer.fees, acquirer.bank, acquirer.journal, acquirer.fee_vat] == [None] * 5


@pytest.mark.parametrize(
    ("text", "line", "key", "expected"),
    [
        ("[documents]\ntolerence = '0.05'\n", 2, "documents.tolerence", "tolerance"),
        ("[company]\n\n[acounts]\n", 3, "acounts", "accounts"),
        ("[debtors]\nb2c = { colective = 'X' }\n", 2, "debtors.b2c.colective", "collective"),
        ("[[shops]]\nid='a'\nsource='s'\n[[shops]]\nid='b'\nsorce='s'\n", 6, "shops[2].sorce", "source"),
        ("[acquirers.'Kort & Co']\nbnk = '5820'\n", 2, 'acquirers."Kort & Co".bnk', "bank"),
    ],
)
def test_unknown_key_names_line_and_nearest(text: str, line: int, key: str, expected: str) -> None:
    error = refused(text)
    facts = [e.facts for e in (error, *error.facts["others"]) if e.code == "CONFIG_KEY_UNKNOWN"]  # type: ignore[misc]  # its errors
    assert (facts[0]["line"], facts[0]["key"], facts[0]["expected"]) == (line, key, expected)


@pytest.mark.parametrize(
    ("text", "line", "value", "expected"),
    [
        ("[documents]\ntolerance = 0.05\n", 2, "0.05", '"1234.50"'),
        ("[documents]\ntolerance = '1e2'\n", 2, '"1e2"', '"1234.50"'),
        ("[documents]\ntolerance = '1_0'\n", 2, '"1_0"', '"1234.50"'),
        ("[documents]\ntolerance = '\u0661'\n", 2, '"\u0661"', '"1234.50"'),
        ("[documents]\ntolerance = '0.005'\n", 2, '"0.005"', '"1234.50"'),
        ("[documents]\ntolerance = '1.01'\n", 2, '"1.01"', '"0.05" (0.00 … 1.00)'),
        ("[documents]\nkind = 'order'\n", 2, '"order"', '"invoice" | "sales_order"'),
        ("[documents]\nbook = 'yes'\n", 2, '"yes"', "true | false"),
        ("[numbers]\n# first\nvoucher = 0\n", 3, "0", "1 … 999999999"),
        ("[periods]\nlocked_until = '31-12-2025'\n", 2, '"31-12-2025"', '"2025-12-31"'),
        ("[periods]\nlocked_until = '2025-02-30'\n", 2, '"2025-02-30"', '"2025-12-31"'),
        ("[company]\ntimezone = 'Europe/Kopenhagen'\n", 2, '"Europe/Kopenhagen"', '"Europe/Copenhagen"'),
        ("[accounts]\nerror = 9990\n", 2, "9990", '"5821" (≤ 20)'),
        ("[vat.codes]\n'DOMSTIC:DK:25' = 'U25'\n", 2, '"DOMSTIC:DK:25"', "DOMESTIC"),
        ("[vat.codes]\n'DOMESTIC:dk' = 'U25'\n", 2, '"DOMESTIC:dk"', "TREATMENT[:COUNTRY[:RATE]]"),
        ("[vat.codes]\n'HOLD' = 'U25'\n", 2, '"HOLD"', " | ".join(company.TREATMENTS)),
        ("[target]\ndate = '%d/%m'\n", 2, '"%d/%m"', '"%d-%m-%Y"'),
        ("[[shops]]\nid='a'\nsource='s'\ninbox='../x'\n", 4, '"../x"', '"." | "shop2"'),
        ("[[shops]]\nid='a'\nsource='s'\ninbox='archive'\n", 4, '"archive"', '"." | "shop2"'),
    ],
)
def test_wrong_value_names_line_and_what_is_expected(text: str, line: int, value: str, expected: str) -> None:
    error = refused(text)
    assert error.code == "CONFIG_INVALID"
    assert (error.facts["line"], error.facts["value"], error.facts["expected"]) == (line, value, expected)


def test_one_rate_said_twice_is_refused() -> None:
    error = refused('[vat.codes]\n"DOMESTIC:DK:25" = "A"\n"DOMESTIC:DK:25.0" = "B"\n')
    assert error.facts["expected"] == "DOMESTIC:DK:25 = DOMESTIC:DK:25.0"


def test_a_missing_key_and_all_errors_in_the_order_of_lines() -> None:
    error = refused("[documents]\nbook = 1\n[payment_methods.Kort]\npayment_term = 'K'\n")
    others = error.facts["others"]
    assert isinstance(others, tuple)
    assert [e.code for e in (error, *others)] == ["CONFIG_INVALID", "CONFIG_KEY_MISSING"]
    assert (others[0].facts["line"], others[0].facts["key"]) == (3, "payment_methods.Kort.register")


@pytest.mark.parametrize(
    ("content", "line"),
    [(b"[company]\nname = Nordlys\n", 2), (b"[company]\nname = 'a'\nname = 'b'\n", 3), (b"a = 1\nb = '\xe6'\n", 2)],
)
def test_syntax_names_its_line(content: bytes, line: int) -> None:
    with pytest.raises(ConfigError) as caught:
        company.parse(content)
    assert caught.value.code == "CONFIG_SYNTAX"
    assert caught.value.facts["line"] == line


def test_places_know_tables_inline_tables_and_quotes() -> None:
    text = '[a]\nx = 1\n[a."b c"]\ny = 2\n[[s]]\nid = 1\n[[s]]\nid = [\n  2,\n]\nz.w = 3\n'
    assert places(text)["a", "b c", "y"] == 4
    assert line_of(text, ("s", 1, "id")) == 8
    assert line_of(text, ("s", 1, "z", "w")) == 11
    assert line_of(text, ("a", "x", "deep")) == 2
    assert dotted(("s", 1, "b c")) == 's[2]."b c"'


def test_language_hint_reads_a_broken_file(tmp_path: Path) -> None:
    path = tmp_path / "company.toml"
    assert company.language_hint(path) == "da"
    path.write_text('[company]\nlanguage = "en"   # en\nname = broken\n')
    assert company.language_hint(path) == "en"


def test_setting_tables_of_the_example() -> None:
    tables = company.setting_tables(company.load(EXAMPLE))
    assert ("OSS_UNION", "DE", Decimal(19), "U_DE19") in tables["vat_codes"].rows
    assert ("EXPORT", None, None, "UEKS") in tables["vat_codes"].rows
    assert tables["vat_categories"].rows == [("bog", "book")]
    b2c = ("main", "b2c", ["customer_no", "email"], "B2C", False, "WEB-{country}", "never")
    assert tables["debtor_rules"].rows[0] == b2c
    assert tables["items"].rows[0][3] is None  # an empty default item is none
    assert [row[1] for row in tables["payment_methods"].rows] == ["Shopify Payments", "Bank Deposit", "Gavekort"]
    for table in tables.values():
        assert all(len(row) == len(table.columns) for row in table.rows)


def test_greece_is_spelt_as_vat_spells_it() -> None:
    assert company.VatCodeKey.parse("OSS_UNION:GR:24") == ("OSS_UNION", "EL", Decimal(24))


def test_without_a_company_only_the_messages_have_rows() -> None:
    assert [name for name, table in company.setting_tables(None).items() if table.rows] == ["messages"]


def test_settings_are_written_and_replaced(tmp_path: Path) -> None:
    with Store.open(tmp_path / "x.duckdb") as store:
        write_settings(store, company.load(EXAMPLE))
        assert store.rows("select transfer_states[1], tolerance from setting.documents") == [("paid", Decimal("0.05"))]
        assert store.value("select locked_until from setting.periods") == date(2025, 12, 31)
        assert store.value("select rounding from setting.items") == "AFRUNDING"
        assert store.value("select gift_card_skus from setting.items") == ["GAVE-200", "GAVE-500"]
        assert store.rows("select receivable, fee_vat_code from setting.acquirers") == [("5821", "UMOMS0")]
        write_settings(store, None)
        assert store.value("select count(*) from setting.documents") == 0
        assert store.value("select count(*) from setting.messages") > 100


def test_a_section_changes_its_own_hash_only() -> None:
    one = company.parse(b"[accounts]\nerror = '1'\n[run]\nsettle_seconds = 3\n")
    same = company.parse(b"# other words\n[run]\nsettle_seconds = 3\n[accounts]\nerror = '1'\n")
    other = company.parse(b"[accounts]\nerror = '2'\n[run]\nsettle_seconds = 3\n")
    before, after = company.sections_sha(one), company.sections_sha(other)
    assert before == company.sections_sha(same)
    assert [name for name in before if before[name] != after[name]] == ["accounts"]
    assert company.settings_sha(one) != company.settings_sha(other)


def test_schema_and_documentation_are_fresh() -> None:
    hint = "run: python -m etl.company.describe"
    assert (ROOT / "schemas/company.schema.json").read_text("utf-8") == describe.schema_text(), hint
    assert (ROOT / "docs/config.md").read_text("utf-8") == describe.markdown_text(), hint


def test_every_key_of_the_example_is_documented() -> None:
    documented = set(re.findall(r"^\| `([\w.]+)`", describe.markdown_text(), re.MULTILINE))
    used = set(re.findall(r"^([a-z_]+) = ", EXAMPLE.read_text("utf-8"), re.MULTILINE)) - {"bog"}
    assert {key.split(".")[0] for key in used} <= {key.split(".")[0] for key in documented}


def test_the_bench_company_is_read() -> None:
    bench = ROOT.parent / "shared" / "bench" / "company.toml"
    if not bench.is_file():
        pytest.skip("no bench settings here")
    assert company.load(bench) is not None
