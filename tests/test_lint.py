"""`etl lint`: each thing that is missing or contradicts is told once, with its line; what is sound is not told."""

from pathlib import Path

import pytest

from etl import company
from etl.entities import ENTITIES
from etl.lint import LintFinding, lint
from etl.store import Store

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "nordlys" / "company.toml"
SOURCES = {"shopify_orders", "generic_orders"}


def changed(*pairs: tuple[str, str]) -> company.Company:
    text = EXAMPLE.read_text("utf-8")
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return company.parse(text.encode())


def found(settings: company.Company, code: str, store: Store | None = None) -> list[LintFinding]:
    return [finding for finding in lint(settings, store, SOURCES) if finding.code == code]


def test_the_example_lacks_nothing() -> None:
    findings = lint(company.load(EXAMPLE), None, SOURCES)
    assert [(f.code, f.severity) for f in findings] == [("LINT_TERM_OFFSET", "info")]
    assert "5821" in findings[0].message


def test_no_company_is_one_finding() -> None:
    assert [f.code for f in lint(None, None, SOURCES)] == ["CONFIG_MISSING"]


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_starting_settings_are_asked_for(language: str) -> None:
    settings = company.load(ROOT / "etl" / "templates" / f"company.{language}.toml")
    assert settings is not None
    findings = lint(settings, None, SOURCES)
    keys = {f.key for f in findings}
    assert {"vat.registered", "erp.without_snapshot", "items.group", "debtors.b2b.group", "payment_methods"} <= keys
    assert settings.company.language == language
    assert not {f.code for f in findings} & {"LINT_SOURCE_UNKNOWN", "LINT_NO_SHOP"}


@pytest.mark.parametrize(
    ("old", "new", "code", "key"),
    [
        ("registered = true\n", "", "LINT_SETTING_MISSING", "vat.registered"),
        ("registered = true\n", "registered = false\n", "LINT_OSS_WITHOUT_VAT", "vat.oss"),
        ('vat_number = "DK13585628"', 'vat_number = "DK13585627"', "LINT_VAT_NUMBER", "company.vat_number"),
        ('without_snapshot = "create"', "", "LINT_SETTING_MISSING", "erp.without_snapshot"),
        ('error = "9990"\n', "", "LINT_SETTING_MISSING", "accounts.error"),
        ('difference = "8591"', "", "LINT_SETTING_MISSING", "accounts.difference"),
        ('gift_cards = "6790"\n', "", "LINT_SETTING_MISSING", "accounts.gift_cards"),
        ('disputes = "5890"\n', "", "LINT_SETTING_LATER", "accounts.disputes"),
        ('fee_vat = "exempt"', "", "LINT_SETTING_MISSING", "acquirers.shopify_payments.fee_vat"),
        ('bank = "5820"\n', "", "LINT_SETTING_MISSING", "acquirers.shopify_payments.bank"),
        ('payment_term = "KORT"\n', "", "LINT_TERM_EMPTY", 'payment_methods."Shopify Payments".payment_term'),
        ('acquirer = "shopify_payments"\n', "", "LINT_ACQUIRER_EMPTY", 'payment_methods."Shopify Payments".register'),
        ('"DOMESTIC:DK:25" = "U25"\n', "", "LINT_VAT_CODE_MISSING", "vat.codes"),
        ('"NO_VAT" = "UMOMS0"\n', "", "LINT_VAT_CODE_MISSING", "vat.codes"),
        ('"OSS_UNION:DE:19" = "U_DE19"\n', "", "LINT_VAT_CODE_MISSING", "vat.codes"),
        ('"U_DE19"', '"U25"', "LINT_VAT_CODE_SHARED", 'vat.codes."OSS_UNION:DE:19"'),
        ("voucher = 700000", "voucher = 505000", "LINT_NUMBERS_OVERLAP", "numbers.voucher"),
        ('locked_until = "2025-12-31"', 'locked_until = "2031-12-31"', "LINT_LOCKED_FUTURE", "periods.locked_until"),
        (
            '[matching]\ntolerance = "0.05"',
            '[matching]\ntolerance = "5.00"',
            "LINT_TOLERANCE_LARGE",
            "matching.tolerance",
        ),
        ("book = false", "book = true", "LINT_BOOK_BY_FILE", "documents.book"),
        ('group = "VARER"\n', "", "LINT_CREATE_WITHOUT_GROUP", "items.group"),
        ('source = "shopify_orders"', 'source = "shopify_order"', "LINT_SOURCE_UNKNOWN", "shops[1].source"),
        (
            'payment_term = "NETTO8"',
            'payment_term = "KORT"',
            "LINT_TWO_MECHANISMS",
            'payment_methods."Bank Deposit".payment_term',
        ),
    ],
)
def test_each_thing_is_told_with_its_line(
    old: str, new: str, code: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ETL_NOW", "2026-11-24T12:00:00+00:00")
    settings = changed((old, new))
    told = [finding for finding in found(settings, code) if finding.key == key]
    assert len(told) == 1
    line = settings.text.split("\n")[told[0].line - 1]
    assert key.rsplit(".", 1)[-1].strip('"') in line or line.startswith("["), line
    assert "–" not in told[0].message + told[0].next_step  # noqa: RUF001 - a dash would be a fact left out


def test_one_term_cannot_serve_two_accounts() -> None:
    extra = """
        [payment_methods.Klarna]
        register = "payment_term"
        payment_term = "KORT"
        acquirer = "kl"
        [acquirers.kl]
        receivable = "5824"
    """
    settings = company.parse((EXAMPLE.read_text("utf-8") + extra).encode())
    assert [f.key for f in found(settings, "LINT_TERM_SHARED")] == ["payment_methods.Klarna.payment_term"]


def test_shops_are_told_apart() -> None:
    extra = '\n[[shops]]\nid = "main"\nsource = "generic_orders"\ninbox = "."\n'
    settings = company.parse((EXAMPLE.read_text("utf-8") + extra).encode())
    assert [f.key for f in found(settings, "LINT_SHOP_TWICE")] == ["shops[2].id", "shops[2].inbox"]


def test_the_vat_row_to_create_is_printed() -> None:
    finding = found(changed(('"DOMESTIC:DK:25" = "U25"\n', "")), "LINT_VAT_CODE_MISSING")[0]
    # No database, so no rate table: the row has no rate and so no name yet.
    assert "Vat=?; Name=DOMESTIC:DK; VatType=Salg; TypeSales=S1; Rate=?; Account=?" in finding.next_step


def test_settings_against_the_snapshot_of_the_erp() -> None:
    with Store.open(None) as store:
        store.script_file("tables.sql")
        for name in ("accounts", "items", "vat_codes", "debtors"):
            columns = ", ".join(f"{c.name} {c.sql_type}" for c in ENTITIES[f"uniconta_{name}"].columns)
            store.script(f"create table erp.{name} ({columns})")
        store.script(
            "insert into erp.accounts by name select unnest(['5821', '7220', '5820', '9990', '6790', '8590', '8591',"
            " '8510', '5890', '5895']) as account;"
            "insert into erp.debtors by name select '900005' as account;"
            "insert into erp.vat_codes by name select unnest(['U25', 'UEKS', 'UEUV', 'U_DE19', 'UMOMS0']) as vat_code,"
            " '8720' as account;"
            "insert into core.documents (shop, batch_id) values ('old', 'b1');"
        )
        settings = changed(('without_snapshot = "create"', ""))
        keys = {(f.code, f.key) for f in lint(settings, store, SOURCES) if f.severity != "info"}
        assert keys == {
            ("LINT_NOT_IN_ERP", "accounts.in_transit"),
            ("LINT_NUMBERS_IN_USE", "numbers.debtor"),
            ("LINT_VAT_ACCOUNT_SHARED", 'vat.codes."OSS_UNION:DE:19"'),
            ("LINT_SHOP_CHANGED", "shops"),
            ("LINT_SETTING_MISSING", "erp.without_snapshot"),  # debtors alone are no snapshot
        }
        store.script("insert into erp.items by name select 'FRAGT' as item")
        strict = changed(("[items]\ncreate = true", "[items]\ncreate = false"))
        missing = {f.key for f in found(strict, "LINT_NOT_IN_ERP", store)}
        assert "items.rounding" in missing
        assert "items.shipping" not in missing


def test_a_new_database_says_nothing() -> None:
    with Store.open(None) as store:
        assert [f.code for f in lint(company.load(EXAMPLE), store, SOURCES)] == ["LINT_TERM_OFFSET"]
