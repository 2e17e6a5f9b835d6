"""The tables that VAT is decided by, as CSV files beside this module, and their way into `setting.*`.

`vat_rates.csv`    One row per state, region, category and window of days (both ends included; empty = still so).
                   `category`: `standard`; a level of the state (`reduced`, `reduced2`, `super_reduced`, ...), for a
                   merchant to map to where no kind of product fits; or a kind of product (`book`, `food`, ...).
                   `source` says how sure we are. In the table `origin` tells these (`shipped`) from the company's own
                   (`workspace`, see etl.vat.overrides), whose days are cut out of the shipped windows.
`territories.csv`  Where a postcode is under other rules than its country: `postcode_from`..`postcode_to` compares the
                   first characters, `postcode_length` guards against lost leading zeros, `city_part` is looked for
                   in the city. `status`: eu, third, ask_city (no other row's city fits: as the country itself).
`countries.csv`    ISO and VAT code, days in the EU's VAT territory, names people write (Unicode CLDR's, and more).
`currencies.csv`   Minor units.
`vat_rules.csv`    The decision table: the lowest `priority` whose conditions all hold decides; `any` always holds.
"""

import hashlib
from importlib import resources

from etl.store import Store
from etl.vat.overrides import NONE, RateOverrides
from etl.vat.rates import COLUMNS

SEEDS = resources.files("etl.vat")
_OWN_RATES_WIN = "own_rates_win.sql"
TABLES: dict[str, dict[str, str]] = {
    "vat_rates": {"rate": "DECIMAL(9,4)", "valid_from": "DATE", "valid_to": "DATE", "checked_on": "DATE"},
    "territories": {"postcode_length": "INTEGER"},
    "countries": {"eu_from": "DATE", "eu_to": "DATE", "needs_postcode": "BOOLEAN"},
    "currencies": {"minor_units": "INTEGER"},
    "vat_rules": {"priority": "INTEGER", "valid_from": "DATE", "valid_to": "DATE"},
}
_LOAD = """
create or replace table setting.{table} as
select * from read_csv(
    $path, columns = $columns, header = true, auto_detect = false, delim = ',', quote = '"', escape = '"'
)
"""
# Everything people write for a country, folded; `unnest` keeps one row per word.
_NAMES = """
create or replace table setting.country_names as
select distinct lower(trim(word)) as country_name, iso2 as country
from (
    select iso2, unnest([iso2, iso3, name_en, name_da, name_de] || string_split(coalesce(other_names, ''), '|')) as word
    from setting.countries
)
where trim(word) <> ''
"""


def version() -> str:
    """The sha256 of all seed files: `load` is needed again when it changes."""
    digest = hashlib.sha256()
    for table in TABLES:
        digest.update((SEEDS / f"{table}.csv").read_bytes())
    digest.update((SEEDS / _OWN_RATES_WIN).read_bytes())
    return digest.hexdigest()


def load(store: Store, overrides: RateOverrides = NONE) -> None:
    """Write the seed files as tables `setting.<name>`; of the rates, the company's own win.

    Makes `setting.country_names` too: what people write for a country (`country_name`, lower case) and its ISO code.
    """
    for table, types in TABLES.items():
        with resources.as_file(SEEDS / f"{table}.csv") as path:
            with path.open(encoding="utf-8") as lines:
                header = lines.readline().strip().split(",")
            columns = {name: types.get(name, "VARCHAR") for name in header}
            store.rows(_LOAD.format(table=table), {"path": str(path), "columns": columns})
    store.script(_NAMES)
    _override_rates(store, overrides)


def _override_rates(store: Store, overrides: RateOverrides) -> None:
    """Put the company's own rates in `setting.vat_rates`, whose shipped windows then leave their days out."""
    store.script("create or replace temp table own_rates as from setting.vat_rates limit 0")
    if overrides.rates:
        rows = [
            (rate.key.vat_country, rate.key.region or None, rate.key.category, rate.rate, rate.valid_from,
             rate.valid_to, rate.kind, rate.source, rate.checked_on)
            for rate in overrides.rates
        ]  # fmt: skip
        marks = ", ".join(f"unnest(${n + 1})" for n in range(len(COLUMNS)))
        columns = [list(column) for column in zip(*rows, strict=True)]
        store.rows(f"insert into own_rates ({', '.join(COLUMNS)}) select {marks}", columns)
    store.script((SEEDS / _OWN_RATES_WIN).read_text("utf-8"))
