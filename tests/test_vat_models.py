"""The models of a VAT decision step by step, on orders of several lines and sellers: what one case alone cannot show.

Expected values come from the rules (vat.md §1-§3) and from what each model says of itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import pytest
from vat_orders import Row, places, put, rules, seller_store

from etl.store import Store

CATEGORIES = [("Bøger", "book"), ("bøger ", "zero"), ("Mobil", "electronics_rc"), ("Nedsat", "reduced2")]
CODE_COLUMNS = ("treatment", "country", "vat_rate", "vat_code")
CODES = [
    ("OSS_UNION", None, None, "ANY"), ("OSS_UNION", "DE", None, "DE"), ("OSS_UNION", "DE", 7, "DE7"),
    ("OSS_UNION", None, 7, "ANY7"), ("OSS_UNION", "GR", None, "GR"), ("OSS_UNION", "XI", None, "XI"),
    ("DOMESTIC", "DK", 25, "U25"), ("DOMESTIC", None, None, "U"), ("NO_VAT", None, None, "NONE"),
    ("EXPORT", None, 25, "WRONG"), ("ICS_GOODS", "FR", None, "WRONG"),
]  # fmt: skip
SELLERS: list[Row] = [
    {"shop": "web", "seller": "A", "oss": "union"},
    {"shop": "unset", "seller": "U", "registered": None, "oss": None},
    {"shop": "not", "seller": "N", "registered": False},
    {"shop": "none", "seller": "O", "oss": "none"},
    {"shop": "gb", "seller": "G", "country": "GB", "oss": "nonunion"},
    {"shop": "nowhere", "seller": "W", "country": "ZZ"},
    {"shop": "se", "seller": "S", "country": "SE", "oss": "union", "sells_mainly_to_consumers": False},
    {"shop": "phones", "seller": "P", "oss": "union", "sells_mainly_to_consumers": False},
    {"shop": "elsewhere", "seller": "E", "established_elsewhere": True},
    {"shop": "chosen", "seller": "C", "destination_from_first_sale": True},
    {"shop": "island", "seller": "H", "country": "DE", "oss": "union", "ship_from_postcode": "27498"},
    {"shop": "valley", "seller": "V", "country": "IT", "oss": "union", "ship_from_postcode": "23030",
     "ship_from_city": "Livigno"},
    {"shop": "bavaria", "seller": "B", "country": "DE", "oss": "union", "ship_from_postcode": "87491"},
    {"shop": "spain", "seller": "X", "country": "ES", "oss": "union"},
    {"shop": "never", "seller": "Y", "oss": "union", "accept_unverified_vat_number": "never"},
    {"shop": "accept", "seller": "Z", "oss": "union", "accept_unverified_vat_number": "accept"},
    {"shop": "single", "seller": "K", "gift_cards": "single_purpose"},
    {"shop": "canaries", "seller": "I", "country": "ES", "oss": "union", "ship_from_postcode": "35001"},
    {"shop": "small", "seller": "L", "prior_year_eur": "0", "year_to_date_eur": "0"},
    {"shop": "ioss", "seller": "M", "oss": "ioss"},
]  # fmt: skip


@contextmanager
def models_store() -> Iterator[Store]:
    """A database with all these sellers, codes, categories and numbers of their own."""
    with seller_store(*SELLERS) as opened:
        for code in CODES:
            put(opened, "setting.vat_codes", dict(zip(CODE_COLUMNS, code, strict=True)))
        for word, category in CATEGORIES:
            put(opened, "setting.vat_categories", {"product_category": word, "category": category})
        for word, supply in ((" Kursus", "service"), ("KURSUS", "stream"), ("Fil", "eservice"), ("Brugt", "margin")):
            put(opened, "setting.vat_supply_types", {"product_category": word, "supply_type": supply})
        for seller, state in (("A", "GR"), ("A", "EL"), ("A", "XI"), ("A", "DE"), ("O", "QQ"), ("O", "SE")):
            put(opened, "setting.vat_registrations", {"seller": seller, "country": state})
        yield opened


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with models_store() as opened:
        yield opened


def found(store: Store, *orders: Row) -> list[tuple[Any, ...]]:
    """Rule, state, rate in basis points and reason of every line."""
    return [(r["rule_id"], r["vat_country"], r["rate_bp"], r["hold_code"]) for r in rules(store, *orders)]


def told(store: Store, *orders: Row) -> list[tuple[Any, ...]]:
    """What the first line of each order is held for."""
    rows = rules(store, *orders)
    return [(r["hold_code"], r["hold_field"], r["hold_value"], r["hold_expected"]) for r in rows if r["line_no"] == 1]


def test_what_a_seller_has_not_said_is_unknown_and_safe(store: Store) -> None:
    places(store, {})
    rows = {row["shop"]: row for row in store.dicts("select * from vat_seller")}
    assert len(rows) == len(SELLERS)
    unset = rows["unset"]
    assert (unset["seller_registered"], unset["oss"]) == ("unknown", "unknown")
    assert (unset["accept_unverified"], unset["gift_cards"]) == ("confirm_once", "multi_purpose")
    assert (unset["ship_from"], unset["electronics_to_business"]) == ("DK", "none")
    assert [rows[shop]["seller_registered"] for shop in ("web", "not")] == ["yes", "no"]
    assert [rows[shop]["is_in_eu"] for shop in ("web", "gb", "nowhere")] == [True, False, False]
    assert [rows[shop]["state"] for shop in ("web", "gb", "nowhere")] == ["DK", "GB", None]
    electronics = [rows[shop]["electronics_to_business"] for shop in ("web", "phones", "se")]
    assert electronics == ["none", "electronics_rc", "electronics_elsewhere"]
    assert [rows[shop]["is_without_threshold"] for shop in ("web", "elsewhere", "chosen")] == [False, True, True]
    assert (rows["never"]["accept_unverified"], rows["single"]["gift_cards"]) == ("never", "single_purpose")


def test_a_number_of_ones_own_is_known_by_its_vat_code_once(store: Store) -> None:
    places(store, {})
    assert store.rows("select * from vat_registered order by all") == [
        ("A", "DE"), ("A", "EL"), ("A", "XI"), ("O", "QQ"), ("O", "SE"),
    ]  # fmt: skip


def test_what_a_line_is_by_its_type_its_supply_and_its_category(store: Store) -> None:
    lines: list[Row] = [
        {"product_category": "BØGER"}, {"product_category": " kursus "}, {"product_category": "Fil"},
        {"product_category": "Brugt", "supply_type": None}, {"product_category": "Fil", "supply_type": "event"},
        {"supply_type": "service"}, {"supply_type": "stream"}, {"supply_type": "pigeon"}, {"supply_type": None},
        {"line_type": "shipping", "product_category": "Bøger"}, {"line_type": "fee"}, {"line_type": "tip"},
        {"line_type": "rounding"}, {"line_type": "gift_card_sale", "supply_type": "service"}, {"line_type": "discount"},
    ]  # fmt: skip
    places(store, {"lines": lines})
    sorts = {
        tuple(row[:3]): tuple(row[3:])
        for row in store.rows(
            "select line_type, supply_type, product_category, line_kind, mapped_category, place_kind from line_sorts"
        )
    }
    assert sorts == {
        ("item", "goods", "BØGER"): ("goods", "book", "goods"),
        ("item", "goods", " kursus "): ("service", None, "service"),
        ("item", "goods", "Fil"): ("eservice", None, "service"),
        ("item", None, "Brugt"): ("margin", None, "goods"),
        ("item", "event", "Fil"): ("event", None, "event"),
        ("item", "service", None): ("service", None, "service"),
        ("item", "stream", None): ("stream", None, "service"),
        ("item", "pigeon", None): ("unknown", None, "goods"),
        ("item", None, None): ("goods", None, "goods"),
        ("shipping", "goods", "Bøger"): ("goods", None, "goods"),
        ("fee", "goods", None): ("goods", None, "goods"),
        ("tip", "goods", None): ("no_vat", None, "goods"),
        ("rounding", "goods", None): ("no_vat", None, "goods"),
        ("gift_card_sale", "service", None): ("gift_card", None, "goods"),
        ("discount", "goods", None): ("unknown", None, "goods"),
    }


ADDRESSES: list[tuple[Row, list[tuple[Any, ...]]]] = [
    # The way of finding the place; from which country and place; to which; is it collected?
    ({}, [("goods", "DK", "", "DE", "10115", False)]),
    ({"shipping_country": None, "billing_country": "FR", "billing_postcode": "20000", "billing_city": "Ajaccio"},
     [("goods", "DK", "", "FR", "20000", False)]),
    ({"shipping_country": None}, [("goods", "DK", "", "", "", False)]),
    ({"shipping_country": "SE", "shipping_postcode": "11120"}, [("goods", "DK", "", "SE", "", False)]),  # nobody asks
    ({"shipping_country": "IT", "shipping_postcode": "23030", "shipping_city": "LIVIGNO"},
     [("goods", "DK", "", "IT", "23030|livigno", False)]),
    ({"delivery": "collected"}, [("goods", "DK", "", "DK", "", True)]),
    ({"delivery": "collected", "ship_from_country": "FR"}, [("goods", "FR", "", "FR", "", True)]),
    ({"delivery": "shipped", "ship_from_country": "FR"}, [("goods", "FR", "", "DE", "10115", False)]),
    ({"shop": "island"}, [("goods", "DE", "27498", "DE", "10115", False)]),
    ({"shop": "island", "delivery": "collected"}, [("goods", "DE", "27498", "DE", "27498", True)]),
    ({"shop": "island", "ship_from_country": "DE"}, [("goods", "DE", "27498", "DE", "10115", False)]),
    ({"shop": "island", "ship_from_country": "FR"}, [("goods", "FR", "", "DE", "10115", False)]),
    ({"shop": "valley", "delivery": "collected"}, [("goods", "IT", "23030|livigno", "IT", "23030|livigno", True)]),
    ({"delivery": "collected", "billing_country": "FR", "billing_postcode": "75001", "ship_from_country": "SE",
      "lines": [{"supply_type": "service"}]}, [("service", "DK", "", "FR", "75001", False)]),
    ({"lines": [{"supply_type": "service"}]}, [("service", "DK", "", "DE", "10115", False)]),
    ({"lines": [{"line_type": "shipping", "supply_type": "service"}]}, [("goods", "DK", "", "DE", "10115", False)]),
    ({"event_country": "FR", "lines": [{"supply_type": "event"}]}, [("event", "DK", "", "FR", "", False)]),
    ({"billing_country": "FR", "billing_postcode": "75001", "event_country": "SE",
      "lines": [{}, {}, {"supply_type": "service"}, {"supply_type": "event"}, {"product_category": "Fil"}]},
     [("event", "DK", "", "SE", "", False), ("goods", "DK", "", "DE", "10115", False),
      ("service", "DK", "", "FR", "75001", False)]),
]  # fmt: skip


def test_where_each_sort_of_supply_goes_from_and_to(store: Store) -> None:
    places(store, *(facts for facts, _ in ADDRESSES))
    for key, (facts, wanted) in enumerate(ADDRESSES, 1):
        rows = store.rows(
            "select place_kind, from_country, from_place, to_country, to_place, is_collected from supply_addresses"
            " where order_key = $1 order by place_kind",
            [key],
        )
        assert rows == wanted, facts


def test_the_day_is_that_of_dispatch_else_of_payment_else_of_order(store: Store) -> None:
    days = {"order_date": date(2026, 1, 1), "paid_date": date(2026, 1, 2), "shipped_date": date(2026, 1, 3)}
    orders: list[dict[str, Any]] = [
        days, days | {"shipped_date": None}, days | {"shipped_date": None, "paid_date": None},
        dict.fromkeys(days),
    ]  # fmt: skip
    places(store, *orders)
    rows = store.rows("select supply_date, place_hold, route from supply_places order by order_key")
    assert [row[0] for row in rows] == [date(2026, 1, 3), date(2026, 1, 2), date(2026, 1, 1), None]
    assert [row[1:] for row in rows] == [(None, "other_eu")] * 3 + [("DATE_MISSING", "unclear")]


ROUTES: list[tuple[Row, tuple[str, str | None, str, str | None]]] = [
    # The route, the state and the region of destination, the region of dispatch.
    ({"shop": "island"}, ("import", "DE", "", "heligoland")),  # Heligoland is outside: its goods are imported
    ({"shop": "island", "delivery": "collected"}, ("transit", "DE", "heligoland", "heligoland")),
    ({"shop": "valley", "shipping_country": "IT", "shipping_postcode": "00184"}, ("import", "IT", "", "livigno")),
    ({"shop": "bavaria"}, ("stock_other", "DE", "", "jungholz_mittelberg")),  # Jungholz is Austria for VAT
    ({"shop": "spain", "shipping_country": "ES", "shipping_postcode": "28001"}, ("same_state", "ES", "", "")),
    ({"shop": "spain", "delivery": "collected"}, ("same_state", "ES", "", "")),  # whatever its postcode
    ({"shop": "spain", "shipping_country": "ES", "shipping_postcode": None}, ("unclear", "ES", "", "")),
    ({"shop": "spain", "shipping_country": "ES", "shipping_postcode": "35001"}, ("third", "IC", "", "")),
    ({"shop": "canaries"}, ("import", "DE", "", "")),
    ({"shop": "nowhere"}, ("unclear", "DE", "", "")),
    ({"shipping_country": "ZZ"}, ("unclear", None, "", "")),
    ({"shipping_country": "GB", "shipping_postcode": "BT1 1AA"}, ("other_eu", "XI", "", "")),
    ({"shipping_country": "GB", "shipping_postcode": "BT1 1AA", "lines": [{"supply_type": "service"}]},
     ("third", "XI", "", "")),
    ({"shipping_country": "HR", "shipped_date": date(2013, 6, 30)}, ("third", "HR", "", "")),
    ({"shipping_country": "HR", "shipped_date": date(2013, 7, 1)}, ("other_eu", "HR", "", "")),
    ({"shipping_country": "GB", "shipping_postcode": "SW1A 1AA", "shipped_date": date(2020, 12, 31)},
     ("other_eu", "GB", "", "")),
    ({"shipping_country": "GB", "shipping_postcode": "SW1A 1AA", "shipped_date": date(2021, 1, 1)},
     ("third", "GB", "", "")),
    ({"ship_from_country": "GB", "shipped_date": date(2020, 12, 31)}, ("stock_other", "DE", "", "")),
    ({"ship_from_country": "GB", "shipped_date": date(2021, 1, 1)}, ("import", "DE", "", "")),
    ({"ship_from_country": "HR", "shipped_date": date(2013, 6, 30)}, ("import", "DE", "", "")),
    ({"ship_from_country": "HR", "shipped_date": date(2013, 7, 1)}, ("stock_other", "DE", "", "")),
    ({"shop": "gb", "shipping_country": "GB", "shipping_postcode": "SW1A 1AA", "lines": [{"supply_type": "service"}]},
     ("same_state", "GB", "", "")),
    ({"shop": "gb", "shipping_country": "US", "lines": [{"supply_type": "service"}]}, ("third", "US", "", "")),
]  # fmt: skip


def test_which_way_a_supply_goes(store: Store) -> None:
    places(store, *(facts for facts, _ in ROUTES))
    rows = store.rows("select route, vat_country, region, from_region from supply_places order by order_key")
    for (facts, wanted), row in zip(ROUTES, rows, strict=True):
        assert row == wanted, facts


NUMBER = "DE136695976"
ANSWERS = [
    ("FR83404833048", "2026-01-01", "INVALID", None), ("FR83404833048", "2026-02-01", "VALID", None),
    ("SE556703748501", "2026-01-01", "VALID", None), ("SE556703748501", "2026-02-01", "INVALID", None),
    ("ATU13585627", "2025-01-01", "VALID", "2030-01-01"), ("ATU13585627", "2026-01-01", "VALID", "2026-11-02"),
    ("NL123456789B13", "2026-01-01", "UNAVAILABLE", None),
]  # fmt: skip


def test_a_register_counts_by_its_newest_answer_and_until_its_last_day(store: Store) -> None:
    for number, checked_at, result, counts_to in ANSWERS:
        row = {"vat_number": number, "checked_at": datetime.fromisoformat(checked_at), "result": result}
        put(store, "ops.vat_answers", row | {"counts_to": counts_to})
    late = date(2026, 11, 3)
    orders: list[Row] = [
        {"vat_number": "FR83404833048"}, {"vat_number": "SE556703748501"}, {"vat_number": "ATU13585627"},
        {"vat_number": "ATU13585627", "shipped_date": late}, {"vat_number": "NL123456789B13"},
        {"vat_number": "SE556703748501", "vat_number_status": "VALID"}, {"vat_number": NUMBER}, {"vat_number": "  "},
        {"vat_number": "136695976", "shipping_country": "DE"}, {"vat_number": "136695976", "shipping_country": None},
        {"vat_number": NUMBER, "shop": "accept"}, {"vat_number": "XI432525179", "shop": "accept"},
        {"vat_number": "XI432525179", "shop": "accept", "lines": [{"supply_type": "service"}]},
        {"vat_number": NUMBER, "vat_number_status": "BAD_SYNTAX", "shop": "accept"},
        {"vat_number": NUMBER, "vat_number_status": "UNAVAILABLE"}, {"vat_number": "DK13585628", "shop": "accept"}, {},
    ]  # fmt: skip
    places(store, *orders)
    rows = dict(store.rows("select order_key, buyer_number from vat_buyers"))
    store.script("truncate ops.vat_answers")
    assert [rows.get(key) for key in range(1, len(orders) + 1)] == [
        "other_state", "invalid", "other_state", "other_state_unverified", "other_state_unverified", "invalid",
        "other_state_unverified", None, "other_state_unverified", "invalid", "other_state", "other_state", "invalid",
        "invalid", "other_state_unverified", "own_state", None,
    ]  # fmt: skip


def test_a_person_approves_one_number_for_one_reason(store: Store) -> None:
    asked = "VAT_NUMBER_UNVERIFIED"
    said = [
        ("approve", asked, NUMBER), ("approve", "TOTAL_MISMATCH", "FR83404833048"), ("hold", asked, "SE556703748501"),
        ("approve", asked, NUMBER),
    ]  # fmt: skip
    for decision, code, subject in said:
        put(store, "ops.decisions", {"decision": decision, "code": code, "subject": subject})
    orders: list[Row] = [{"vat_number": number} for _, _, number in said[:3]]
    places(store, *orders, {"vat_number": NUMBER, "shop": "never"}, {"vat_number": "136 695 976"})
    rows = store.rows("select order_key, vat_number, buyer_number from vat_buyers order by order_key")
    store.script("truncate ops.decisions")
    assert rows == [
        (1, NUMBER, "other_state"), (2, "FR83404833048", "other_state_unverified"),
        (3, "SE556703748501", "other_state_unverified"), (4, NUMBER, "other_state_unverified"),
        (5, NUMBER, "other_state"),
    ]  # fmt: skip


def test_goods_services_and_events_of_one_order_are_decided_apart(store: Store) -> None:
    lines: list[Row] = [
        {}, {"supply_type": "service"}, {"supply_type": "event"}, {"product_category": "Fil"}, {"line_type": "tip"},
    ]  # fmt: skip
    one = {"billing_country": "SE", "event_country": "NO", "lines": lines}
    assert found(store, one, {"shipping_country": "DK", "lines": [{}, {"line_type": "gift_card_sale"}]}) == [
        ("oss_union", "DE", 1900, None), ("service_to_consumer", "DK", 2500, None),
        ("event_outside_eu", "NO", 0, "VAT_CODE_MISSING"), ("oss_services", "SE", 2500, None),
        ("no_vat_line", "DK", 0, None), ("domestic", "DK", 2500, None), ("gift_card_multi_purpose", "DK", 0, None),
    ]  # fmt: skip


def test_freight_follows_the_goods_of_its_own_order(store: Store) -> None:
    """Beside goods it is never held by itself, without them it is; a tip is nobody to follow."""
    at = {"shipping_country": "DE", "shop": "island"}
    freight: list[Row] = [{"line_type": "shipping"}, {"line_type": "fee"}]
    held = {"shop": "unset", "shipping_country": "DK"}
    assert [row[3] for row in found(store, held | {"lines": [{}, *freight]})] == ["VAT_NOT_CONFIGURED", None, None]
    assert [row[3] for row in found(store, held | {"lines": freight})] == ["VAT_NOT_CONFIGURED"] * 2
    tipped = held | {"lines": [{"line_type": "tip"}, *freight]}
    assert [row[3] for row in found(store, tipped)] == ["VAT_NOT_CONFIGURED"] * 3
    both = [held | {"lines": freight}, held | {"lines": [{}, *freight]}, at | {"lines": freight}]
    assert [row[3] for row in found(store, *both)][:5] == [
        "VAT_NOT_CONFIGURED", "VAT_NOT_CONFIGURED", "VAT_NOT_CONFIGURED", None, None,
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["shipping", "fee"])
def test_a_line_of_freight_without_goods_is_decided_by_itself(store: Store, kind: str) -> None:
    alone = {"shop": "unset", "shipping_country": "DK", "lines": [{"line_type": kind}]}
    assert [row[3] for row in found(store, alone)] == ["VAT_NOT_CONFIGURED"]


def test_a_rate_of_origin_has_no_region_of_destination(store: Store) -> None:
    """To Madeira: the seller's VAT, a margin and a tip are Danish, and Denmark has no Madeira."""
    lines: list[Row] = [{"amount_ore": 1}, {"supply_type": "margin"}, {"line_type": "tip"}]
    rows = rules(store, {"shop": "small", "shipping_country": "PT", "shipping_postcode": "9000", "lines": lines})
    assert [(r["rule_id"], r["vat_country"], r["vat_region"], r["rate_bp"]) for r in rows] == [
        ("origin_below_threshold", "DK", None, 2500), ("margin_scheme", "DK", None, 0), ("no_vat_line", "DK", None, 0),
    ]  # fmt: skip


def test_a_supply_knows_where_its_seller_is_registered(store: Store) -> None:
    orders: list[Row] = [
        {"shipping_country": "GR", "ship_from_country": "DE"}, {"shipping_country": "SE", "ship_from_country": "FR"},
        {"shop": "none", "shipping_country": "SE"}, {"shop": "none"}, {"shop": "gb", "ship_from_country": "US"},
        {"shipping_country": "DK"}, {"buyer_type": "b2b"}, {"buyer_type": "ean"}, {"buyer_type": None},
        {"vat_number": NUMBER, "vat_number_status": "VALID"}, {"ship_from_country": "CN"}, {"shop": "elsewhere"},
        {"shop": "chosen"}, {"shop": "none", "vat_number": NUMBER}, {"shop": "none", "shipping_country": "DK"},
    ]  # fmt: skip
    places(store, *orders)
    store.run(312, 315)
    supplies = store.rows(
        "select local_from, local_to, buyer, buyer_number, threshold, value_band, order_keys from supplies"
    )
    rows = {key: tuple(row) for *row, keys in supplies for key in keys}
    assert [rows[key] for key in range(1, len(orders) + 1)] == [
        ("yes", "yes", "consumer", "none", "-", "-"), ("no", "no", "consumer", "none", "-", "-"),
        ("home", "yes", "consumer", "none", "unknown", "-"), ("home", "no", "consumer", "none", "unknown", "-"),
        ("outside", "no", "consumer", "none", "-", "low"), ("home", "home", "consumer", "none", "-", "-"),
        ("home", "yes", "business", "none", "-", "-"), ("home", "yes", "business", "none", "-", "-"),
        ("home", "yes", "consumer", "none", "-", "-"), ("home", "yes", "business", "other_state", "-", "-"),
        ("no", "yes", "consumer", "none", "-", "low"), ("home", "no", "consumer", "none", "above", "-"),
        ("home", "no", "consumer", "none", "above", "-"),
        ("home", "no", "business", "other_state_unverified", "-", "-"),
        ("home", "home", "consumer", "none", "-", "-"),
    ]  # fmt: skip


BOOK = [{"product_category": "Bøger"}]
KEYS: list[tuple[Row, str | None, str]] = [
    ({}, "DE", "OSS_UNION:DE:19"),
    ({"lines": BOOK}, "DE7", "OSS_UNION:DE:7"),
    ({"shipping_country": "SE", "lines": BOOK}, "ANY", "OSS_UNION:SE:6"),
    ({"shipping_country": "MT", "lines": [{"product_category": "Nedsat"}]}, "ANY7", "OSS_UNION:MT:7"),
    ({"shipping_country": "GR", "shipping_postcode": "10431"}, "GR", "OSS_UNION:EL:24"),
    ({"shipping_country": "XI"}, "XI", "OSS_UNION:XI:20"),
    ({"shipping_country": "IE", "lines": BOOK}, "ANY", "OSS_UNION:IE:0"),  # zero is a rate like another one
    ({"shipping_country": "DK"}, "U25", "DOMESTIC:DK:25"),
    ({"shop": "se", "shipping_country": "SE"}, "U", "DOMESTIC:SE:25"),
    ({"lines": [{"line_type": "tip"}]}, "NONE", "NO_VAT"),
    ({"shipping_country": "NO"}, None, "EXPORT"),  # a code for 25 % is none for 0
    ({"vat_number": NUMBER, "vat_number_status": "VALID"}, None, "ICS_GOODS"),
    ({"shipping_country": "FI"}, "ANY", "OSS_UNION:FI:25.5"),
    ({"shop": "ioss", "ship_from_country": "CN", "shipping_country": "IE", "lines": BOOK}, None, "IOSS:IE:0"),
    (
        {"shop": "gb", "shipping_country": "IE", "lines": [{"supply_type": "eservice", "product_category": "Bøger"}]},
        None,
        "OSS_NONUNION:IE:0",
    ),
    ({"shipping_country": "DK", "shipped_date": date(2015, 12, 31)}, None, ""),
]


def test_the_longest_key_that_fits_names_the_code(store: Store) -> None:
    rows = rules(store, *(facts for facts, _, _ in KEYS))
    assert [row["vat_code"] for row in rows] == [code for _, code, _ in KEYS]
    due = store.rows("select treatment, vat_country, rate_bp, vat_key from vat_codes_due")
    keys = {tuple(of): key for *of, key in due}
    of = [(row["treatment"], row["vat_country"], row["rate_bp"]) for row in rows]
    assert [keys.get(one, "") for one in of] == [key for *_, key in KEYS]
    assert len(due) == len(keys) == len({one for one in of if one[2] is not None})


HELD: list[tuple[Row, tuple[str, str, str | None, str | None]]] = [
    ({"shop": "nowhere"}, ("COUNTRY_UNKNOWN", "ship_from_country", "ZZ", None)),
    ({"shipping_country": "ZZ"}, ("COUNTRY_UNKNOWN", "shipping_country", "ZZ", None)),
    ({"shipping_country": None}, ("COUNTRY_MISSING", "shipping_country", "", None)),
    ({"shipped_date": None}, ("DATE_MISSING", "order_date", None, None)),
    ({"shipping_country": "IT", "shipping_postcode": "23030"},
     ("VAT_TERRITORY_UNCLEAR", "shipping_postcode", "IT 23030", "livigno")),
    ({"shipping_country": "ES", "shipping_postcode": None},
     ("VAT_TERRITORY_UNCLEAR", "shipping_postcode", "ES", "35, 38, 51-52")),
    ({"shipping_country": "DK", "shipped_date": date(2015, 12, 31)},
     ("VAT_RATE_UNKNOWN", "supply_date", "DK standard", "2015-12-31")),
    ({"shipping_country": "PT", "shipping_postcode": "9000", "shipped_date": date(2015, 12, 31)},
     ("VAT_UNSUPPORTED", "supply_date", "2015-12-31", None)),
    ({"lines": [{"shop_rate": 7}]}, ("VAT_CATEGORY_MISSING", "product_category", "7", "DE")),
    ({"lines": [{"shop_rate": 7, "product_category": "Krus"}]},
     ("VAT_CATEGORY_MISSING", "product_category", "7", "DE Krus")),
    ({"lines": [{"shop_rate": 19, "product_category": "Bøger"}]}, ("VAT_RATE_MISMATCH", "vat_rate", "19", "DE 7")),
    ({"shipping_country": "FR", "shipping_postcode": "75001",
      "lines": [{"shop_rate": 10, "product_category": "Bøger"}]}, ("VAT_RATE_MISMATCH", "vat_rate", "10", "FR 5.5")),
    ({"lines": [{"shop_rate": "19.5"}]}, ("VAT_RATE_MISMATCH", "vat_rate", "19.5", "DE 19")),
    ({"lines": [{"shop_rate": 20}]}, ("VAT_RATE_MISMATCH", "vat_rate", "20", "DE 19")),
    ({"lines": [{"shop_rate": 0}]}, ("VAT_RATE_MISMATCH", "vat_rate", "0", "DE 19")),
    ({"shipping_country": "NO", "lines": [{"shop_rate": 25}]}, ("VAT_CHARGED_NOT_DUE", "vat_rate", "25", "EXPORT")),
    ({"shipping_country": "NO"}, ("VAT_CODE_MISSING", "vat.codes", "EXPORT", "EXPORT")),
    ({"lines": [{"line_type": "discount"}]}, ("VAT_UNSUPPORTED", "line_type", "unknown", None)),
    ({"shop": "se", "shipping_country": "SE", "vat_number": "SE556703748501", "vat_number_status": "VALID",
      "lines": [{"product_category": "Mobil"}]}, ("VAT_UNSUPPORTED", "product_category", "Mobil", None)),
    ({"vat_number": "DE 136695976", "lines": [{"supply_type": "service"}]},
     ("VAT_NUMBER_UNVERIFIED", "customer_vat_number", NUMBER, "DE")),
    ({"vat_number": "DE136695975"}, ("VAT_NUMBER_INVALID", "customer_vat_number", "DE136695975", "DE")),
    ({"ship_from_country": "FR"}, ("", "", None, None)),
    ({"ship_from_country": "FR", "shipping_country": "FR", "shipping_postcode": "75001"},
     ("VAT_LOCAL_NUMBER_MISSING", "vat.registrations", "FR", "FR")),
    ({"ship_from_country": "CN", "shipping_country": "NO"}, ("VAT_UNSUPPORTED", "ship_from_country", "CN", None)),
    ({"ship_from_country": "CN", "lines": [{"supply_type": "margin"}]},
     ("VAT_UNSUPPORTED", "supply_type", "margin", None)),
    ({"lines": [{"supply_type": "event"}]}, ("VAT_EVENT_PLACE_MISSING", "event_country", "", None)),
    ({"shop": "none"}, ("VAT_OSS_MISSING", "vat.threshold", "DE", None)),
]  # fmt: skip


@pytest.fixture(scope="module")
def held(store: Store) -> list[tuple[Any, ...]]:
    return told(store, *(facts for facts, _ in HELD))


@pytest.mark.parametrize("n", range(len(HELD)))
def test_a_line_is_held_for_the_first_reason_with_what_was_read(held: list[tuple[Any, ...]], n: int) -> None:
    check_held(held, n)


def check_held(held: list[tuple[Any, ...]], n: int) -> None:
    facts, wanted = HELD[n]
    assert held[n] == (wanted if wanted[0] else (None,) * 4), facts


def test_the_rate_is_of_the_day_the_category_the_state_and_its_region(store: Store) -> None:
    madeira = {"shipping_country": "PT", "shipping_postcode": "9000", "lines": [{}, *BOOK]}
    rows = found(store, madeira, {"shop": "none", "shipping_country": "DK", "lines": [{"product_category": "Avis"}]})
    assert [(state, bp) for _, state, bp, _ in rows] == [("PT", 2200), ("PT", 400), ("DK", 2500)]
    first = rules(store, {"lines": BOOK})[0]
    assert (str(first["vat_rate"]), first["vat_region"], first["treatment"]) == ("7.0000", None, "OSS_UNION")
    assert rules(store, madeira)[0]["vat_region"] == "madeira"
