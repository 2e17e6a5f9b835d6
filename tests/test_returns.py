"""The returns, worked out by hand: a company's sales and refunds through the real pipeline, read as the reports say.

All figures are of `return_world`. Rates for one euro on 2026-09-30: DKK 7.47, SEK 11.205; on 2024-01-02: DKK 7.455.
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from return_world import HEADER, SETTINGS, company, consumer, world
from typer.testing import CliRunner
from workspaces import Office, office

from etl.cli import app

pytestmark = pytest.mark.long  # the quick ones are in test_return_files.py
D = Decimal
NOW = "2026-11-24T08:00:00+00:00"


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ETL_NOW", NOW)
        yield world(tmp_path_factory.mktemp("returns") / "w")


def asked(place: Office, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in place.ask(sql)]


def reported(place: Office, *words: str) -> dict[str, object]:
    done = CliRunner().invoke(app, ["report", *words, "--workspace", str(place.root), "--json"], env={"ETL_NOW": NOW})
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.output))


def refused(place: Office, *words: str) -> str:
    done = CliRunner().invoke(app, ["report", *words, "--workspace", str(place.root)], env={"ETL_NOW": NOW})
    assert done.exit_code == 2, done.output
    return done.output


def codes(answer: dict[str, object]) -> list[str]:
    return [note["code"] for note in answer["notes"]]  # type: ignore[attr-defined]


def files(place: Office, folder: Path, *words: str) -> dict[str, bytes]:
    reported(place, *words, "--to", str(folder))
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# 1001 is 58.80 EUR: 9.39 VAT. 1004 (119.00) is refunded in its own quarter and nets to nothing. FR: twice 0.42, 0.07.
def test_a_quarter_sums_per_currency_and_nets_refunds_of_its_own(sold: Office) -> None:
    assert asked(sold, "select vat_country, currency, net_amount, vat_amount, dispatch_country, supply_kind, rate_type"
                       " from review.oss_return where period = '2026Q3' order by 1, 2") == [
        ("DE", "DKK", D("100.00"), D("19.00"), "DK", "goods", "standard"),
        ("DE", "EUR", D("49.41"), D("9.39"), "DK", "goods", "standard"),
        ("FR", "EUR", D("0.70"), D("0.14"), "DK", "goods", "standard"),
        ("SE", "SEK", D("1000.00"), D("250.00"), "DK", "goods", "standard"),
    ]  # fmt: skip


def test_each_line_is_converted_once_by_the_rate_of_the_last_day(sold: Office) -> None:
    # 9.39 x 7.47 = 70.1433; 0.14 x 7.47 = 1.0458; 250 x 7.47 / 11.205 = 166.6667
    # 250 / 11.205 = 22.3114; 19 / 7.47 = 2.5435
    assert asked(sold, "select vat_country, currency, net_company, vat_company, net_eur, vat_eur, rate_date::varchar,"
                       " missing from review.oss_declaration where period = '2026Q3' order by 1, 2") == [
        ("DE", "DKK", D("100.00"), D("19.00"), D("13.39"), D("2.54"), "2026-09-30", None),
        ("DE", "EUR", D("369.09"), D("70.14"), D("49.41"), D("9.39"), "2026-09-30", None),
        ("FR", "EUR", D("5.23"), D("1.05"), D("0.70"), D("0.14"), "2026-09-30", None),
        ("SE", "SEK", D("666.67"), D("166.67"), D("89.25"), D("22.31"), "2026-09-30", None),
    ]  # fmt: skip


def test_a_later_refund_corrects_its_period_by_that_periods_rate(sold: Office) -> None:
    # 10.00 and 1.90 at 7.47; 19.00 at 7.455 = 141.645, half up: 2023-12-31 is a Sunday, then a holiday
    assert asked(sold, "select correction_period, net_amount, vat_amount, vat_company, vat_eur, rate_date::varchar,"
                       " due_date::varchar from review.oss_declaration where period = '2026Q4' order by 1") == [
        ("2023Q4", D("-100.00"), D("-19.00"), D("-141.65"), D("-19.00"), "2024-01-02", "2027-01-31"),
        ("2026Q3", D("-10.00"), D("-1.90"), D("-14.19"), D("-1.90"), "2026-09-30", "2027-01-31"),
    ]  # fmt: skip


def test_a_correction_of_a_return_due_more_than_three_years_ago_is_told_directly(sold: Office) -> None:
    assert asked(
        sold, "select period, correction_period, vat_country, vat_amount, documents from review.oss_direct"
    ) == [("2026Q4", "2022Q3", "DE", D("-19.00"), "main/901/refund:r4")]
    assert "OSS_CORRECTION_TOO_OLD" in codes(reported(sold, "oss", "2026Q4"))


def test_a_state_with_negative_vat_lessens_no_total(sold: Office) -> None:
    answer = reported(sold, "oss", "2026Q4")  # -14.19 - 141.65 for DE, nothing else
    totals = answer["tables"]["oss_totals"]  # type: ignore[index]
    assert [(row["vat_country"], row["vat_company"], row["vat_eur"]) for row in totals] == [
        ("DE", "-155.84", "-20.90"),
        (None, "0.00", "0.00"),
    ]
    assert "OSS_STATE_REPAYS" in codes(answer)
    third = reported(sold, "oss", "2026Q3")["tables"]["oss_totals"]  # type: ignore[index]
    assert [(row["vat_country"], row["vat_company"]) for row in third] == [
        ("DE", "89.14"), ("FR", "1.05"), ("SE", "166.67"), (None, "256.86"),
    ]  # fmt: skip


# The books took 7.46 and 0.66: 9.39 -> 70.05, 250 -> 165.00, 19 -> 141.74 twice with turned signs.
def test_the_differences_explain_a_quarter_line_by_line(sold: Office) -> None:
    assert asked(sold, "select what, document_id, amount, net_amount from review.oss_tieout"
                       " where period = '2026Q3' and side = 'difference' order by 1, 2") == [
        ("daily_rate", "main/1001/sale", D("0.09"), D("0.49")),
        ("daily_rate", "main/1002/sale", D("1.67"), D("6.67")),
        ("daily_rate", "main/1004/refund:r1", D("-0.19"), D("-1.00")),
        ("daily_rate", "main/1004/sale", D("0.19"), D("1.00")),
        ("rounding", None, D("0.01"), D("0.01")),  # FR: 2 x 0.52 alone, 1.05 together
    ]  # fmt: skip
    answer = reported(sold, "tieout", "2026Q3")
    assert answer["notes"][0] == {  # type: ignore[index]
        "code": "OSS_TIES",
        "value": "1.77",
        "expected": "1.77",
        "field": "2026Q3",
    }  # 256.86 declared, 255.09 exported


@pytest.mark.parametrize("period", ["2022Q3", "2023Q4", "2026Q3", "2026Q4"])
@pytest.mark.parametrize("column", ["amount", "net_amount"])
def test_return_less_exported_is_the_sum_of_the_differences(sold: Office, period: str, column: str) -> None:
    summed = f"select side, sum({column}) as amount from review.oss_tieout where period = '{period}' group by side"
    sums = {row["side"]: row["amount"] for row in sold.ask(summed)}
    assert sums["exported"]
    assert sums["return"] - sums["exported"] == sums.get("difference", 0)


def test_without_a_rate_nothing_is_converted_and_the_report_says_what_to_drop(sold: Office) -> None:
    # 2022-09-30 is in no file: the line of 901 has no amount in kroner
    answer = reported(sold, "oss", "2022Q3")
    assert {"code": "OSS_RATE_MISSING", "value": "DKK 2022-09-30", "expected": "eurofxref-hist.csv"} in answer["notes"]  # type: ignore[operator]
    assert answer["tables"]["oss_filed"][0]["vat_company"] is None  # type: ignore[index]
    assert asked(
        sold, "select what, amount from review.oss_tieout where period = '2022Q3' and side = 'difference'"
    ) == [("no_period_rate", D("-141.74"))]


def test_kroner_alone_need_no_rate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETL_NOW", NOW)
    place = office(tmp_path / "w", company=SETTINGS, own_sources=False)
    sale = consumer("1", "2026-07-05", "DE", ("DKK", "", "DK"), "19", "119.00", "19.00")
    place.drop("orders.csv", f"{HEADER}\n{sale}\n")
    place.run()
    answer = reported(place, "oss", "2026Q3", "--to", str(tmp_path / "out"))
    assert "OSS_EUR_MISSING" in codes(answer)
    row = answer["tables"]["oss_filed"][0]  # type: ignore[index]
    assert (row["vat_company"], row["vat_eur"]) == ("19.00", None)
    written = (tmp_path / "out" / "oss_uniconta_2026Q3.csv").read_bytes()
    assert written == b"001;DE;Standard;19,00;100,00;19,00\r\n"


def test_the_oss_file_is_in_unicontas_lines(sold: Office, tmp_path: Path) -> None:
    assert files(sold, tmp_path / "a", "oss", "2026Q3")["oss_uniconta_2026Q3.csv"] == (
        b"001;DE;Standard;19,00;469,09;89,14\r\n"  # 100.00 + 369.09, 19.00 + 70.14
        b"001;FR;Standard;20,00;5,23;1,05\r\n"
        b"001;SE;Standard;25,00;666,67;166,67\r\n"
    )
    assert files(sold, tmp_path / "b", "oss", "2026Q4")["oss_uniconta_2026Q4.csv"] == (
        b"009;DE;2023Q4;-141,65\r\n009;DE;2026Q3;-14,19\r\n"
    )
    assert not [name for name in files(sold, tmp_path / "c", "oss", "2022Q3") if "uniconta" in name]


def test_a_quarter_without_sales_is_a_nil_return(sold: Office, tmp_path: Path) -> None:
    assert codes(reported(sold, "oss", "2026Q2")) == ["OSS_NIL_RETURN", "OSS_DUE"]
    assert files(sold, tmp_path, "oss", "2026Q2")["oss_uniconta_2026Q2.csv"] == b"008;DK13585628\r\n"


# October: 1,000.50 goods and 250.00 services to DE, 300.49 to GR, 0.40 to Northern Ireland. November: GR back.
def test_the_sales_list_is_the_authoritys_file(sold: Office, tmp_path: Path) -> None:
    october = files(sold, tmp_path / "a", "sales-list", "2026-10")["eu-salg-uden-moms_2026-10.csv"]
    assert october == (
        b"0,13585628,LISTE,,,,,,\r\n"
        b"2,2610000001,2026-10-31,13585628,DE,136695976,1001,0,250\r\n"
        b"2,2610000002,2026-10-31,13585628,EL,094259216,300,0,0\r\n"
        b"10,2,1551,,,,,,\r\n"
    )
    november = files(sold, tmp_path / "b", "sales-list", "2026-11")["eu-salg-uden-moms_2026-11.csv"]
    assert november.splitlines()[1] == b"2,2611000001,2026-11-30,13585628,EL,094259216,-300,0,0"
    assert codes(reported(sold, "sales-list", "2026-09")) == ["SALES_LIST_NIL"]


def test_the_sales_list_knows_northern_ireland(sold: Office) -> None:
    assert asked(sold, "select country, vat_number, goods_amount from review.sales_list where country = 'XI'") == [
        ("XI", "980780684", D("0.40"))
    ]


def test_the_sales_list_sums_to_boxes_b(sold: Office) -> None:
    listed = asked(sold, "select sum(goods_amount), sum(services_amount) from review.sales_list")
    boxes = "select exact_amount from review.vat_boxes where box in ('B_GOODS_ESL', 'B_SERVICES') order by box"
    assert listed == [tuple(row[0] for row in asked(sold, boxes))] == [(D("1000.90"), D("250.00"))]


def test_the_boxes_are_in_whole_kroner_and_keep_their_ore(sold: Office) -> None:
    # B_GOODS_NO_ESL of Q3: 368.60 + 660.00 + 100.00 + 746.00 - 746.00 + 2 x 2.61
    assert asked(sold, "select box, amount, exact_amount from review.vat_boxes where period = '2026Q3'") == [
        ("B_GOODS_NO_ESL", D("1134.00"), D("1133.82"))
    ]
    answer = reported(sold, "boxes", "2026Q3")
    assert [row["amount"] for row in answer["tables"]["vat_boxes"]] == ["0.00", "0.00", "1134.00", "0.00", "0.00"]  # type: ignore[index]


def test_a_report_without_period_is_of_the_one_before_today(sold: Office) -> None:
    assert [reported(sold, name)["period"] for name in ("oss", "sales-list", "boxes", "threshold")] == [
        "2026Q3", "2026-10", "2026Q3", "2026",
    ]  # fmt: skip


def test_a_period_that_the_report_has_not_is_refused(sold: Office) -> None:
    assert "2026-11" in refused(sold, "sales-list", "2026Q4")
    assert "2026Q4" in refused(sold, "oss", "2026-13")


def test_debtors_without_the_vats_country_are_told(sold: Office, tmp_path: Path) -> None:
    assert "OSS_UNICONTA_DIFFERS" not in codes(reported(sold, "oss", "2026Q3"))
    place = sold.copy(tmp_path / "w")
    place.drop("debtors.csv", "Account;Name;Group;Country\nWEB-SE;Web;B2C;Denmark\nWEB-DE;Web;B2C;Germany\n")
    place.run()
    answer = reported(place, "tieout", "2026Q3")
    assert {"code": "OSS_UNICONTA_DIFFERS", "value": 1} in answer["notes"]  # type: ignore[operator]
    left_out = answer["tables"]["oss_uniconta"][0]  # type: ignore[index]
    assert (left_out["document_id"], left_out["difference"], left_out["why"]) == (
        "main/1002/sale", "-250.00", "debtor_country",
    )  # fmt: skip


def test_danish_people_get_danish(sold: Office, tmp_path: Path) -> None:
    place = sold.copy(tmp_path / "da")
    (place.root / "company.toml").write_text(SETTINGS.replace('language = "en"', 'language = "da"'), "utf-8")
    place.run()
    done = CliRunner().invoke(app, ["report", "oss", "2026Q2", "--workspace", str(place.root)], env={"ETL_NOW": NOW})
    assert "Indgiv en nulangivelse." in done.output


def test_the_folder_has_the_text_a_csv_per_table_and_the_file(sold: Office, tmp_path: Path) -> None:
    written = files(sold, tmp_path / "out", "oss", "2026Q3")
    assert sorted(written) == [
        "oss_2026Q3.txt", "oss_2026Q3_oss_declaration.csv", "oss_2026Q3_oss_filed.csv", "oss_2026Q3_oss_totals.csv",
        "oss_uniconta_2026Q3.csv",
    ]  # fmt: skip
    assert "One Stop Shop return" in written["oss_2026Q3.txt"].decode()
    totals = written["oss_2026Q3_oss_totals.csv"].decode("utf-8-sig").splitlines()  # by [target]: comma, with a mark
    assert totals[0] == "vat_country;net_eur;vat_eur;net_company;vat_company;company_currency"
    assert totals[-1] == ";152,75;34,38;1140,99;256,86;DKK"


def test_services_and_imports_and_stores_abroad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETL_NOW", NOW)
    settings = SETTINGS.replace("[vat.codes]", '[vat.registrations]\nDE = "DE136695976"\n[vat.codes]')
    place = office(tmp_path / "w", company=settings, own_sources=False)
    kroner = ("DKK", "", "DK")
    sales = [
        consumer("1", "2026-10-05", "SE", kroner, "25", "125.00", "25.00").replace(";goods;", ";eservice;"),
        consumer("2", "2026-10-05", "SE", ("DKK", "", "DE"), "25", "250.00", "50.00"),
        consumer("3", "2026-10-05", "SE", kroner, "25", "500.00", "100.00"),
    ]
    place.drop("orders.csv", "\n".join((HEADER, *sales)) + "\n")
    place.drop("rates.csv", "rate_date;currency;units_per_eur\n2026-12-31;DKK;7.48\n")
    place.run()
    rows = reported(place, "oss", "2026Q4")["tables"]["oss_filed"]  # type: ignore[index]
    assert [(r["supply_kind"], r["dispatch_country"], r["dispatch_number"], r["vat_company"]) for r in rows] == [
        ("goods", "DE", "DE136695976", "50.00"),
        ("goods", "DK", "DK13585628", "100.00"),
        ("services", "DK", "DK13585628", "25.00"),
    ]
    boxes = reported(place, "boxes", "2026Q4")["tables"]["vat_boxes"]  # type: ignore[index]
    assert {row["box"]: row["amount"] for row in boxes if row["amount"] != "0.00"} == {
        "B_GOODS_NO_ESL": "600.00",  # net of the goods, from wherever they were sent
        "C": "100.00",
    }


def test_imports_are_returned_by_the_month(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETL_NOW", NOW)
    settings = SETTINGS.replace('oss = "union"', 'oss = "ioss"').replace('"OSS_UNION" =', '"IOSS" =')
    place = office(tmp_path / "w", company=settings, own_sources=False)
    sale = consumer("1", "2026-10-05", "DE", ("DKK", "", "CN"), "19", "119.00", "19.00")
    place.drop("orders.csv", f"{HEADER}\n{sale}\n")
    place.drop("rates.csv", "rate_date;currency;units_per_eur\n2026-11-02;DKK;7.46\n")  # 31 October is a Saturday
    place.run()
    answer = reported(place, "oss")
    assert answer["period"] == "2026-10"
    row = answer["tables"]["oss_declaration"][0]  # type: ignore[index]
    assert (row["scheme"], row["dispatch_country"], row["vat_amount"], row["vat_eur"], row["due_date"]) == (
        "ioss", "CN", "19.00", "2.55", "2026-11-30",
    )  # fmt: skip


def test_status_and_lint_warn_from_80_percent_of_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETL_NOW", NOW)
    settings = (
        SETTINGS.replace('oss = "union"', 'oss = "none"')
        .replace(
            'prior_year_eur = "25000", year_to_date_eur = "30000"', 'prior_year_eur = "0", year_to_date_eur = "7990"'
        )
        .replace("[vat.codes]", '[vat.codes]\n"ORIGIN_BELOW_THRESHOLD" = "U25"')
    )
    place = office(tmp_path / "w", company=settings, own_sources=False)
    sale = consumer("1", "2026-10-05", "DE", ("DKK", "", "DK"), "25", "125.00", "25.00")
    place.drop("orders.csv", f"{HEADER}\n{sale}\n")
    place.run()  # 7,990 + 100 / 7.4415 = 8,003.44
    for command in ("status", "lint"):
        done = CliRunner().invoke(app, [command, "--workspace", str(place.root)], env={"ETL_NOW": NOW})
        assert "EUR 8003.44 this year, 80.03 percent of 10000.00" in done.output, command
    assert codes(reported(place, "threshold")) == ["THRESHOLD_NEAR"]


def test_a_rate_file_that_comes_later_completes_the_return(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETL_NOW", NOW)
    place = office(tmp_path / "w", company=SETTINGS, own_sources=False)
    sale = consumer("1", "2026-09-01", "DE", ("EUR", "7.46", "DK"), "19", "0.22", "0.04")
    place.drop("orders.csv", f"{HEADER}\n{sale}\n")
    place.drop("eurofxref.csv", "Date, USD, DKK, \n02 October 2026, 1.12, 7.47, \n")
    place.run()
    # the bank published on Wednesday 30 September: a rate of Friday is not its next
    assert asked(place, "select vat_company, missing from review.oss_declaration") == [(None, "DKK 2026-09-30")]
    place.drop("rates.csv", "rate_date;currency;units_per_eur\n30-09-2026;DKK;7,4699\n")
    place.run()
    # 0.04 x 7.4699 = 0.298796
    assert asked(place, "select vat_company, missing from review.oss_declaration") == [(D("0.30"), None)]
    # 0.18 net x 19 % = 0.0342: Uniconta takes 0.03 where the price with VAT holds 0.04
    assert asked(place, "select why, vat_amount, uniconta_vat_amount, difference from review.oss_uniconta") == [
        ("rounding", D("0.04"), D("0.03"), D("-0.01"))
    ]


def test_a_sale_moved_out_of_a_locked_quarter_corrects_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETL_NOW", NOW)
    settings = SETTINGS.replace("[documents]", '[periods]\nlocked_until = "2026-09-30"\nlate = "move"\n[documents]')
    place = office(tmp_path / "w", company=settings, own_sources=False)
    sale = consumer("1", "2026-09-29", "DE", ("DKK", "", "DK"), "19", "119.00", "19.00")
    place.drop("orders.csv", f"{HEADER}\n{sale}\n")
    place.run()
    assert asked(place, "select period, correction_period, vat_amount from review.oss_return") == [
        ("2026Q4", "2026Q3", D("19.00"))
    ]


@pytest.mark.parametrize(
    ("keys", "lists", "boxes"),
    [
        ('sales_list_period = "quarter"\nreturn_period = "month"', ["2026Q4"], ["2026-10"]),
        ('return_period = "half_year"', ["2026-10"], ["2026H2"]),
    ],
)
def test_periods_are_a_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: str, lists: list[str], boxes: list[str]
) -> None:
    monkeypatch.setenv("ETL_NOW", NOW)
    settings = SETTINGS.replace("[vat.codes]", f"{keys}\n[vat.codes]")
    place = office(tmp_path / "w", company=settings, own_sources=False)
    place.drop("orders.csv", f"{HEADER}\n{company('1', '2026-10-05', 'DE136695976', 'DE', '10115', '10.00')}\n")
    place.run()
    assert [row["period"] for row in place.ask("select period from review.sales_list")] == lists
    assert [row["period"] for row in place.ask("select period from review.vat_boxes")] == boxes
    assert reported(place, "sales-list", lists[0])["tables"]["sales_list"]  # type: ignore[index]


def test_what_was_withdrawn_is_a_difference(sold: Office, tmp_path: Path) -> None:
    from etl.store import Store

    place = sold.copy(tmp_path / "w")
    with Store.open(place.workspace.review) as store:
        store.script("update core.documents set is_withdrawn = true where event = 'sale' and order_no = '1003'")
    assert asked(place, "select document_id, amount from review.oss_tieout where what = 'withdrawn'") == [
        ("main/1003/sale", D("-19.00"))
    ]
    assert codes(reported(place, "tieout", "2026Q3"))[0] == "OSS_TIES"
