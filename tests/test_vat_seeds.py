"""The seed tables: no gaps, no overlaps, and the standard rates as two dated sources have them on every day."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from vat_cases import CATEGORIES, vat_store
from vat_oracle import CHECKED, EU_ISO, standard

from etl.store import Store
from etl.vat import rates, seeds

Place = tuple[str | None, str, str]
THIRD = "third"
OVERSEAS = ("GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "PF", "NC", "WF", "TF")
NEIGHBOURS = ("IM", "JE", "GG", "GI", "AD", "LI", "NO", "IS")
# A place for every row of the table of territories, and neighbours that are ordinary.
PLACES: list[tuple[str, str, str, Place | None]] = [
    # Greenland and the Faroe Islands, by their own code and under Denmark
    ("GL", "3900", "Nuuk", ("GL", "", THIRD)), ("DK", "3900", "Nuuk", ("GL", "", THIRD)),
    ("DK", "3999", "", ("GL", "", THIRD)), ("DK", "3790", "Hasle", None), ("DK", "4000", "Roskilde", None),
    ("FO", "100", "Tórshavn", ("FO", "", THIRD)), ("DK", "100", "Tórshavn", ("FO", "", THIRD)),
    ("DK", "970", "", ("FO", "", THIRD)), ("DK", "1000", "København", None), ("DK", "9700", "Brønderslev", None),
    # Åland
    ("AX", "22100", "", ("AX", "", THIRD)), ("FI", "22100", "Mariehamn", ("AX", "", THIRD)),
    ("FI", "22999", "", ("AX", "", THIRD)), ("FI", "23100", "", None), ("FI", "00100", "Helsinki", None),
    # Spain outside the EU's VAT territory; the Balearics are ordinary
    ("IC", "", "", ("IC", "", THIRD)), ("ES", "35001", "Las Palmas", ("IC", "", THIRD)),
    ("ES", "38001", "", ("IC", "", THIRD)), ("EA", "", "", ("EA", "", THIRD)),
    ("ES", "51001", "Ceuta", ("EA", "", THIRD)),
    ("ES", "52001", "Melilla", ("EA", "", THIRD)), ("ES", "07001", "Palma", None), ("ES", "28001", "Madrid", None),
    # Büsingen and Heligoland
    ("DE", "78266", "Büsingen", ("DE", "buesingen", THIRD)), ("CH", "8238", "Büsingen", ("DE", "buesingen", THIRD)),
    ("DE", "27498", "Helgoland", ("DE", "heligoland", THIRD)), ("DE", "78267", "", None),
    ("CH", "8001", "Zürich", ("CH", "", THIRD)),
    # Livigno and Campione, by their new and their shared old postcodes; San Marino and the Vatican under Italy
    ("IT", "23041", "Livigno", ("IT", "livigno", THIRD)), ("IT", "23030", "LIVIGNO", ("IT", "livigno", THIRD)),
    ("IT", "23030", "Bianzone", None), ("IT", "23030", "", (None, "livigno", "unclear")),
    ("IT", "22061", "", ("IT", "campione", THIRD)), ("IT", "22060", "Campione d'Italia", ("IT", "campione", THIRD)),
    ("IT", "22060", "Cabiate", None), ("IT", "22060", "", (None, "campione", "unclear")),
    ("IT", "47890", "San Marino", ("SM", "", THIRD)), ("IT", "47899", "", ("SM", "", THIRD)), ("IT", "47900", "", None),
    ("IT", "00120", "", ("VA", "", THIRD)), ("IT", "00121", "Roma", None), ("SM", "", "", ("SM", "", THIRD)),
    ("VA", "00120", "", ("VA", "", THIRD)),
    # Mount Athos; the Aegean islands are Greece at its ordinary rate
    ("GR", "63086", "", ("EL", "athos", THIRD)), ("GR", "630 86", "", ("EL", "athos", THIRD)),
    ("GR", "63087", "", None),
    ("GR", "81100", "Mytilini", ("EL", "", "eu")), ("GR", "85100", "Rodos", ("EL", "", "eu")),
    ("GR", "86000", "", None),
    # France overseas; Monaco, the exception inside 98xxx; Corsica
    ("FR", "97110", "", ("FR", "overseas", THIRD)), ("FR", "98800", "Nouméa", ("FR", "overseas", THIRD)),
    ("FR", "98000", "Monaco", ("FR", "", "eu")), ("MC", "98000", "", ("FR", "", "eu")),
    ("FR", "20000", "Ajaccio", ("FR", "corsica", "eu")), ("FR", "75001", "Paris", None),
    *((code, "", "", (code, "", THIRD)) for code in OVERSEAS),
    # Portugal's islands
    ("PT", "9000-001", "Funchal", ("PT", "madeira", "eu")), ("PT", "9499", "", ("PT", "madeira", "eu")),
    ("PT", "9500-150", "Ponta Delgada", ("PT", "azores", "eu")), ("PT", "9980", "", ("PT", "azores", "eu")),
    ("PT", "8999", "", None), ("PT", "1000-001", "Lisboa", None),
    # Jungholz and Mittelberg, by Austrian and German postcodes
    ("AT", "6691", "Jungholz", ("AT", "jungholz_mittelberg", "eu")), ("AT", "6690", "", None),
    *(("AT", code, "", ("AT", "jungholz_mittelberg", "eu")) for code in ("6991", "6992", "6993")),
    *(("DE", code, "", ("AT", "jungholz_mittelberg", "eu")) for code in ("87491", "87567", "87568", "87569")),
    ("DE", "87570", "", None), ("AT", "6994", "", None),
    # Northern Ireland; the sovereign bases are Cyprus; the islands around Great Britain
    ("XI", "", "", ("XI", "", "eu")), ("GB", "BT1 1AA", "Belfast", ("XI", "", "eu")),
    ("GB", "bt48 6hq", "", ("XI", "", "eu")),
    ("GB", "B1 1AA", "Birmingham", None), ("GB", "BFPO 57", "", ("CY", "", "eu")),
    ("GB", "BFPO 59", "", ("CY", "", "eu")),
    ("GB", "BFPO 56", "", None), ("GB", "BFPO 60", "", None), ("GB", "BFPO 570", "", None),
    *((code, "", "", (code, "", THIRD)) for code in NEIGHBOURS),
]  # fmt: skip


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with vat_store() as opened:
        yield opened


def test_priorities_are_unique_and_the_last_rule_holds_always(store: Store) -> None:
    assert store.value("select count(priority) - count(distinct priority) from setting.vat_rules") == 0
    last = store.dicts("select * from setting.vat_rules order by priority desc nulls last limit 1")[0]
    conditions = ("seller_registered", "line_kind", "route", "buyer_number", "special", "oss", "threshold")
    assert {last[name] for name in conditions} == {"any"}
    assert last["valid_from"] is None


def test_one_rate_per_state_region_category_and_day(store: Store) -> None:
    assert store.rows(
        "select a.* from setting.vat_rates a join setting.vat_rates b on a.vat_country = b.vat_country"
        " and a.region is not distinct from b.region and a.category = b.category and a.valid_from < b.valid_from"
        " where a.valid_to is null or a.valid_to >= b.valid_from"
    ) == []  # fmt: skip
    assert store.value("select count(*) from setting.vat_rates where source is null or checked_on is null") == 0


def test_every_state_has_a_standard_rate_from_2016_without_a_gap(store: Store) -> None:
    rows = store.rows(
        "select vat_country, valid_from, valid_to, lead(valid_from) over (partition by vat_country order by valid_from)"
        " from setting.vat_rates where category = 'standard' and region is null and vat_country <> 'XI'"
    )
    assert {("GR" if state == "EL" else state) for state, *_ in rows} == EU_ISO
    assert all((following - to).days == 1 for _, _, to, following in rows if following)
    assert all(to is None for _, _, to, following in rows if not following)
    assert {state for state, first, *_ in rows if str(first) == "2016-01-01"} == {state for state, *_ in rows}


@pytest.mark.parametrize(
    ("word", "country"),
    [
        ("Danmark", "DK"), ("DENMARK", "DK"), ("dnk", "DK"), ("UK", "GB"), ("EL", "GR"), ("Grækenland", "GR"),
        ("Österreich", "AT"), ("Holland", "NL"), ("Northern Ireland", "XI"), ("Färöer", "FO"), ("Åland", "AX"),
        ("Sverige", "SE"), ("Kina", "CN"),
    ],
)  # fmt: skip
def test_countries_are_folded(store: Store, word: str, country: str) -> None:
    assert store.rows("select country from setting.country_names where country_name = lower($1)", [word]) == [
        (country,)
    ]


def test_the_seed_version_is_that_of_the_files_and_names_are_unambiguous(store: Store) -> None:
    assert len(seeds.version()) == 64
    assert store.rows("select country_name from setting.country_names group by 1 having count(*) > 1") == []
    assert store.value("select minor_units from setting.currencies where currency = 'ISK'") == 0
    assert {category for _, category in CATEGORIES} - {"electronics_rc"} <= {
        category for (category,) in store.rows("select category from setting.vat_rates")
    }


def test_standard_rates_of_the_seed_are_the_oracles_on_every_day(store: Store) -> None:
    seeded = seeded_standards(store)
    days = [date(2016, 1, 1) + timedelta(days=n) for n in range((CHECKED - date(2016, 1, 1)).days + 1)]
    for state in {*(state for state, *_ in seeded), "EL"}:
        for day in days[::13] + [first for code, first, *_ in seeded if code == state]:
            expected = standard(state, day)
            assert rate_on(seeded, state, day) == (None if expected is None else expected), (state, day)


def test_the_table_of_rates_is_the_file(store: Store) -> None:
    found = store.rows(
        "select vat_country, coalesce(region, ''), category, rate, valid_from, valid_to, kind, source, checked_on,"
        " origin from setting.vat_rates"
    )
    expected = [
        (*r.key, r.rate, r.valid_from, r.valid_to, r.kind, r.source, r.checked_on, "shipped") for r in rates.shipped()
    ]
    assert sorted(found, key=str) == sorted(expected, key=str)


@pytest.fixture(scope="module")
def territories(store: Store) -> dict[tuple[str, str, str], Place]:
    """What the model says of every place that is under other rules than its country: (VAT state, region, status)."""
    store.rows(
        "create or replace temp table places as with places as ("
        " select unnest($1) as country, unnest($2) as postcode, unnest($3) as city)"
        " select *, place_text(if(country in (select iso_country from setting.territories where city_part is not null),"
        " true, false), postcode, city) as place from places",
        [list(column) for column in zip(*(place[:3] for place in PLACES), strict=True)],
    )
    store.script(
        "create or replace temp table supply_addresses as"
        " select 'DK' as from_country, '' as from_place, country as to_country, place as to_place from places"
    )
    store.run(304, 304)
    found = store.rows(
        "select country, postcode, city, if(status = 'unclear', null, vat_country), region, status"
        " from supply_territories inner join places using (country, place)"
    )
    return {
        (country, postcode, city): (state, region, status) for country, postcode, city, state, region, status in found
    }


@pytest.mark.parametrize(("country", "postcode", "city", "expected"), PLACES)
def test_a_place_is_under_its_own_rules(
    territories: dict[tuple[str, str, str], Place], country: str, postcode: str, city: str, expected: Place | None
) -> None:
    """Country, postcode and city to (VAT state, region, status); None: as the country itself."""
    assert territories.get((country, postcode, city)) == expected


def seeded_standards(store: Store) -> list[tuple[str, date, date, Decimal]]:
    rows = store.rows(
        "select vat_country, valid_from, coalesce(valid_to, date '9999-12-31'), rate from setting.vat_rates"
        " where category = 'standard' and region is null"
    )
    return [(state, first, last, rate) for state, first, last, rate in rows]


def rate_on(seeded: list[tuple[str, date, date, Decimal]], state: str, day: date) -> Fraction | None:
    fitting = [Fraction(rate) for code, first, last, rate in seeded if code == state and first <= day <= last]
    assert len(fitting) <= 1
    return fitting[0] if fitting else None
