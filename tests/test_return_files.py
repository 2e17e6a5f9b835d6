"""Periods, the authority's and Uniconta's files, and what the return views do with rates: worked out by hand, small."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hand_filled import BATCH, document, hand_filled, insert

from etl.errors import UsageError
from etl.returns import oss_file, sales_list
from etl.returns.period import Kind, Period
from etl.store import Store

D = Decimal
KINDS: tuple[Kind, ...] = ("month", "quarter", "half_year", "year")
EURO = {"currency": "EUR", "exchange_rate": D("7.46")}


@pytest.fixture(scope="module")
def filled() -> Iterator[Store]:
    with hand_filled() as made:
        yield made


@pytest.fixture
def store(filled: Store) -> Iterator[Store]:
    """The small company's database; what a test changes is undone."""
    with filled.undone():
        yield filled


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        ("2026Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026-q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026H2", date(2026, 7, 1), date(2026, 12, 31)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_period_is_its_days(text: str, first: date, last: date) -> None:
    period = Period.parse(text, KINDS)
    assert (period.first, period.last) == (first, last)
    assert Period.of(last, period.kind) == period


@pytest.mark.parametrize("text", ["2026Q5", "2026-13", "2026-1", "26Q1", "2026H3", "", "Q4", "1999Q4"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="PERIOD_UNKNOWN"):
        Period.parse(text, KINDS)


@pytest.mark.parametrize(
    ("kind", "before"), [("month", "2025-12"), ("quarter", "2025Q4"), ("half_year", "2025H2"), ("year", "2025")]
)
def test_the_period_before_new_year(kind: Kind, before: str) -> None:
    assert str(Period.before(date(2026, 1, 1), kind)) == before


def test_a_return_is_due_at_the_end_of_the_month_after() -> None:
    assert Period.parse("2026Q4", KINDS).month_after.last == date(2027, 1, 31)
    assert Period.parse("2027-01", KINDS).month_after.last == date(2027, 2, 28)


def listed(country: str, number: str, goods: str, services: str = "0", triangular: str = "0") -> dict[str, Any]:
    return {
        "country": country, "vat_number": number, "goods_amount": D(goods), "triangular_amount": D(triangular),
        "services_amount": D(services),
    }  # fmt: skip


@pytest.mark.parametrize("separator", [",", ";"])
def test_the_sales_list_is_as_the_authority_shows_it(separator: str) -> None:
    rows = [listed("EL", "094259216", "-300.00"), listed("DE", "136695976", "999.50", "249.50")]
    expected = (
        "0,12345678,LISTE,,,,,,\r\n"
        "2,2610000001,2026-10-31,12345678,DE,136695976,1000,0,250\r\n"
        "2,2610000002,2026-10-31,12345678,EL,094259216,-300,0,0\r\n"
        "10,2,950,,,,,,\r\n"
    )
    period = Period.parse("2026-10", KINDS)
    found = sales_list.render(rows, vat_number="DK12345678", period=period, separator=separator)
    assert found == expected.replace(",", separator)
    assert {line.count(separator) for line in found.splitlines()} == {8}


def test_the_sales_list_rounds_half_up_and_sums_what_it_writes() -> None:
    # 0.50 -> 1, -0.50 -> -1, 0.49 -> 0 and is left out though its services are -0.49; 10.50 and 10.50 are 11 and 11
    rows = [
        listed("DE", "1", "0.50"), listed("DE", "2", "-0.50"), listed("DE", "3", "0.49", "-0.49"),
        listed("SE", "4", "10.50", "10.50", "0.40"),
    ]  # fmt: skip
    quarter = Period.parse("2026Q4", KINDS)
    lines = sales_list.render(rows, vat_number="12345678", period=quarter).split("\r\n")
    assert [line.split(",")[4:] for line in lines[1:-2]] == [
        ["DE", "1", "1", "0", "0"], ["DE", "2", "-1", "0", "0"], ["SE", "4", "11", "0", "11"],
    ]  # fmt: skip
    assert lines[-2:] == ["10,3,22,,,,,,", ""]
    assert {line.split(",")[2] for line in lines[1:-2]} == {"2026-12-31"}
    assert all(len(line.split(",")[1]) == 10 for line in lines[1:-2])


def test_a_sales_list_of_nothing_is_no_file() -> None:
    period = Period.parse("2026-10", KINDS)
    assert sales_list.render([listed("DE", "1", "0.49")], vat_number="DK12345678", period=period) == ""


@pytest.mark.parametrize("number", [None, "SE556188840401", "DK1234567", ""])
def test_only_a_danish_sender_can_list(number: str | None) -> None:
    with pytest.raises(UsageError, match="SALES_LIST_OWN_NUMBER"):
        sales_list.render([], vat_number=number, period=Period.parse("2026-10", KINDS))


def filed(
    country: str, scheme: str = "union", kind: str = "goods", sent_from: str = "DK", **more: Any
) -> dict[str, Any]:
    return {
        "vat_country": country, "scheme": scheme, "supply_kind": kind, "dispatch_country": sent_from,
        "dispatch_number": None, "rate_type": "standard", "vat_rate": D("25.5000"), "net_company": D("1000.00"),
        "vat_company": D("255.00"),
    } | more  # fmt: skip


def test_unicontas_lines_by_what_was_sold_and_from_where() -> None:
    rows = [
        filed("FI"), filed("FI", kind="services"), filed("FI", sent_from="DE", dispatch_number="DE136695976"),
        filed("FI", "ioss"), filed("FI", "nonunion", "services"),
    ]  # fmt: skip
    corrections = [{"vat_country": "SE", "correction_period": "2026Q3", "vat_company": D("-14.19")}]
    found = oss_file.render(rows, corrections, home="DK", own_number="DK12345678", scheme="union", decimal=",")
    assert found.split("\r\n") == [
        "001;FI;Standard;25,50;1000,00;255,00",
        "002;FI;Standard;25,50;1000,00;255,00",
        "005;DE;DE136695976;FI;Standard;25,50;1000,00;255,00",
        "020;FI;Standard;25,50;1000,00;255,00",
        "030;FI;Standard;25,50;1000,00;255,00",
        "009;SE;2026Q3;-14,19",
        "",
    ]


@pytest.mark.parametrize(("scheme", "kind"), [("union", "008"), ("ioss", "021"), ("nonunion", "031")])
def test_unicontas_nil_return_is_our_number(scheme: str, kind: str) -> None:
    found = oss_file.render([], [], home="DK", own_number="DK12345678", scheme=scheme, decimal=".")
    assert found == f"{kind};DK12345678\r\n"


def rates(store: Store, file_id: int, **days: tuple[str, str]) -> None:
    """Rates of a file: `currency=(day, units)`."""
    for currency, (day, units) in days.items():
        insert(store, "staging.exchange_rates", file_id=file_id, source_record=1, fate="reference",
               rate_date=date.fromisoformat(day), currency=currency, units_per_eur=D(units))  # fmt: skip


# 1004 of the small company: 100.00 + 19.00 EUR sold 2026-09-30 (a Wednesday), half of it credited on 2 October.
@pytest.mark.parametrize(
    ("sold_on", "days", "taken"),
    [
        ("2026-09-30", ["2026-09-30", "2026-10-01"], "2026-09-30"),  # the last day itself
        ("2026-09-30", ["2026-10-01"], None),  # there was a rate on the day, we do not have it
        ("2026-09-30", ["2026-09-29", "2026-10-01"], "2026-10-01"),  # the file runs over the day: there was none
        ("2023-12-31", ["2024-01-02"], "2024-01-02"),  # Sunday, New Year's Day
        ("2023-12-31", ["2024-01-03"], None),
        ("2024-03-31", ["2024-04-02"], "2024-04-02"),  # Easter Sunday, Easter Monday
        ("2024-03-31", ["2024-04-01"], "2024-04-01"),  # if the bank says one, it is one
        ("2022-12-31", ["2023-01-02"], "2023-01-02"),  # Saturday
        ("2022-12-31", ["2022-12-30"], None),  # never the day before
    ],
)
def test_the_rate_is_that_of_the_last_day_or_the_next_publication(
    store: Store, sold_on: str, days: list[str], taken: str | None
) -> None:
    store.rows(
        "update core.documents set document_date = $1::date where event = 'sale' and order_no = '1004'", [sold_on]
    )
    for day in days:
        rates(store, 9, DKK=(day, "7.4700"))
    found = store.value("select rate_date from review.oss_rates where currency = 'DKK' order by period limit 1")
    assert found == (date.fromisoformat(taken) if taken else None)


def test_a_correction_takes_its_own_periods_rate_unless_the_setting_says_otherwise(store: Store) -> None:
    rates(store, 9, DKK=("2026-09-30", "7.4700"))
    rates(store, 9, DKK=("2026-12-31", "7.4800"))
    converted = "select vat_company from review.oss_declaration where correction_period = '2026Q3'"
    assert store.value(converted) == D("-70.97")  # -9.50 x 7.47 = -70.965: half up, away from zero
    insert(store, "setting.returns", oss_correction_rate="return_period")
    assert store.value(converted) == D("-71.06")  # x 7.48


def test_services_go_to_the_box_that_the_setting_names(store: Store) -> None:
    insert(store, "setting.vat_rules", priority=200, rule_id="oss_services", treatment="OSS_UNION", dk_box="C",
           oss_section="union_services")  # fmt: skip
    store.script("update core.document_lines set rule_id = 'oss_services' where treatment = 'OSS_UNION'")
    boxes = "select box, amount from review.vat_boxes where period = '2026Q3'"
    assert store.rows(boxes) == [("C", D("746.00"))]
    assert store.rows("select distinct supply_kind, dispatch_country from review.oss_return") == [("services", "DK")]
    insert(store, "setting.returns", oss_services_box="B_GOODS_NO_ESL")
    assert store.rows(boxes) == [("B_GOODS_NO_ESL", D("746.00"))]
    store.script("update setting.returns set oss_services_box = 'NONE'")
    assert store.rows(boxes) == []


def test_goods_from_a_store_abroad_are_a_line_of_their_own(store: Store) -> None:
    store.script("update core.orders set ship_from_country = 'GR' where order_no = '1004'")
    assert store.rows("select distinct dispatch_country from review.oss_return") == [("EL",)]


def test_a_credit_note_keeps_the_signs_of_its_lines(store: Store) -> None:
    # the sale had a discount line of -20.00: its credit note gives +20.00 back of the -50.00
    insert(store, "core.document_lines", doc_key=13, line_no=2, treatment="OSS_UNION", vat_country="DE", vat_rate=19,
           net_amount=D("20.00"), vat_amount=D("3.80"), gross_amount=D("23.80"), batch_id=BATCH)  # fmt: skip
    corrected = store.rows("select net_amount, vat_amount from review.oss_return where correction_period = '2026Q3'")
    assert corrected == [(D("-30.00"), D("-5.70"))]


def test_a_sale_without_a_rate_in_the_books_is_a_difference(store: Store) -> None:
    rates(store, 9, DKK=("2026-09-30", "7.4700"))
    document(store, 500005, "1004", "sale_change:1", date(2026, 9, 30), ("10.00", "1.90", "19", "OSS_UNION", "DE"),
             currency="EUR")  # fmt: skip
    found = "select what, amount from review.oss_tieout where period = '2026Q3' and side = 'difference' order by what"
    # 20.90 x 7.47 = 156.123; line by line 141.93 and 14.19; the books: 141.74 and nothing
    assert store.rows(found) == [("daily_rate", D("0.19")), ("no_rate_in_books", D("14.19"))]


def test_planned_documents_are_told_and_count_nowhere(store: Store) -> None:
    document(
        store, 500005, "1004", "sale_change:1", date(2026, 9, 30), ("10.00", "1.90", "19", "OSS_UNION", "DE"), **EURO
    )
    store.script("update core.documents set batch_id = null where doc_key = 16")
    found = "select what, currency_amount from review.oss_tieout where side = 'not_sent'"
    assert store.rows(found) == [("planned", D("1.90"))]
    assert store.value("select sum(vat_amount) from review.oss_return where period = '2026Q3'") == D("19.00")


@pytest.mark.parametrize(
    ("country", "why"),
    [("DE", None), ("Germany", None), ("DK", "debtor_country"), ("US", "debtor_country"), ("GR", "other_country")],
)
def test_unicontas_report_wants_the_debtors_country(store: Store, country: str, why: str | None) -> None:
    store.script("insert into setting.country_names values ('germany', 'DE')")
    store.script("update core.documents set debtor_account = 'WEB' where order_no = '1004'")
    insert(store, "staging.uniconta_debtors", fate="reference", account="WEB", country=country)
    found = store.rows("select distinct why from review.oss_uniconta where debtor_account = 'WEB'")
    assert found == ([(why,)] if why else [])


@pytest.mark.parametrize(
    ("cents", "base", "prior", "status", "share"),
    [
        (799_999, "0", "0", "below", "80.00"),
        (800_000, "0", "0", "near", "80.00"),
        (1_000_000, "0", "0", "near", "100.00"),  # exactly 10,000 is not more
        (1_000_001, "0", "0", "above", "100.00"),
        (300_000, "5000.00", "0", "near", "80.00"),
        (1, "0", "10000.00", "below", "0.00"),
        (1, "0", "10000.01", "above", "0.00"),
        (1, None, "0", "unknown", "0.00"),
    ],
)
def test_the_limit_is_seen_from_80_percent(
    store: Store, cents: int, base: str | None, prior: str, status: str, share: str
) -> None:
    store.rows("update setting.vat set oss = 'none', year_to_date_eur = $1, prior_year_eur = $2", [base, prior])
    insert(store, "core.threshold_sales", order_key=1, supply_date=date(2026, 5, 1), net_eur_cents=cents)
    found = store.rows("select status, share, is_warning from review.oss_threshold")
    assert found == [(status, D(share), status in {"near", "above"})]


def test_the_next_years_limit_looks_back_on_what_was_sold(store: Store) -> None:
    store.script(
        "update setting.vat set oss = 'none', year_to_date_eur = 4000, prior_year_eur = 0, threshold_year = 2025"
    )
    for day, cents in ((date(2025, 11, 3), 350_000), (date(2025, 11, 3), 250_001), (date(2026, 1, 2), 100)):
        insert(store, "core.threshold_sales", order_key=1, supply_date=day, net_eur_cents=cents)
    columns = "year, sales, net_eur, running_eur, prior_year_eur, status, is_warning"
    assert store.rows(f"select {columns} from review.oss_threshold order by 1") == [
        (2025, 2, D("6000.01"), D("10000.01"), D("0.00"), "above", False),  # not the newest day
        (2026, 1, D("1.00"), D("1.00"), D("10000.01"), "above", True),
    ]


def test_who_is_in_the_one_stop_shop_needs_no_warning(store: Store) -> None:
    insert(store, "core.threshold_sales", order_key=1, supply_date=date(2026, 5, 1), net_eur_cents=2_000_000)
    assert store.rows("select status, is_warning from review.oss_threshold") == [("above", False)]


def test_books_in_euro_need_a_rate_for_other_currencies_only(store: Store) -> None:
    store.script("update setting.company set currency = 'EUR'")
    converted = "select vat_company, vat_eur, missing from review.oss_declaration where period = '2026Q3'"
    assert store.rows(converted) == [(D("19.00"), D("19.00"), None)]
    store.script("update core.documents set currency = 'SEK' where event = 'sale' and order_no = '1004'")
    assert store.rows(converted) == [(None, None, "SEK 2026-09-30")]
    rates(store, 9, SEK=("2026-09-30", "11.2050"))
    assert store.rows(converted) == [(D("1.70"), D("1.70"), None)]  # 19 / 11.205 = 1.6957
