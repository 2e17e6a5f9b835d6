"""The generator's orders and payouts, the whole way, against what the generator says is true of them.

Every verdict, document, payout line and voucher is held against the truth files; amounts are compared in øre. Quick:
one seed that has every kind of dirt. `long`: ten thousand orders of three seeds.
"""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest
from workspaces import BENCH, SHARED, Office, Row, generate, load_script, office, ore, records

QUICK = (1500, 28)
LONG = [(10_000, 1), (10_000, 2), (10_000, 3)]
REASONS: dict[str, set[str | None]] = {
    "bad_vat": {"VAT_RATE_MISMATCH", "VAT_TOTAL_MISMATCH"},
    "bad_vat_id": {"VAT_NUMBER_INVALID"},
    "refunded": {"REFUNDED_BEFORE_TRANSFER"},
    "": {None},
}
VERDICTS = {"ready": "exported", "held": "held", "skipped": "skipped"}
ACCOUNTS = {"bank": "5820", "fees": "7220", "error": "9990", "difference": "8591"}
RECEIVABLES = {"SP": "5821", "MP": "5822", "QP": "5823", "KL": "5824"}


@dataclass(frozen=True, slots=True)
class Done:
    """The generator's folder, and the workspace that its two files went through."""

    data: Path
    office: Office

    def truth(self, name: str) -> list[Row]:
        """The records of `truth_<name>.csv`."""
        return records(self.data / f"truth_{name}.csv")

    def sums(self) -> dict[str, int]:
        """The counts and totals of truth.json."""
        return dict(json.loads((self.data / "truth.json").read_text()))


def _name(param: tuple[int, int]) -> str:
    return f"{param[0]} orders, seed {param[1]}"


@pytest.fixture(
    scope="module", params=[QUICK, *(pytest.param(p, marks=pytest.mark.long) for p in LONG)], ids=_name
)  # fmt: skip
def done(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Done:
    orders, seed = request.param
    folder = tmp_path_factory.mktemp("generator")
    data = generate(folder / "data", orders=orders, seed=seed)
    one = office(folder / "workspace")
    for name in ("orders_export.csv", "payouts.csv"):
        one.drop(name, (data / name).read_bytes())
    one.run()
    return Done(data, one)


def vat_of(gross: int, rate_bp: int) -> int:
    """The VAT in a gross amount, half up: g·r / (1 + r) is gross·bp / (10000 + bp)."""
    return (2 * gross * rate_bp + 10000 + rate_bp) // (2 * (10000 + rate_bp))


def test_the_quick_data_has_every_kind_of_dirt(tmp_path: Path) -> None:
    orders, seed = QUICK
    data = generate(tmp_path, orders=orders, seed=seed)
    assert {o["reason"] for o in records(data / "truth_orders.csv")} == REASONS.keys()
    assert {p["match_by"] for p in records(data / "truth_payouts.csv")} == {"transaction_id", "order_number", "none"}
    sums = json.loads((data / "truth.json").read_text())
    dirt = ("broken_payouts", "off_by_one", "repeated_orders", "credit_notes", "fee_lines", "unmatched")
    assert all(sums[name] for name in dirt)


def test_verdicts_and_reasons(done: Done) -> None:
    found = {o["order_no"]: o for o in done.office.ask("from review.orders")}
    truth = done.truth("orders")
    assert found.keys() == {o["order_name"] for o in truth}
    for order in truth:
        got = found[order["order_name"]]
        assert got["verdict"] == VERDICTS[order["verdict"]], order
        assert got["reason_code"] in REASONS[order["reason"]], order


def test_documents_of_the_ready_orders_and_of_no_others(done: Done) -> None:
    found: defaultdict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for doc in done.office.ask("from review.documents"):
        assert doc["status"] == "sent"
        assert doc["event"] not in found[doc["order_no"]]
        found[doc["order_no"]][doc["event"]] = ore(doc["total_amount"]), ore(doc["vat_amount"])
    expected: dict[str, dict[str, tuple[int, int]]] = {}
    for order in done.truth("orders"):
        if order["verdict"] == "ready":
            credit, rate = int(order["credit_ore"]), int(order["rate_bp"])
            expected[order["order_name"]] = {"sale": (int(order["total_ore"]), int(order["vat_ore"]))}
            if credit:
                expected[order["order_name"]]["refund:1"] = -credit, -vat_of(credit, rate)
    assert found == expected


def test_lines_come_to_their_document_at_the_truths_rate(done: Done) -> None:
    rates = {o["order_name"]: int(o["rate_bp"]) for o in done.truth("orders")}
    lines = done.office.ask(
        "select order_no, vat_rate, sum(lines.net_amount) over document as net,"
        " sum(lines.vat_amount) over document as vat, sum(gross_amount) over document as gross,"
        " documents.net_amount, documents.vat_amount, total_amount"
        " from review.document_lines as lines inner join review.documents as documents using (document_id)"
        " window document as (partition by document_id)"
    )
    assert lines
    for line in lines:
        assert line["vat_rate"] * 100 == rates[line["order_no"]], line
        assert (line["net"], line["vat"], line["gross"]) == (
            line["net_amount"], line["vat_amount"], line["total_amount"]
        ), line  # fmt: skip


def test_acquirer_lines_find_their_order_by_the_truths_rule(done: Done) -> None:
    truth = {int(p["payout_line"]): p for p in done.truth("payouts") if p["type"] in {"sale", "refund"}}
    matches = done.office.ask("from review.payout_matches")
    found = {m["source_record"]: m for m in matches if m["line_type"] in {"sale", "refund"}}
    assert found.keys() == truth.keys()
    assert len(matches) == len(found), "one reading of each line; a fee has no order"
    for record, line in truth.items():
        match = found[record]
        assert match["match_rule"] == line["match_by"], line
        assert match["payout_id"] == line["settlement_id"]
        if line["match_by"] == "none":
            assert (match["status"], match["account_role"], match["document_id"]) == ("unmatched", "error", None), line
        else:
            assert (match["status"], match["account_role"]) == ("matched", "receivable"), line
            assert match["order_no"] == line["order_name"]
            assert ore(match["difference"]) == int(line["diff_ore"]), line


def test_payouts_that_do_not_tie_are_held(done: Done) -> None:
    found = {p["payout_id"]: p for p in done.office.ask("from review.payouts")}
    truth = done.truth("settlements")
    assert found.keys() == {s["settlement_id"] for s in truth}
    for settlement in truth:
        payout = found[settlement["settlement_id"]]
        net, declared = int(settlement["net_ore"]), int(settlement["declared_ore"])
        assert (ore(payout["net_amount"]), ore(payout["declared_amount"])) == (net, declared)
        assert payout["line_count"] == int(settlement["lines"])
        expected = ("posted", None) if net == declared else ("held", "PAYOUT_DOES_NOT_TIE")
        assert (payout["status"], payout["reason_code"]) == expected


def test_one_balanced_voucher_for_each_payout_that_ties(done: Done) -> None:
    lines = done.office.ask("from review.journal_lines")
    vouchers: defaultdict[int, list[Row]] = defaultdict(list)
    for line in lines:
        vouchers[line["voucher"]].append(line)
    assert all(sum(ore(v["debit"]) - ore(v["credit"]) for v in voucher) == 0 for voucher in vouchers.values())
    assert all(bool(line["debit"]) != bool(line["credit"]) for line in lines)
    assert all(len({v["journal_date"] for v in voucher}) == 1 for voucher in vouchers.values())
    tied = Counter(s["settlement_id"] for s in done.truth("settlements") if s["net_ore"] == s["declared_ore"])
    assert Counter(voucher[0]["payout_id"] for voucher in vouchers.values()) == tied
    assert all(len({v["payout_id"] for v in voucher}) == 1 for voucher in vouchers.values())


def test_each_voucher_posts_what_its_lines_say(done: Done) -> None:
    """The receivable at the document's amount, its øre apart, an unknown order's money on the error account.

    Rule: accounting §5.
    """
    verdicts = {o["order_name"]: o["verdict"] for o in done.truth("orders")}
    expected: dict[str, Counter[str]] = {
        s["settlement_id"]: Counter({ACCOUNTS["bank"]: int(s["declared_ore"])})
        for s in done.truth("settlements")
        if s["net_ore"] == s["declared_ore"]
    }
    for line, truth in zip(records(done.data / "payouts.csv", ";"), done.truth("payouts"), strict=True):
        sums = expected.get(line["settlement_id"])
        if sums is None or line["type"] == "payout":
            continue
        gross, fee = (int(line[name].replace(",", "")) for name in ("gross", "fee"))
        is_unknown = truth["match_by"] == "none" and line["type"] != "fee"
        difference = 0 if verdicts.get(truth["order_name"]) == "skipped" else int(truth["diff_ore"])
        sums[ACCOUNTS["error"] if is_unknown else RECEIVABLES[line["acquirer"]]] -= gross - difference
        sums[ACCOUNTS["difference"]] -= difference
        sums[ACCOUNTS["fees"]] += fee
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for posted in done.office.ask("from review.journal_lines"):
        found[posted["payout_id"]][posted["account"]] += ore(posted["debit"]) - ore(posted["credit"])
    assert found.keys() == expected.keys()
    for payout_id, sums in expected.items():
        assert {k: v for k, v in found[payout_id].items() if v} == {k: v for k, v in sums.items() if v}, payout_id


def test_every_row_and_every_amount_is_accounted_for(done: Done) -> None:
    sums = done.sums()
    found = {c["entity"]: c for c in done.office.ask("from review.conservation")}
    assert found.keys() == {"orders", "payouts"}
    assert [(c["rows_difference"], c["amount_difference"]) for c in found.values()] == [(0, 0), (0, 0)]
    assert found["orders"]["rows_in"] == sums["csv_rows"]
    assert found["orders"]["rows_duplicate"] == sums["csv_rows"] - sums["lines"]
    assert found["payouts"]["rows_in"] == sums["payouts"] + sums["settlements"]
    assert found["payouts"]["rows_duplicate"] == found["payouts"]["rows_superseded"] == 0


def test_the_written_files_come_to_the_truths_sums(done: Done) -> None:
    """order_lines.csv and journal_*.csv as the ERP would read them, by the comparison that guards the benchmark too."""
    folders = sorted(p for p in (done.office.root / "outbox").iterdir() if not p.name.startswith("."))
    assert len(folders) == 1
    assert load_script(BENCH / "truth.py").differences(done.data, SHARED / "company.toml", folders) == []
