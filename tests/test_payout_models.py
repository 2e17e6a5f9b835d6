"""Which order a line belongs to, what holds a payout, what waits, and what was sent and stays as it is."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from payout_world import COMPANY, PayoutWorld, payout_world

MATCHED = ("sale", "matched", "order_number", Decimal("0.00"))


def sale(world: PayoutWorld, gross: str = "438.90", **facts: Any) -> int:
    """A sale line and a transfer of the same amount."""
    key = world.line("sale", gross, **facts)
    world.transfer(gross, **{k: v for k, v in facts.items() if k in {"payout_id", "acquirer", "currency"}})
    return key


def test_an_order_number_matches_on_its_trailing_digits() -> None:
    with payout_world() as world:
        spellings = ["#1001", "1002", "DK-1003 ", "Ordre 1004"]
        for spelt in spellings:
            world.order(f"#{spelt.strip()[-4:]}", "438.90")
            sale(world, order_no=spelt, payout_id=spelt)
        world.decide()
        assert world.matches() == [MATCHED] * len(spellings)


def test_digits_are_text_and_belong_to_the_shop() -> None:
    with payout_world() as world:
        world.order("#1001", "438.90")
        strangers = [{"order_no": "#01001"}, {"order_no": "#11001"}, {"order_no": "#1001", "shop": "other"}]
        for number, facts in enumerate(strangers):
            sale(world, payout_id=f"P{number}", **facts)
        world.decide()
        assert [m[1] for m in world.matches()] == ["unmatched"] * 3


def test_a_transaction_id_matches_in_any_shop_and_before_the_order_number() -> None:
    with payout_world() as world:
        world.order("#1001", "438.90")
        world.order("#2002", "438.90", shop="other", transaction="tx2")
        sale(world, transaction_id="tx2", order_no="#1001")
        world.decide()
        assert world.matches() == [("sale", "matched", "transaction_id", Decimal("0.00"))]
        assert world.store.value("select text from core.journal_lines where account = '5821'") == "#2002 sp P1"


def test_the_parents_transaction_id_counts_where_the_lines_own_finds_nothing() -> None:
    with payout_world() as world:
        world.order("#1001", "438.90", transaction="tx1", refunded_amount=Decimal(100))
        world.line("refund", "-100.00", transaction_id="re1", parent_transaction_id="tx1")
        world.transfer("-100.00")
        world.decide()
        assert world.matches() == [("refund", "matched", "transaction_id", Decimal("0.00"))]


def test_an_order_number_of_an_order_paid_through_another_acquirer_is_ambiguous() -> None:
    with payout_world() as world:
        world.order("#1001", "438.90", paid={"MobilePay": None})
        sale(world, order_no="#1001")
        world.decide()
        assert [m[1] for m in world.matches()] == ["ambiguous"]
        assert world.findings() == [("LINE_OTHER_ACQUIRER", "warn", "#1001 438.90", "#1001")]
        assert world.journal()[0] == ("9990", Decimal("-438.90"))


def test_two_orders_with_the_same_digits_are_both_shown() -> None:
    with payout_world() as world:
        world.order("A-1001", "438.90")
        world.order("B-1001", "438.90")
        sale(world, order_no="1001")
        world.decide()
        assert world.findings() == [("LINE_AMBIGUOUS", "warn", "1001 438.90", "main A-1001, main B-1001")]


def test_payment_methods_are_compared_each_with_its_own_acquirer() -> None:
    with payout_world() as world:
        world.order("#1001", "438.90", transaction="tx1", paid={"Card": "238.90", "mobilepay": "200.00"})
        sale(world, "238.91", transaction_id="tx1")
        sale(world, "200.00", order_no="#1001", acquirer="mp")
        world.decide()
        assert world.matches() == [
            ("sale", "matched", "transaction_id", Decimal("0.01")),
            ("sale", "matched", "order_number", Decimal("0.00")),
        ]


def test_a_split_without_amounts_posts_as_it_came_and_says_so() -> None:
    with payout_world() as world:
        world.order("#1001", "438.90", transaction="tx1", paid={"Card": None, "MobilePay": None})
        sale(world, "238.90", transaction_id="tx1")
        world.decide()
        assert world.journal() == [("5821", Decimal("-238.90")), ("5820", Decimal("238.90"))]
        assert [f[0] for f in world.findings()] == ["PAYMENT_AMOUNT_UNKNOWN"]


def test_a_refund_that_the_shop_does_not_know_yet_posts_to_the_receivable() -> None:
    with payout_world() as world:
        world.order("#1001", "438.90", transaction="tx1")
        world.line("refund", "-100.00", transaction_id="tx1")
        world.transfer("-100.00")
        world.decide()
        assert world.journal()[0] == ("5821", Decimal("100.00"))
        assert [f[0] for f in world.findings()] == ["REFUND_NOT_KNOWN"]


def test_what_stands_between_a_payout_and_its_voucher() -> None:
    declared = Decimal("438.90")
    payouts: list[tuple[str, dict[str, Any]]] = [
        ("held PAYOUT_CURRENCY", {"payout_amount": declared, "currency": "EUR"}),
        ("held PAYOUT_CURRENCY", {"payout_amount": declared, "currency": None}),
        ("held PAYOUT_DATE_MISSING", {"payout_amount": declared, "payout_date": None}),
        ("held ACQUIRER_UNKNOWN", {"payout_amount": declared, "acquirer": "nobody"}),
        ("held PAYOUT_AMOUNT_CONTRADICTS", {"payout_amount": declared}),
        ("open PAYOUT_NOT_DECLARED", {}),
        ("posted", {"payout_amount": declared}),
        ("open PAYOUT_ID_MISSING", {"payout_amount": declared, "payout_id": None}),
    ]
    with payout_world() as world:
        for number, (_, facts) in enumerate(payouts):
            world.line("sale", "438.90", **{"payout_id": f"P{number}", **facts})
        world.line("adjustment", "0.00", payout_id="P4", payout_amount=Decimal("1.00"))
        world.decide()
        assert [" ".join(filter(None, p)) for p in world.payouts()] == [status for status, _ in payouts]
        assert world.store.rows("select distinct payout_id from core.journal_lines") == [("P6",)]


@pytest.mark.parametrize(
    ("table", "key", "named"),
    [
        ("acquirers", "receivable", "acquirers.sp.receivable"),
        ("acquirers", "fees", "acquirers.sp.fees"),
        ("acquirers", "bank", "acquirers.sp.bank"),
        ("acquirers", "journal", "acquirers.sp.journal"),
        ("accounts", "error", "accounts.error"),
        ("accounts", "difference", "accounts.difference"),
        ("vat_codes", "vat_code", "vat.codes.NO_VAT"),
    ],
)
def test_a_missing_setting_is_named_and_holds_the_payout(table: str, key: str, named: str) -> None:
    with payout_world(**{table: {key: None}}) as world:
        world.order("#1001", "438.90", transaction="tx1")
        world.line("sale", "438.91", "9.58", transaction_id="tx1")
        world.line("sale", "1.00", transaction_id="other")
        world.transfer("430.33")
        world.decide()
        assert world.payouts() == [("held", "SETTING_MISSING")]
        assert named in {value for code, _, value, _ in world.findings() if code == "SETTING_MISSING"}


def test_a_setting_that_nothing_needs_is_not_missed() -> None:
    unneeded = {"error": None, "disputes": None, "difference": None}
    with payout_world(accounts=unneeded, acquirers={"fees": None}) as world:
        world.order("#1001", "438.90", transaction="tx1")
        sale(world, transaction_id="tx1")
        world.decide()
        assert world.payouts() == [("posted", None)]


def test_fee_vat_in_the_file_contradicts_exempt_fees() -> None:
    with payout_world() as world:
        world.line("fee", None, "10.00", fee_vat_amount=Decimal("2.50"))
        world.transfer("-12.50")
        world.decide()
        assert world.payouts() == [("held", "FEE_VAT_CONTRADICTS")]


def test_a_fee_line_is_a_fee_whatever_column_its_amount_stands_in() -> None:
    with payout_world() as world:
        world.line("fee", "-99.00", payout_id="P1")
        world.line("fee", None, "99.00", payout_id="P2")
        world.line("fee", net_amount=Decimal(-99), payout_id="P3")
        for payout_id in ("P1", "P2", "P3"):
            world.transfer("-99.00", payout_id=payout_id)
        world.decide()
        assert sorted(world.journal()) == [("5820", Decimal("-99.00"))] * 3 + [("7220", Decimal("99.00"))] * 3


def test_a_locked_period_moves_the_voucher_and_keeps_the_wanted_date() -> None:
    with payout_world(periods={"locked_until": date(2026, 3, 15), "late": "move"}) as world:
        sale(world)
        world.decide()
        assert world.store.rows("select distinct journal_date, wanted_date from core.journal_lines") == [
            (date(2026, 3, 16), date(2026, 3, 10))
        ]


def test_a_line_waits_for_a_late_order_until_the_timer_is_due() -> None:
    with payout_world(acquirers={"unmatched_after_days": 30}) as world:
        sale(world, transaction_id="tx1")
        world.decide()
        assert world.payouts() == [("open", "PAYOUT_WAITS_FOR_ORDERS")]
        assert world.store.rows("select due_date from payout_timers") == [(date(2026, 4, 9),)]
        world.set("run", as_of=date(2026, 4, 9))
        world.touch_payouts()
        world.decide()
        assert world.journal()[0] == ("9990", Decimal("-438.90"))
        assert world.store.rows("select due_date from payout_timers") == []


def test_a_payout_that_was_sent_stays_and_a_late_line_is_told() -> None:
    with payout_world() as world:
        world.order("#1001", "438.90", transaction="tx1")
        sale(world, transaction_id="tx1")
        world.decide()
        world.send()
        before = world.journal()
        world.line("fee", None, "5.00")
        world.decide()
        assert world.findings() == [("PAYOUT_LINE_LATE", "hold", "-5.00", None)]
        assert world.journal() == before
        assert world.payouts() == [("posted", None)]


def test_a_changed_account_does_not_touch_what_was_sent_and_a_reclass_reverses_it() -> None:
    with payout_world() as world:
        sale(world, order_no="#1001")
        world.decide()
        world.send()
        world.set("accounts", error="9991")
        world.order("#1001", "438.90")
        world.decide()
        assert sorted(world.journal("reclass")) == [("5821", Decimal("-438.90")), ("9990", Decimal("438.90"))]
        dates = world.store.rows("select distinct journal_date from core.journal_lines where voucher_kind = 'reclass'")
        assert dates == [(date(2026, 3, 31),)]


def test_grouped_posting_sums_receivables_and_leaves_the_error_account_line_by_line() -> None:
    with payout_world(acquirers={"posting": "grouped"}) as world:
        for number in (1, 2, 3):
            world.order(f"#100{number}", "100.00", transaction=f"tx{number}")
            world.line("sale", "100.01", "1.00", transaction_id=f"tx{number}")
        world.line("sale", "7.00", order_no="#8")
        world.line("sale", "9.00", order_no="#9")
        world.transfer("313.03")
        world.decide()
        assert sorted(world.journal()) == [
            ("5820", Decimal("313.03")),
            ("5821", Decimal("-300.00")),
            ("7220", Decimal("3.00")),
            ("8591", Decimal("-0.03")),
            ("9990", Decimal("-9.00")),
            ("9990", Decimal("-7.00")),
        ]


def test_a_payment_is_never_posted_twice_when_the_shop_names_it_anew() -> None:
    with payout_world() as world:
        key = world.order("#1001", "438.90", paid={"Card by journal": "438.90"})
        world.insert(
            "core.documents",
            doc_key=1,
            order_key=key,
            order_no="#1001",
            event="sale",
            kind="invoice",
            number=500001,
            total_amount=Decimal("438.90"),
            document_date=date(2026, 3, 2),
            is_withdrawn=False,
            batch_id="B0",
        )
        world.insert(
            "staging.uniconta_invoices", fate="reference", invoice_no="9001", order_number="500001", account="D77"
        )
        world.decide()
        world.send()
        world.store.script("update core.order_payments set transaction_id = 'tx-known-now'")
        world.touch_order(key)
        world.decide()
        assert world.journal("payment") == [("D77", Decimal("-438.90"))]
        assert [f[0] for f in world.findings()] == ["PAYMENT_SUM_MISMATCH"]


def test_running_twice_plans_the_same_vouchers_with_the_same_hash() -> None:
    with payout_world() as world:
        world.order("#1001", "438.90", transaction="tx1")
        sale(world, "438.91", transaction_id="tx1")
        world.decide()
        first = world.store.rows("select * from core.journal_lines order by line_no")
        world.touch_payouts()
        world.decide()
        assert world.store.rows("select * from core.journal_lines order by line_no") == first
        world.set("accounts", difference="8592")
        world.touch_payouts()
        world.decide()
        assert world.store.value("select any_value(content_hash) from core.journal_lines") != first[0][-2]
        assert 'difference = "8591"' in COMPANY
