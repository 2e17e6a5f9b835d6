"""The limits of 10,000 and 150 euro: which sales count, what each is worth, and where a seller stood (vat.md §2).

The company counts in kroner at 7.50 for a euro, so that every amount can be worked out by hand.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest
from vat_orders import Row, places, put, seller_store

from etl.store import Store, model

SELLERS: Sequence[Row] = (
    {"shop": "web", "seller": "A"},
    {"shop": "de", "seller": "B", "country": "DE"},
    {"shop": "pt", "seller": "C", "country": "PT"},
)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with seller_store(*SELLERS) as opened:
        yield opened


COUNTED: list[tuple[str, Row, int | None]] = [
    ("euro without VAT", {}, 10000),
    ("euro with VAT of 25 %", {"price_mode": "incl", "lines": [{"amount_ore": 12500}]}, 10000),
    ("kroner at 7.50", {"currency": "DKK", "lines": [{"amount_ore": 7500}]}, 1000),
    ("kroner, half a cent up", {"currency": "DKK", "lines": [{"amount_ore": 4}]}, 1),  # 0.533
    ("kroner, the rate of the file is not asked", {"currency": "DKK", "exchange_rate": "2"}, 1333),
    ("other money: 100.00 at 0.60 is 60.00", {"currency": "SEK", "exchange_rate": "0.60"}, 800),
    ("other money, no rate", {"currency": "SEK"}, None),
    ("at home", {"shipping_country": "DK"}, 0),
    ("outside the EU", {"shipping_country": "NO"}, 0),
    ("business with a number", {"buyer_type": "b2b", "vat_number": "DE136695976", "vat_number_status": "VALID"}, 0),
    ("a wrong number is held, not a consumer's", {"vat_number": "DE136695975"}, 0),
    ("business without a number", {"buyer_type": "b2b"}, 10000),
    ("from a store abroad", {"ship_from_country": "SE"}, 0),
    ("electronic service", {"billing_country": "DE", "lines": [{"supply_type": "eservice"}]}, 10000),
    ("other service", {"billing_country": "DE", "lines": [{"supply_type": "service"}]}, 0),
    ("stream", {"billing_country": "DE", "lines": [{"supply_type": "stream"}]}, 0),
    ("event", {"event_country": "DE", "lines": [{"supply_type": "event"}]}, 0),
    ("second-hand goods", {"lines": [{"supply_type": "margin"}]}, 0),
    ("goods abroad, a service at home", {"billing_country": "DK", "lines": [{}, {"supply_type": "eservice"}]}, 10000),
    ("23 % of the mainland, not an island's",
     {"shop": "pt", "price_mode": "incl", "lines": [{"amount_ore": 12300}]}, 10000),
    ("freight counts, a tip does not", {"lines": [{}, {"line_type": "shipping", "amount_ore": 900},
                                                  {"line_type": "tip", "amount_ore": 70}]}, 10900),
    ("a category and none", {"lines": [{"product_category": "Mad"}, {"amount_ore": 1}]}, 10001),
    ("supply not told", {"lines": [{"supply_type": None}]}, 10000),
    ("cancelled", {"state": "cancelled"}, 0),
    ("voided", {"state": "voided"}, 0),
    ("failed", {"state": "failed"}, 0),
    ("state not told", {"state": None}, 10000),
    ("cancelled some day", {"cancelled_date": date(2026, 11, 3)}, 0),
    ("amount not known", {"lines": [{"amount_ore": None}]}, 0),
    ("of the VAT of the day: 16 %",
     {"shop": "de", "shipping_country": "SE", "shipped_date": date(2020, 12, 31), "price_mode": "incl",
      "lines": [{"amount_ore": 11600}]}, 10000),
    ("and 19 %",
     {"shop": "de", "shipping_country": "SE", "shipped_date": date(2021, 1, 1), "price_mode": "incl",
      "lines": [{"amount_ore": 11900}]}, 10000),
]  # fmt: skip


def test_what_counts_and_what_it_is_worth(store: Store) -> None:
    """0: it does not count."""
    places(store, *(facts for _, facts, _ in COUNTED))
    store.run(312, 312)
    rows = store.rows("select order_key, net_eur_cents from core.threshold_sales")
    found = dict(rows)
    assert len(found) == len(rows)
    for key, (name, _, cents) in enumerate(COUNTED, 1):
        assert found.get(key, 0) == cents or (name == "amount not known" and found[key] == 0), name
    sellers = dict(
        store.rows("select order_key, concat_ws(' ', seller, supply_date, order_no) from core.threshold_sales")
    )
    assert (sellers[1], sellers[len(COUNTED)]) == ("A 2026-11-02 1", "B 2021-01-01 1")


def test_an_order_decided_again_counts_once(store: Store) -> None:
    places(store, {}, {"order_no": "2"})
    for _ in range(2):
        store.run(312, 312)
    assert store.value("select count(*) from core.threshold_sales") == 2


INCL = {"price_mode": "incl", "ship_from_country": "CN"}
EXCL = {"ship_from_country": "CN"}
BANDS: list[tuple[Row, str | None]] = [
    (EXCL | {"lines": [{"amount_ore": 15000}]}, "low"),
    (EXCL | {"lines": [{"amount_ore": 15001}]}, "high"),
    (EXCL | {"lines": [{"amount_ore": 15001, "shop_vat_ore": 2850}]}, "high"),  # VAT comes on top of it
    (EXCL | {"lines": [{"amount_ore": 15000}, {"line_type": "shipping", "amount_ore": 2000}]}, "low"),
    (EXCL | {"lines": [{"amount_ore": 7500}, {"amount_ore": 7501}]}, "high"),
    (EXCL | {"lines": [{"amount_ore": None}]}, "unknown"),
    (INCL | {"lines": [{"amount_ore": 15000}]}, "low"),  # with whatever VAT
    # 178.50 x 19 / 119 = 28.50: at least 150.00; a cent more and it is at least 150.01.
    (INCL | {"lines": [{"amount_ore": 17850}]}, "unknown"),
    (INCL | {"lines": [{"amount_ore": 17851}]}, "high"),
    (INCL | {"lines": [{"amount_ore": 17850, "shop_vat_ore": 2850}]}, "low"),
    (INCL | {"lines": [{"amount_ore": 17850, "shop_vat_ore": 2849}]}, "high"),
    (INCL | {"lines": [{"amount_ore": 15001}]}, "unknown"),
    # 16 % until the end of 2020: 174.00 x 16 / 116 = 24.00.
    (INCL | {"shipped_date": date(2020, 12, 31), "lines": [{"amount_ore": 17401}]}, "high"),
    (INCL | {"shipped_date": date(2021, 1, 1), "lines": [{"amount_ore": 17401}]}, "unknown"),
    (INCL | {"shipped_date": date(2021, 1, 1), "lines": [{"amount_ore": 17851}]}, "high"),
    (INCL | {"shipped_date": date(2015, 12, 31), "lines": [{"amount_ore": 15000}]}, "low"),  # no rate is known
    (INCL | {"shipping_country": "PT", "shipping_postcode": "1000", "lines": [{"amount_ore": 18451}]}, "high"),  # 23 %
    (EXCL | {"currency": "DKK", "lines": [{"amount_ore": 112500}]}, "low"),
    (EXCL | {"currency": "DKK", "exchange_rate": "9", "lines": [{"amount_ore": 112500}]}, "low"),
    (EXCL | {"currency": "DKK", "lines": [{"amount_ore": 112504}]}, "high"),  # 150.0053
    (EXCL | {"currency": "SEK", "exchange_rate": "0.60", "lines": [{"amount_ore": 187500}]}, "low"),
    (EXCL | {"currency": "SEK", "exchange_rate": "0.60", "lines": [{"amount_ore": 187513}]}, "high"),  # 150.0104
    (EXCL | {"currency": "SEK"}, "unknown"),
    (EXCL | {"shipping_country": "NO"}, None),
    ({}, None),
]


def test_a_consignment_of_not_more_than_150_euro(store: Store) -> None:
    places(store, *(facts for facts, _ in BANDS))
    store.run(313, 313)
    rows = store.rows("select order_key, value_band from consignments")
    found = dict(rows)
    assert len(found) == len(rows)
    for key, (facts, band) in enumerate(BANDS, 1):
        assert found.get(key) == band, facts


Sale = tuple[str, str, str, int]  # seller, day, order number, euro cents


def stood(store: Store, sales: Sequence[Sale], *, touched: Sequence[int] = (), **seller: Any) -> list[str]:
    """Where the seller stood at each sale; `seller` is what the settings say of A."""
    told = {"prior_year_eur": "0", "year_to_date_eur": "0", "threshold_year": None, "oss": "none"} | seller
    store.script("""
        truncate core.threshold_sales;
        create or replace temp table touched_orders (order_key ubigint);
        create or replace temp table vat_seller (
            seller varchar, oss varchar, prior_year_eur decimal(18, 2), year_to_date_eur decimal(18, 2),
            threshold_year integer
        );
    """)
    put(store, "vat_seller", {"seller": "A"} | told)
    put(store, "vat_seller", {"seller": "B", "oss": "none", "prior_year_eur": 0, "year_to_date_eur": 0})
    for key, (who, day, number, cents) in enumerate(sales, 1):
        row = {"seller": who, "supply_date": day, "order_no": number, "net_eur_cents": cents}
        put(store, "core.threshold_sales", {"order_key": key} | row)
        if not touched or key in touched:
            put(store, "touched_orders", {"order_key": key})
    store.run_model(model("314_thresholds"))
    return [word for (word,) in store.rows("select threshold from thresholds order by order_key")]


def of_a(*sales: tuple[str, int]) -> list[Sale]:
    return [("A", day, str(n), cents) for n, (day, cents) in enumerate(sales)]


def test_the_sale_that_passes_ten_thousand_is_above_and_exactly_that_is_below(store: Store) -> None:
    sales = of_a(("2026-03-01", 600_000), ("2026-03-02", 400_000), ("2026-03-03", 1), ("2026-03-04", 1))
    assert stood(store, sales) == ["below", "below", "above", "above"]


def test_sales_count_in_the_order_of_their_days_then_of_their_numbers(store: Store) -> None:
    later = [("A", "2026-03-02", "1", 1), ("A", "2026-03-01", "2", 1_000_000)]
    assert stood(store, later) == ["above", "below"]
    same_day = [("A", "2026-03-01", "2", 1), ("A", "2026-03-01", "1", 1_000_000)]
    assert stood(store, same_day) == ["above", "below"]
    same_number = [("A", "2026-03-01", "1", 1_000_000), ("A", "2026-03-01", "1", 1)]
    assert stood(store, same_number) == ["below", "above"]


@pytest.mark.parametrize(
    ("prior", "so_far", "cents", "found"),
    [
        ("0", "9990.00", 1000, "below"),
        ("0", "9990.00", 1001, "above"),
        ("10000.00", "0", 1, "below"),
        ("10000.01", "0", 1, "above"),
        (None, "0", 1, "unknown"),
        (None, "9999.99", 2, "above"),
        ("0", None, 1, "unknown"),
        ("10000.01", None, 1, "above"),
        ("0", None, 1_000_001, "unknown"),  # what is not known may not be guessed, though it cannot be less
    ],
)
def test_what_was_sold_before_the_first_file_is_what_the_settings_say(
    store: Store, prior: str | None, so_far: str | None, cents: int, found: str
) -> None:
    assert stood(store, of_a(("2026-03-01", cents)), prior_year_eur=prior, year_to_date_eur=so_far) == [found]


def test_next_year_rests_on_this_one_and_the_year_after_on_next_year(store: Store) -> None:
    below = of_a(("2026-12-30", 1000), ("2027-01-02", 1), ("2028-01-02", 1))
    above = of_a(("2026-12-30", 1001), ("2027-01-02", 1), ("2028-01-02", 1))
    assert stood(store, below, year_to_date_eur="9990.00") == ["below", "below", "below"]
    assert stood(store, above, year_to_date_eur="9990.00") == ["above", "above", "below"]
    assert stood(store, above, prior_year_eur="10000.01") == ["above", "below", "below"]
    assert stood(store, of_a(("2026-12-30", 1_000_001), ("2028-01-02", 1))) == ["above", "below"]


def test_exactly_ten_thousand_is_below_in_every_year(store: Store) -> None:
    sales = of_a(("2026-12-30", 1), ("2027-06-01", 1_000_000), ("2028-01-02", 1))
    assert stood(store, sales) == ["below", "below", "below"]
    late = of_a(("2026-05-01", 1))
    assert stood(store, late, threshold_year=2025, year_to_date_eur="10000.00") == ["below"]
    assert stood(store, late, threshold_year=2025, year_to_date_eur="10000.01") == ["above"]


def test_the_settings_are_of_the_year_they_name(store: Store) -> None:
    sales = of_a(("2025-05-01", 1), ("2026-05-01", 1), ("2027-05-01", 1))
    told: dict[str, Any] = {"prior_year_eur": "0", "year_to_date_eur": "10000.00"}
    assert stood(store, sales, **told) == ["above", "above", "below"]
    assert stood(store, sales, threshold_year=2026, **told) == ["unknown", "above", "above"]
    assert stood(store, of_a(("2025-05-01", 1_000_001)), threshold_year=2026) == ["above"]


def test_sellers_are_apart_and_those_in_the_scheme_are_not_asked(store: Store) -> None:
    sales = [("A", "2026-03-01", "1", 1_000_000), ("B", "2026-03-02", "2", 1), ("A", "2026-03-03", "3", 1)]
    assert stood(store, sales) == ["below", "below", "above"]
    assert stood(store, sales, oss="union") == ["below"]
    assert stood(store, sales, touched=[3]) == ["above"]
