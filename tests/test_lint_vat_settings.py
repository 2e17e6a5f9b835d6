"""`etl lint` on VAT settings that contradict, on keys of [vat.codes] unused, and on debtors that break the lists."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from etl import company
from etl.company import Company
from etl.entities import ENTITIES
from etl.lint import LintFinding, lint
from etl.store import Store
from etl.vat import seeds

EXAMPLE = Path(__file__).parents[1] / "examples" / "nordlys" / "company.toml"
B2C = 'collective = "WEB-{country}"'
B2B = 'group = "B2B", create = true'
REGISTERED = '[vat.registrations]\nDE = "DE136695976"\n[vat.codes]'
OSS = '"OSS_UNION:DE:19" = "U_DE19"\n'


def changed(*pairs: tuple[str, str]) -> Company:
    text = EXAMPLE.read_text("utf-8")
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return company.parse(text.encode())


def found(settings: Company, code: str, store: Store | None = None) -> list[LintFinding]:
    return [finding for finding in lint(settings, store, {"shopify_orders"}) if finding.code == code]


@pytest.fixture(scope="module")
def debtors() -> Iterator[Store]:
    """An export of debtors, and the rate table."""
    with Store.open(None) as store:
        store.script_file("tables.sql")
        seeds.load(store)
        columns = ", ".join(f"{c.name} {c.sql_type}" for c in ENTITIES["uniconta_debtors"].columns)
        store.script(f"create table erp.debtors ({columns})")
        rows = [
            # account, group, country, VAT number, registration number
            ("WEB-DE", "B2C", "Tyskland", None, None),
            ("WEB-DK", "B2C", None, None, None),  # the company's own country needs no word
            ("WEB-SE", "B2C", "Denmark", None, None),
            ("WEB-FI", "B2C", None, None, None),
            ("WEB-GR", "B2C", "Greece", None, None),
            ("WEBSHOP", "B2C", "Denmark", None, None),
            ("2001", "B2B", "Germany", "DE136695976", None),
            ("2002", "B2B", "Germany", None, None),
            ("2003", "B2B", "SE", None, "5560747569"),  # the list reads the registration number
            ("2004", "B2B", "Denmark", None, None),
            ("2005", "B2B", "Norway", None, None),
            ("2006", "B2B", None, "SE556074756901", None),
            ("2007", "B2B", "Denmark", "EL094259216", None),
            ("2008", "B2C", "Germany", None, None),  # a consumer
        ]
        for row in rows:
            store.rows(
                "insert into erp.debtors (account, debtor_group, country, vat_number, company_reg_no)"
                " values (?, ?, ?, ?, ?)",
                row,
            )
        yield store


@pytest.mark.parametrize(
    ("pairs", "code", "key"),
    [
        ([('oss = "union"', 'oss = "nonunion"')], "LINT_OSS_SCHEME", "vat.oss"),
        ([('country = "DK"', 'country = "NO"'), ('ship_from = "DK"', "")], "LINT_OSS_SCHEME", "vat.oss"),
        ([('oss = "union"', 'oss = "ioss"')], "LINT_IOSS_FROM_EU", "vat.oss"),
        ([('ship_from = "DK"', 'ship_from = "DE"')], "LINT_REGISTRATION_MISSING", "vat.ship_from"),
        ([("[vat.codes]", REGISTERED.replace("976", "975"))], "LINT_VAT_NUMBER", "vat.registrations.DE"),
        ([("[vat.codes]", REGISTERED.replace('"DE1', '"SE1'))], "LINT_VAT_NUMBER", "vat.registrations.DE"),
        (
            [("[vat.codes]", '[vat.registrations]\nDK = "DK13585628"\n[vat.codes]')],
            "LINT_REGISTRATION_UNUSED",
            "vat.registrations.DK",
        ),
        (
            [("[vat.codes]", '[vat.registrations]\nNO = "NO995525828"\n[vat.codes]')],
            "LINT_REGISTRATION_UNUSED",
            "vat.registrations.NO",
        ),
        ([('"DK13585628"', '"DK16356706"')], "LINT_VAT_NUMBER", "company.vat_number"),  # fails its check digit
        ([('"DK13585628"', '"EU372022452"')], "LINT_VAT_NUMBER", "company.vat_number"),  # a scheme's number
        ([(OSS, '"OSS_UNION:DE" = "U_DE"\n')], "LINT_VAT_CODE_WIDE", 'vat.codes."OSS_UNION:DE"'),
        ([(OSS, '"OSS_UNION" = "U_OSS"\n')], "LINT_VAT_CODE_WIDE", "vat.codes.OSS_UNION"),
    ],
)
def test_settings_that_contradict_are_told(pairs: list[tuple[str, str]], code: str, key: str) -> None:
    assert [finding.key for finding in found(changed(*pairs), code)] == [key]


@pytest.mark.parametrize(
    "pairs",
    [
        [("[vat.codes]", REGISTERED)],
        [("[vat.codes]", REGISTERED), ('ship_from = "DK"', 'ship_from = "DE"')],
        # a seller outside the EU whose goods lie in it may be in the Union scheme
        [("[vat.codes]", REGISTERED), ('ship_from = "DK"', 'ship_from = "DE"'), ('country = "DK"', 'country = "NO"')],
        [('country = "DK"', 'country = "GR"'), ('"DK13585628"', '"EL094259216"'), ('ship_from = "DK"', "")],
        [('country = "DK"', 'country = "CH"'), ('oss = "union"', 'oss = "nonunion"'), ('ship_from = "DK"', "")],
    ],
)
def test_settings_that_agree_are_not_told(pairs: list[tuple[str, str]]) -> None:
    codes = {"LINT_OSS_SCHEME", "LINT_IOSS_FROM_EU", "LINT_REGISTRATION_MISSING", "LINT_VAT_NUMBER"}
    assert {f.code for f in lint(changed(*pairs), None, {"shopify_orders"})} & codes == set()


def test_one_oss_code_for_two_rates_is_told_at_both() -> None:
    settings = changed((OSS, OSS + '"OSS_UNION:DE:7" = "U_DE19"\n'))
    assert [finding.key for finding in found(settings, "LINT_VAT_CODE_WIDE")] == [
        'vat.codes."OSS_UNION:DE:19"',
        'vat.codes."OSS_UNION:DE:7"',
    ]


@pytest.mark.parametrize(
    ("key", "setting", "cause"),
    [
        ("OSS_UNION:SE:25", ('oss = "union"', 'oss = "none"'), "vat.oss = none"),
        ("IOSS:SE:25", ("", ""), "vat.oss = union"),
        ("OSS_UNION:NO:25", ("", ""), "NO ∉ EU"),
        ("ORIGIN_BELOW_THRESHOLD:DK:25", ("", ""), "vat.oss = union"),
        (
            "ORIGIN_BELOW_THRESHOLD",
            ('oss = "union"', 'oss = "none"\nestablished_elsewhere = true'),
            "vat.established_elsewhere = true",
        ),
        ("DOMESTIC_REVERSE_CHARGE", ("", ""), "vat.sells_mainly_to_consumers = true"),
        ("DOMESTIC:DE:19", ("", ""), "vat.registrations: DE?"),
        ("NOT_VAT_REGISTERED", ("", ""), "vat.registered = true"),
        ("RC_SERVICE", ("registered = true", "registered = false"), "vat.registered = false"),
    ],
)
def test_keys_that_can_never_be_used_are_told_with_the_reason(key: str, setting: tuple[str, str], cause: str) -> None:
    settings = changed(setting, (OSS, f'"{key}" = "X"\n'))
    told = {finding.key.replace('"', ""): finding for finding in found(settings, "LINT_VAT_CODE_UNUSED")}
    assert f"({cause})" in told[f"vat.codes.{key}"].message
    assert told[f"vat.codes.{key}"].severity == "info"


@pytest.mark.parametrize(
    ("key", "setting"),
    [
        ("DOMESTIC:DE:19", ("[vat.codes]", REGISTERED)),
        ("DOMESTIC:DK", ("", "")),
        ("OSS_UNION:XI:20", ("", "")),
        ("OSS_UNION:GR:24", ("", "")),
        ("DOMESTIC_REVERSE_CHARGE", ("sells_mainly_to_consumers = true", "sells_mainly_to_consumers = false")),
        ("ORIGIN_BELOW_THRESHOLD:DK:25", ('oss = "union"', 'oss = "none"')),
    ],
)
def test_keys_that_may_be_used_are_not_told(key: str, setting: tuple[str, str]) -> None:
    assert found(changed(setting, (OSS, f'"{key}" = "X"\n')), "LINT_VAT_CODE_UNUSED") == []


def test_a_rate_that_the_state_never_had_is_told_where_the_rate_table_is_at_hand(debtors: Store) -> None:
    settings = changed((OSS, '"OSS_UNION:FI:24" = "X"\n"OSS_UNION:FI:23" = "Y"\n'))  # 24 until August 2024, 23 never
    assert found(settings, "LINT_VAT_CODE_UNUSED") == []
    told = [finding.key for finding in found(settings, "LINT_VAT_CODE_UNUSED", debtors)]
    assert told == ['vat.codes."OSS_UNION:FI:23"']


def test_a_state_of_registration_needs_a_code_of_its_own() -> None:
    (told,) = found(changed(("[vat.codes]", REGISTERED)), "LINT_VAT_CODE_MISSING")
    assert "DOMESTIC:DE" in told.message
    assert found(changed(("[vat.codes]", REGISTERED + '\n"DOMESTIC:DE:19" = "L_DE19"')), "LINT_VAT_CODE_MISSING") == []


def test_a_collective_debtor_of_all_countries_breaks_the_oss_report() -> None:
    mixed = (B2C, 'collective = "WEBSHOP"')
    (told,) = found(changed(mixed), "LINT_COLLECTIVE_MIXED")
    assert (told.key, told.severity) == ("debtors.b2c.collective", "error")
    assert '"WEB-{country}"' in told.next_step
    assert found(changed(mixed, ('oss = "union"', 'oss = "none"')), "LINT_COLLECTIVE_MIXED") == []
    assert found(changed((f"create = false, {B2C}", f"create = true, {mixed[1]}")), "LINT_COLLECTIVE_MIXED") == []
    assert found(changed(), "LINT_COLLECTIVE_MIXED") == []


def test_oss_sales_that_were_decided_count_whatever_the_setting_says_now(debtors: Store) -> None:
    settings = changed((B2C, 'collective = "WEBSHOP"'), ('oss = "union"', 'oss = "none"'))
    with debtors.undone():
        debtors.script(
            "insert into core.orders (order_key, shipped_date) values (1, current_date);"
            "insert into core.vat_decisions (order_key, treatment, vat_country, vat_rate)"
            " values (1, 'OSS_UNION', 'DE', 19)"
        )
        assert len(found(settings, "LINT_COLLECTIVE_MIXED", debtors)) == 1
    assert found(settings, "LINT_COLLECTIVE_MIXED", debtors) == []


def test_business_buyers_have_a_debtor_each() -> None:
    settings = changed((B2B, 'group = "B2B", create = false, collective = "EU-{country}"'))
    assert [finding.key for finding in found(settings, "LINT_COLLECTIVE_BUSINESS")] == ["debtors.b2b.collective"]


def test_a_shops_own_rules_are_looked_at_as_well() -> None:
    own = '\n[[shops]]\nid = "b"\nsource = "shopify_orders"\ninbox = "b"\n[shops.debtors]\n'
    text = EXAMPLE.read_text("utf-8") + own + 'b2c = { collective = "B" }\nb2b = { create = false, collective = "C" }\n'
    settings = company.parse(text.encode())
    assert [f.key for f in found(settings, "LINT_COLLECTIVE_MIXED")] == ["shops[2].debtors.b2c.collective"]
    assert [f.key for f in found(settings, "LINT_COLLECTIVE_BUSINESS")] == ["shops[2].debtors.b2b.collective"]


def test_collective_debtors_of_another_country_are_told(debtors: Store) -> None:
    told = sorted(finding.message for finding in found(changed(), "LINT_COLLECTIVE_COUNTRY", debtors))
    assert [message.split("”")[0] for message in told] == ["Samledebitoren “WEB-FI", "Samledebitoren “WEB-SE"]
    assert "har landet “DK” i økonomisystemet, men samler købere i SE." in told[1]


def test_business_debtors_that_the_sales_list_cannot_name_are_told(debtors: Store) -> None:
    (number,) = found(changed(), "LINT_DEBTOR_WITHOUT_NUMBER", debtors)
    assert ": 1 (2002)." in number.message
    (country,) = found(changed(), "LINT_DEBTOR_WITHOUT_COUNTRY", debtors)
    assert ": 2 (2006, 2007)." in country.message
