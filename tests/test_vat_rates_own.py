"""The company's own rates: what the file may say, that they win for their days only, and that every run tells them."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from scenario import COMPANY, fresh
from shop_files import DE, export, order
from typer.testing import CliRunner
from vat_cases import Sale, decide, vat_store

from etl import cli, company, messages, pipeline
from etl.errors import ConfigError
from etl.ledger import Ledger
from etl.lint import lint
from etl.store import Store
from etl.vat import overrides, rates, seeds
from etl.vat.overrides import RateOverrides
from etl.workspace import Workspace

HEADER = "vat_country,region,category,rate,valid_from,valid_to,kind,source,checked_on"
TODAY = date(2026, 11, 24)
BOOKS = "DK,,book,0,2026-07-01,,zero,our accountant,2026-11-20"


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETL_NOW", f"{TODAY}T08:00:00+00:00")


def own(*rows: str) -> RateOverrides:
    text = "\n".join([HEADER, *rows, ""])
    return RateOverrides(tuple(rates.parse(text.encode(), "vat_rates.csv", TODAY)), text)


def others(error: ConfigError) -> list[ConfigError]:
    """The further errors that are told with the first."""
    found = error.facts["others"]
    assert isinstance(found, tuple)
    return list(found)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with vat_store() as opened:
        yield opened


def windows(
    store: Store, state: str, category: str, region: str | None = None
) -> list[tuple[str, str, str | None, str]]:
    found = store.rows(
        "select rate, valid_from, valid_to, origin from setting.vat_rates where vat_country = $1 and category = $2"
        " and region is not distinct from $3 order by valid_from",
        [state, category, region],
    )
    return [(f"{rate.normalize():f}", str(first), last and str(last), origin) for rate, first, last, origin in found]


# --- the file ---------------------------------------------------------------------------------------------------------


def test_the_shipped_file_passes_the_same_checks() -> None:
    assert len(rates.shipped()) > 190
    assert rates.shipped()[0] == rates.Rate(
        rates.Key("AT", "", "standard"), Decimal(20), date(2016, 1, 1), None, "standard",
        "two sources: duty27-eu-vat 0.1.0 and ibericode/vat-rates", date(2026, 11, 23), 2,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("vat_country", "GR"), ("vat_country", "GB"), ("vat_country", "dk"), ("vat_country", ""), ("vat_country", "NO"),
        ("region", "azores"), ("region", "bornholm"), ("category", "Book"), ("category", ""), ("category", "a b"),
        ("category", "electronics_rc"), ("category", "b" * 41), ("rate", ""), ("rate", "25%"), ("rate", "100"),
        ("rate", "-1"), ("rate", "1e1"), ("rate", "NaN"), ("rate", "2.12345"), ("rate", "٢"), ("rate", "25.5,"),
        ("rate", "25,5"), ("valid_from", ""), ("valid_from", "01-07-2026"), ("valid_from", "2026-02-30"),
        ("valid_from", "1066-10-14"), ("valid_from", "20260701"), ("valid_to", "2026-06-30"),
        ("valid_to", "9999-12-31"), ("kind", ""), ("kind", "standard"), ("kind", "nothing"),
        ("source", ""), ("source", "s" * 301), ("checked_on", ""), ("checked_on", "2026-11-26"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_told_with_line_column_and_what_is_expected(column: str, value: str) -> None:
    cells = dict(zip(HEADER.split(","), BOOKS.split(","), strict=True)) | {column: f'"{value}"'}
    text = "\n".join([HEADER, "SE,,toys,6,2026-01-01,,reduced,somebody,2026-11-20", ",".join(cells.values())])
    with pytest.raises(ConfigError) as wrong:
        rates.parse(text.encode(), "vat_rates.csv", TODAY)
    facts = wrong.value.facts
    shown = value if len(value) <= 60 else value[:59] + "…"
    assert (wrong.value.code, facts["line"], facts["key"], facts["value"]) == ("CONFIG_RATES_INVALID", 3, column, shown)
    for language in messages.LANGUAGES:
        told = messages.render(wrong.value.code, language, **{k: v for k, v in facts.items() if k != "others"})
        assert "vat_rates.csv" in told.text
        assert "3" in told.text
        assert column in told.text
        assert str(facts["expected"]) in told.text


def test_the_standard_rate_is_of_the_kind_standard_and_only_zero_is_zero() -> None:
    for row in ("DK,,standard,24,2027-01-01,,reduced,x,2026-11-20", "DK,,toys,5,2027-01-01,,zero,x,2026-11-20"):
        with pytest.raises(ConfigError) as wrong:
            own(row)
        assert wrong.value.facts["key"] == "kind"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", 1),
        (b"vat_country,rate\nDK,25\n", 1),
        (HEADER.encode() + b",extra\n", 1),
        (HEADER.encode().replace(b"kind", b"rate") + b"\n", 1),
        (f"{HEADER}\n{BOOKS}\nDK,,book\n".encode(), 3),
        (f"{HEADER}\n{BOOKS},more\n".encode(), 2),
        (f"{HEADER}\n{BOOKS}\n".encode() + "DK,,toys,5,2026-01-01,,reduced,Søren,2026-11-20\n".encode("cp1252"), 3),
        (f"{HEADER}\n{BOOKS}\n".encode("utf-16"), 1),
        (f"{HEADER}\n{BOOKS}\n\0\n".encode(), 3),
        (f'{HEADER}\nDK,,"book'.encode(), 2),
        (f"{HEADER}\nDK,,{'b' * 200_000}".encode(), 2),
        (HEADER.encode() + b"\n" * 1_000_000, 1),
    ],
)
def test_a_file_that_is_none_is_told_with_its_line(content: bytes, line: int) -> None:
    with pytest.raises(ConfigError) as wrong:
        rates.parse(content, "vat_rates.csv", TODAY)
    assert (wrong.value.code, wrong.value.facts["line"]) == ("CONFIG_RATES_UNREADABLE", line)
    for language in messages.LANGUAGES:
        assert messages.render(wrong.value.code, language, **wrong.value.facts).text


def test_two_rows_for_a_day_are_an_error_and_neighbours_are_not() -> None:
    first = "DK,,book,0,2026-07-01,2026-09-30,zero,x,2026-11-20"
    assert len(own(first, "DK,,book,5,2026-10-01,,reduced,x,2026-11-20").rates) == 2
    assert len(own(first, "DK,,toys,5,2026-07-01,,reduced,x,2026-11-20").rates) == 2
    for second in ("DK,,book,5,2026-09-30,,reduced,x,2026-11-20", first, BOOKS):
        with pytest.raises(ConfigError) as wrong:
            own(first, second)
        assert (wrong.value.code, wrong.value.facts["line"], wrong.value.facts["expected"]) == (
            "CONFIG_RATES_OVERLAP",
            3,
            2,
        )
    within = [f"DK,,book,{n},2026-0{n}-01,2026-0{n}-28,reduced,x,2026-11-20" for n in (2, 3)]
    with pytest.raises(ConfigError) as wrong:
        own("DK,,book,9,2026-01-01,2026-12-31,reduced,x,2026-11-20", *within)
    assert [wrong.value.facts["line"], *(error.facts["line"] for error in others(wrong.value))] == [3, 4]


def test_what_a_spreadsheet_makes_of_it_is_read() -> None:
    """A byte order mark, semicolons, Windows line ends, quotes, an empty last row and columns in another order."""
    columns = HEADER.split(",")
    row = dict(zip(columns, BOOKS.split(","), strict=True))
    lines = [reversed(columns), (f'"{row[column]}"' for column in reversed(columns)), [""] * 9]
    content = "\ufeff" + "\r\n".join(";".join(line) for line in lines) + "\r\n"
    assert rates.parse(content.encode(), "vat_rates.csv", TODAY) == list(own(BOOKS).rates)


def test_a_thousand_rows_are_read_and_cut_and_a_thousand_wrong_ones_are_not_all_told(store: Store) -> None:
    first = date(2020, 1, 1)
    days = [first + timedelta(days=2 * n) for n in range(1000)]
    rows = [f"DK,,standard,24,{day},{day},standard,x,2026-11-20" for day in days]
    many = own(*rows)
    seeds.load(store, many)
    found = windows(store, "DK", "standard")
    assert [first for _, first, _, origin in found if origin == "workspace"] == [str(day) for day in days]
    assert len(found) == 2001
    code, facts = many.told()[0]
    assert (code, facts["value"]) == ("VAT_RATES_OVERRIDDEN", 1000)
    assert str(facts["expected"]).count("25 → 24") == overrides.MOST_NAMED
    with pytest.raises(ConfigError) as wrong:
        own(*(row.replace(",24,", ",x,") for row in rows))
    assert len(others(wrong.value)) == rates.MAX_TOLD - 1


def test_no_file_is_no_override_and_what_is_not_a_file_is_told(tmp_path: Path) -> None:
    assert overrides.load(tmp_path / "vat_rates.csv") == overrides.NONE
    assert overrides.NONE.told() == []
    (tmp_path / "vat_rates.csv").mkdir()
    with pytest.raises(ConfigError) as wrong:
        overrides.load(tmp_path / "vat_rates.csv")
    assert wrong.value.code == "CONFIG_RATES_UNREADABLE"
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ConfigError):
        overrides.load(tmp_path / "gone")


# --- the table --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (  # in the middle of a window: it goes on afterwards
            ["EE,,standard,21,2024-03-01,2024-03-31,standard,x,2026-11-20"],
            [
                ("20", "2016-01-01", "2023-12-31", "shipped"), ("22", "2024-01-01", "2024-02-29", "shipped"),
                ("21", "2024-03-01", "2024-03-31", "workspace"), ("22", "2024-04-01", "2025-06-30", "shipped"),
                ("24", "2025-07-01", None, "shipped"),
            ],
        ),
        (  # over two changes, to the last day of a window
            ["EE,,standard,21,2023-07-01,2025-06-30,standard,x,2026-11-20"],
            [
                ("20", "2016-01-01", "2023-06-30", "shipped"), ("21", "2023-07-01", "2025-06-30", "workspace"),
                ("24", "2025-07-01", None, "shipped"),
            ],
        ),
        (  # open at the end, from the first day of a window
            ["EE,,standard,26,2025-07-01,,standard,x,2026-11-20"],
            [
                ("20", "2016-01-01", "2023-12-31", "shipped"), ("22", "2024-01-01", "2025-06-30", "shipped"),
                ("26", "2025-07-01", None, "workspace"),
            ],
        ),
        (  # two of them, written in the wrong order, the later one open
            [
                "EE,,standard,26,2025-08-01,,standard,x,2026-11-20",
                "EE,,standard,23,2025-07-01,2025-07-01,standard,x,2026-11-20",
            ],
            [
                ("20", "2016-01-01", "2023-12-31", "shipped"), ("22", "2024-01-01", "2025-06-30", "shipped"),
                ("23", "2025-07-01", "2025-07-01", "workspace"), ("24", "2025-07-02", "2025-07-31", "shipped"),
                ("26", "2025-08-01", None, "workspace"),
            ],
        ),
        (  # before everything and for ever: nothing shipped is left
            ["EE,,standard,30,2000-01-01,,standard,x,2026-11-20"],
            [("30", "2000-01-01", None, "workspace")],
        ),
    ],
)  # fmt: skip
def test_own_rates_win_for_their_days_and_the_shipped_ones_keep_the_others(
    store: Store, rows: list[str], expected: list[tuple[str, str, str | None, str]]
) -> None:
    seeds.load(store, own(*rows))
    assert windows(store, "EE", "standard") == expected
    seeds.load(store)
    assert {origin for *_, origin in windows(store, "EE", "standard")} == {"shipped"}


def test_only_the_same_state_region_and_category_are_cut(store: Store) -> None:
    seeds.load(
        store,
        own("PT,azores,standard,15,2026-01-01,,standard,x,2026-11-20", "SE,,toys,9,2026-01-01,,reduced,x,2026-11-20"),
    )
    assert windows(store, "PT", "standard", "azores")[-2:] == [
        ("16", "2021-07-01", "2025-12-31", "shipped"), ("15", "2026-01-01", None, "workspace"),
    ]  # fmt: skip
    assert windows(store, "PT", "standard") == [("23", "2016-01-01", None, "shipped")]
    assert windows(store, "PT", "standard", "madeira") == [("22", "2016-01-01", None, "shipped")]
    assert windows(store, "SE", "toys") == [("9", "2026-01-01", None, "workspace")]
    assert windows(store, "SE", "standard") == [("25", "2016-01-01", None, "shipped")]


def test_what_is_replaced_is_told_window_by_window() -> None:
    none = overrides.NOTHING
    found = own(
        BOOKS,
        "DK,,newspaper,5,2026-01-01,2026-12-31,reduced,x,2026-11-20",
        "AT,,book,8,2020-06-01,2022-01-31,reduced,x,2026-11-20",
        "DE,,standard,18,2020-12-31,2021-01-01,standard,x,2026-11-20",
        "DK,,book,12,2025-12-31,2026-01-01,reduced,x,2026-11-20",
    ).rates
    assert [overrides.replaced(rate) for rate in found] == [none, "0", f"10, {none}, 10", "16, 19", f"25, {none}"]
    assert overrides.described(found[0]) == "DK book 2026-07-01.."
    assert overrides.described(found[2]) == "AT book 2020-06-01..2022-01-31"


# --- the decision -----------------------------------------------------------------------------------------------------


def test_a_rate_that_is_in_doubt_is_held_until_the_company_says_it(store: Store) -> None:
    books = [Sale(day=day, category="Bøger") for day in ("2026-06-30", "2026-07-01", "2025-12-31")]
    seeds.load(store)
    assert [(d.hold, d.rate) for d in decide(store, books)] == [
        ("VAT_RATE_UNKNOWN", None), ("VAT_RATE_UNKNOWN", None), (None, Decimal(25)),
    ]  # fmt: skip
    seeds.load(store, own(BOOKS))
    assert [(d.hold, d.rate) for d in decide(store, books)] == [
        ("VAT_RATE_UNKNOWN", None), (None, Decimal(0)), (None, Decimal(25)),
    ]  # fmt: skip
    seeds.load(store)


def test_twelve_months_after_it_was_looked_up_nothing_is_said(store: Store) -> None:
    """By the shipped rates, and by an own rate looked up earlier, which the shipped one does not stand in for."""
    seeds.load(store, own("DE,,standard,18,2026-01-01,,standard,x,2026-03-01"))
    days = [
        ("DK", "2027-11-23", Decimal(25), None), ("DK", "2027-11-24", None, "VAT_RATE_UNKNOWN"),
        ("DE", "2027-03-01", Decimal(18), None), ("DE", "2027-03-02", None, "VAT_RATE_UNKNOWN"),
    ]  # fmt: skip
    decided = decide(store, [Sale(to=state, day=day, postcode="10115") for state, day, *_ in days])
    assert [(d.rate, d.hold) for d in decided if d.hold != "VAT_CODE_MISSING"] == [
        (rate, hold) for *_, rate, hold in days
    ]
    seeds.load(store)


# --- runs -------------------------------------------------------------------------------------------------------------


GERMAN = export(order(1105, "NL-1 1 80.00", "119.00", "19.00", place=DE))
DE_18 = f"{HEADER}\nDE,,standard,18,2026-11-01,,standard,our accountant,2026-11-20\n"


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    """The small shop with a German order of 119.00 that has 19 % VAT in it."""
    root = fresh(tmp_path / "shop")
    (root / "inbox" / "orders.csv").write_bytes(GERMAN)
    return Workspace(root)


def held(workspace: Workspace) -> list[tuple[str, str, str]]:
    with Store.open(workspace.review, read_only=True) as store:
        return store.rows("select code, value_read, expected from core.findings where effect = 'hold' order by code")


@pytest.mark.long
def test_an_own_rate_decides_is_told_and_open_orders_follow_the_file(shop: Workspace) -> None:
    file = shop.root / "vat_rates.csv"
    file.write_text(DE_18, "utf-8")
    report = pipeline.run(shop, commit=False)
    assert report.orders == {"held": 1}
    assert "VAT_RATE_MISMATCH" in [code for code, *_ in held(shop)]
    assert report.messages == [
        ("VAT_RATES_OVERRIDDEN", {"value": 1, "expected": "DE standard 2026-11-01..: 19 → 18"}),
    ]  # fmt: skip
    ledger = Ledger(shop.ledger)
    assert ledger.text(str(ledger.rates_sha())) == DE_18
    file.unlink()  # everything open is decided again
    report = pipeline.run(shop, commit=False)
    assert (report.orders, report.messages, held(shop)) == ({"ready": 1}, [], [])
    configs = Ledger(shop.ledger).of_kind("config")
    assert [entry["sections"].get("vat_rates.csv") is not None for entry in configs] == [True, False]


@pytest.mark.long
def test_the_ledger_notes_every_other_file_once_and_the_database_is_made_again_by_the_present_one(
    shop: Workspace,
) -> None:
    file = shop.root / "vat_rates.csv"
    for content, orders in ((DE_18, "held"), (DE_18, "held"), (DE_18.replace("DE,", "SE,"), "ready"), (DE_18, "held")):
        file.write_text(content, "utf-8")
        assert pipeline.run(shop, commit=False).orders == {orders: 1}
    assert len(Ledger(shop.ledger).of_kind("config")) == 3
    assert pipeline.replay(shop).orders == {"held": 1}
    with Store.open(shop.review, read_only=True) as store:
        assert store.value("select count(*) from setting.vat_rates where origin = 'workspace'") == 1
    assert Ledger(shop.ledger).verify(shop.root).texts >= 4  # company.toml, the contract, two files of rates


def test_a_file_that_cannot_be_used_stops_the_run_and_nothing_is_taken_in(shop: Workspace) -> None:
    (shop.root / "vat_rates.csv").write_text(DE_18.replace(",18,", ",atten,"), "utf-8")
    done = CliRunner().invoke(cli.app, ["run", "--json", "--workspace", str(shop.root)])
    error = json.loads(done.stdout)["error"]
    assert (done.exit_code, error["code"]) == (2, "CONFIG_RATES_INVALID")
    assert (error["facts"]["line"], error["facts"]["key"], error["facts"]["value"]) == (2, "rate", "atten")
    assert (shop.root / "inbox" / "orders.csv").exists()


def test_lint_names_every_own_rate_with_its_line_and_what_it_replaces() -> None:
    settings = company.parse(COMPANY.encode())
    rows = own(BOOKS, "DE,,standard,18,2026-11-01,,standard,our accountant,2025-11-23")
    told = [f for f in lint(settings, None, {"shopify_orders"}, rows) if f.file == "vat_rates.csv"]
    assert [(f.code, f.severity, f.line) for f in told] == [
        ("LINT_VAT_RATE_STALE", "warning", 3),
        ("LINT_VAT_RATE_OVERRIDDEN", "info", 2),
        ("LINT_VAT_RATE_OVERRIDDEN", "info", 3),
    ]
    assert all(part in told[2].message for part in ("DE standard 2026-11-01..", "18 %", "19 %"))
    fresh_again = own("DE,,standard,18,2026-11-01,,standard,our accountant,2025-11-24")
    codes = [f.code for f in lint(settings, None, {"shopify_orders"}, fresh_again) if f.file == "vat_rates.csv"]
    assert codes == ["LINT_VAT_RATE_OVERRIDDEN"]


def test_lint_as_a_command_gives_file_and_line(shop: Workspace) -> None:
    (shop.root / "vat_rates.csv").write_text(DE_18, "utf-8")
    done = CliRunner().invoke(cli.app, ["lint", "--workspace", str(shop.root)])
    assert "vat_rates.csv:2 info LINT_VAT_RATE_OVERRIDDEN: DE standard 2026-11-01.." in done.stdout
