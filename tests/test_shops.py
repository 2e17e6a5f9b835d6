"""Several shops in one company, and one acquirer's file that serves two companies.

Amounts: an order of one item at 400.00 and freight 39.00 is 439.00 with 87.80 VAT (25 % inside); its fee is 4.00, so
435.00 of it is paid out.
"""

from decimal import Decimal
from pathlib import Path

import pytest
import shop_files
from workspaces import Office, company_with, office

from etl import lint
from etl.company import parse

SECOND_SHOP = """
[[shops]]
id = "se"
source = "shopify_orders"
inbox = "se"
order_prefix = "SE-"
numbers = { sales_order = 650000 }
items = { shipping = "FRAKT" }
[shops.debtors.b2c]
collective = "SE-{country}"
[shops.payment_methods."Shopify Payments"]
register = "payment_term"
payment_term = "KORT-SE"
acquirer = "mp"
"""
_SHOP = '\n[target]\nkind = "uniconta_files"'


def two_shops(root: Path, *changes: tuple[str, str]) -> Office:
    """An office with two shops of the same source, each with its folder."""
    one = office(root, company=company_with((_SHOP, SECOND_SHOP + _SHOP), *changes), own_sources=False)
    (one.root / "inbox" / "se").mkdir()
    return one


def sold(number: int) -> bytes:
    """An export with one order of that number."""
    return shop_files.export(shop_files.order(number, "CUP 1 400.00", "439.00", "87.80"))


def paid_out(*lines: str, acquirer: str = "sp") -> bytes:
    """A payout P1 of these lines, in the format of ours."""
    return shop_files.payout("P1", ", ".join(lines)).replace(b"shopify_payments", acquirer.encode())


@pytest.mark.long
def test_the_same_number_in_two_shops_is_two_orders_each_by_its_own_settings(tmp_path: Path) -> None:
    one = two_shops(tmp_path / "w")
    one.drop("orders.csv", sold(1001))
    one.drop("se/orders.csv", sold(1001))
    assert one.run().orders == {"exported": 2}
    found = one.ask("select shop, number, debtor_account, payment_term from review.documents order by shop")
    assert [tuple(row.values()) for row in found] == [
        ("main", 500000, "WEB-DK", "KORT"),
        ("se", 650000, "SE-DK", "KORT-SE"),
    ]
    freight = one.ask(
        "select documents.shop, lines.item from review.document_lines as lines"
        " join review.documents as documents using (document_id) where lines.line_type = 'shipping' order by 1"
    )
    assert [tuple(row.values()) for row in freight] == [("main", "FRAGT"), ("se", "FRAKT")]
    # Each series goes on by itself.
    one.drop("orders2.csv", sold(1002))
    one.drop("se/orders2.csv", sold(1002))
    one.run()
    numbers = one.ask(
        "select shop, list(number order by number) as numbers from review.documents group by shop order by shop"
    )
    assert [row["numbers"] for row in numbers] == [[500000, 500001], [650000, 650001]]


def test_a_payout_line_goes_to_the_shop_that_its_number_names(tmp_path: Path) -> None:
    """Both shops have 1001; the acquirer knows neither by transaction, and writes `SE-1001` for one of them."""
    one = two_shops(tmp_path / "w", ('acquirer = "sp"', 'acquirer = "mp"'))
    one.drop("orders.csv", sold(1001))
    one.drop("se/orders.csv", sold(1001))
    one.run()
    one.drop("payout.csv", paid_out("sale x1 SE-1001 439.00 4.00", "sale x2 1001 439.00 4.00", acquirer="mp"))
    assert one.run().payouts == {"posted": 1}
    found = one.ask(
        "select documents.shop from review.payout_matches as matches"
        " join review.documents as documents using (document_id) where matches.status = 'matched'"
        " order by matches.source_record"
    )
    assert [row["shop"] for row in found] == ["se", "main"]


def test_lines_of_another_company_are_ignored_by_name(tmp_path: Path) -> None:
    """The payout of 870.00 reaches our bank; 435.00 of it is the other company's, and none of it an error."""
    rule = ('receivable = "5821"', 'receivable = "5821"\nignore_refs = ["^B-"]\nother_company = "5850"')
    one = two_shops(tmp_path / "w", rule)
    one.drop("orders.csv", sold(1001))
    one.drop("payout.csv", paid_out("sale sp1001 1001 439.00 4.00", "sale x9 B-1001 439.00 4.00"))
    assert one.run().payouts == {"posted": 1}
    posted = one.ask(
        "select account, sum(coalesce(debit, 0) - coalesce(credit, 0)) as amount from ("
        " select account, debit, credit from review.journal_lines union all"
        " select offset_account, credit, debit from review.journal_lines where offset_account is not null)"
        " group by account order by account"
    )
    assert {row["account"]: row["amount"] for row in posted} == {
        "5820": Decimal("870.00"), "5821": Decimal("-439.00"), "5850": Decimal("-435.00"), "7220": Decimal("4.00"),
    }  # fmt: skip
    told = one.ask("select code, value_read from review.findings where code = 'LINE_OF_OTHER_COMPANY'")
    assert [tuple(row.values()) for row in told] == [("LINE_OF_OTHER_COMPANY", "B-1001")]


@pytest.mark.long
def test_without_an_account_between_the_companies_only_our_share_moves(tmp_path: Path) -> None:
    one = two_shops(tmp_path / "w", ('receivable = "5821"', 'receivable = "5821"\nignore_refs = ["^B-"]'))
    one.drop("orders.csv", sold(1001))
    one.drop("payout.csv", paid_out("sale sp1001 1001 439.00 4.00", "sale x9 B-1001 439.00 4.00"))
    assert one.run().payouts == {"posted": 1}
    bank = one.ask(
        "select sum(coalesce(debit, 0) - coalesce(credit, 0)) as amount from review.journal_lines"
        " where account = '5820'"
    )
    assert bank[0]["amount"] == Decimal("435.00")
    assert not one.ask("from review.journal_lines where account = '9990' or offset_account = '9990'")


@pytest.mark.long
def test_a_payout_to_another_companys_merchant_account_is_not_ours(tmp_path: Path) -> None:
    one = two_shops(tmp_path / "w", ('receivable = "5821"', 'receivable = "5821"\nmerchant_accounts = ["ours"]'))
    one.drop("payout.csv", paid_out("sale x9 B-1001 439.00 4.00"))  # to the merchant account `dkk`
    assert one.run().payouts == {}
    assert not one.ask("from review.journal_lines")
    kept = one.ask("select * from review.conservation where entity = 'payouts'")
    assert [(k["rows_in"], k["rows_skipped"], k["rows_difference"], k["amount_difference"]) for k in kept] == [
        (1, 1, 0, Decimal("0.00"))
    ]


@pytest.mark.long
def test_a_shop_that_is_named_no_more_has_the_companys_settings(tmp_path: Path) -> None:
    one = two_shops(tmp_path / "w")
    one.drop("se/orders.csv", sold(1001))
    one.run(commit=False)
    (one.root / "company.toml").write_text(company_with(), "utf-8")
    one.run()
    found = one.ask("select shop, number, debtor_account from review.documents")
    assert [tuple(row.values()) for row in found] == [("se", 500000, "WEB-DK")]


def test_ranges_that_are_too_near_are_told() -> None:
    near = company_with((_SHOP, SECOND_SHOP.replace("650000", "505000") + _SHOP))
    found = lint.lint(parse(near.encode()), None, ["shopify_orders"])
    assert [f.key for f in found if f.code == "LINT_NUMBERS_OVERLAP"] == ["shops[2].numbers.sales_order"]
