"""Do the output files say what the generator's truth files say? Amounts are integers in øre, debit and sale positive.

    python truth.py DATA COMPANY OUTPUT...

DATA is the generator's folder, COMPANY its company.toml, OUTPUT are folders with order_lines.csv and journal_*.csv.

Document VAT is worked out as the ERP does it: per document and VAT code, contained in the sum of its lines, half up. An
explicit `VatAmount` column, where a contestant writes one, must come to the same.
"""

import csv
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

Sums = dict[str, int]


def vat_of(gross: int, rate_bp: int) -> int:
    """The VAT contained in a gross amount, half up away from zero; both in øre, the rate in basis points."""
    vat = (2 * abs(gross) * rate_bp + 10000 + rate_bp) // (2 * (10000 + rate_bp)) if rate_bp else 0
    return vat if gross >= 0 else -vat


def rows_of(path: Path, delimiter: str) -> Iterator[dict[str, str]]:
    """The records of a CSV file by header name."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file, delimiter=delimiter)


def ore(text: str | None) -> int:
    """Øre of an amount with decimal comma; nothing is 0."""
    return int(Decimal((text or "0").replace(".", "").replace(",", ".")) * 100)


def expected_documents(data: Path) -> Sums:
    """What the ready orders of the truth come to: sales, VAT of sales, credit notes and their VAT, and how many."""
    sums: Sums = Counter()
    for order in rows_of(data / "truth_orders.csv", ","):
        if order["verdict"] != "ready":
            continue
        credit = int(order["credit_ore"])
        sums["sales"] += 1
        sums["sales gross"] += int(order["total_ore"])
        sums["sales VAT"] += int(order["vat_ore"])
        sums["credit notes"] += credit > 0
        sums["credit gross"] -= credit
        sums["credit VAT"] -= vat_of(credit, int(order["rate_bp"]))
    return dict(sums)


def written_documents(folders: Iterable[Path], rates: dict[str, int]) -> Sums:
    """The same sums of the order lines that were written."""
    gross: defaultdict[tuple[str, str], int] = defaultdict(int)
    explicit: defaultdict[tuple[str, str], int] = defaultdict(int)
    for path in (p for f in folders for p in f.glob("order_lines.csv")):
        for line in rows_of(path, ";"):
            key = line["OrderNumber"], line["Vat"]
            gross[key] += ore(line["Total"])
            explicit[key] += ore(line.get("VatAmount"))
    totals: defaultdict[str, int] = defaultdict(int)
    for (number, _), amount in gross.items():
        totals[number] += amount
    signs = {number: "sales" if total > 0 else "credit" for number, total in totals.items()}
    sums: Sums = Counter("sales" if sign == "sales" else "credit notes" for sign in signs.values())
    for (number, code), amount in gross.items():
        vat = vat_of(amount, rates[code])
        sums["explicit VAT off"] += explicit[number, code] - vat if explicit[number, code] else 0
        sums[f"{signs[number]} gross"] += amount
        sums[f"{signs[number]} VAT"] += vat
    return dict(sums)


def expected_journal(data: Path, company: dict[str, Any]) -> Sums:
    """What the payouts that tie come to per account, from the truth about settlements, matches and verdicts.

    A matched line goes to the receivable at the document's amount and leaves its øre on the difference account; a line
    of a skipped order goes there at gross.
    """
    acquirers, accounts = company["acquirers"], company["accounts"]
    verdicts = {o["order_name"]: o["verdict"] for o in rows_of(data / "truth_orders.csv", ",")}
    settlements = {s["settlement_id"]: s for s in rows_of(data / "truth_settlements.csv", ",")}
    tied = {k for k, s in settlements.items() if s["net_ore"] == s["declared_ore"]}
    sums: Sums = Counter({"vouchers": sum(int(settlements[k]["net_ore"]) != 0 for k in tied)})
    lines = zip(rows_of(data / "payouts.csv", ";"), rows_of(data / "truth_payouts.csv", ","), strict=True)
    for line, truth in lines:
        if line["settlement_id"] not in tied:
            continue
        acquirer = acquirers[line["acquirer"].lower()]
        if truth["type"] == "payout":
            sums[acquirer["bank"]] += int(settlements[line["settlement_id"]]["declared_ore"])
            continue
        gross = ore(line["gross"])
        difference = int(truth["diff_ore"]) if verdicts.get(truth["order_name"]) != "skipped" else 0
        is_error = truth["match_by"] == "none" and truth["type"] != "fee"
        sums[accounts["error"] if is_error else acquirer["receivable"]] -= gross - difference
        sums[accounts["difference"]] -= difference
        sums[acquirer["fees"]] += ore(line["fee"])
    return {k: v for k, v in sums.items() if v}


def written_journal(folders: Iterable[Path]) -> Sums:
    """The same sums of the journal lines that were written; vouchers that do not balance are counted apart."""
    sums: Sums = Counter()
    vouchers: defaultdict[str, int] = defaultdict(int)
    for path in (p for f in folders for p in f.glob("journal_*.csv")):
        for line in rows_of(path, ";"):
            amount = ore(line["Debit"]) - ore(line["Credit"])
            sums[line["Account"]] += amount
            vouchers[line["Voucher"]] += amount
    sums["vouchers"] = len(vouchers)
    sums["unbalanced vouchers"] = sum(amount != 0 for amount in vouchers.values())
    return {k: v for k, v in sums.items() if v}


def rates_of(company: dict[str, Any]) -> dict[str, int]:
    """The rate in basis points of each VAT code of a company; codes without a rate are 0 % codes."""
    keys = ((key.split(":"), code) for key, code in company["vat"]["codes"].items())
    return {code: int(Decimal(parts[2]) * 100) if parts[2:] else 0 for parts, code in keys}


def differences(data: Path, company_toml: Path, folders: list[Path]) -> list[str]:
    """Every sum that is not what the truth says, as a sentence; none means that the output is right."""
    company = tomllib.loads(company_toml.read_text("utf-8"))
    expected = expected_documents(data) | expected_journal(data, company)
    written = written_documents(folders, rates_of(company)) | written_journal(folders)
    names = sorted(expected.keys() | written.keys())
    return [
        f"{name}: expected {expected.get(name, 0)}, written {written.get(name, 0)}"
        for name in names
        if expected.get(name, 0) != written.get(name, 0)
    ]


def main() -> int:
    """Compare and say; 1 when something differs."""
    data, company, *outputs = (Path(a) for a in sys.argv[1:])
    found = differences(data, company, outputs)
    print("\n".join(found) or "as the truth files say")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
