"""What each command says to a person: the order of headings, tables and sentences on a `Page`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from etl.show import Page, Row, sentences

if TYPE_CHECKING:
    from etl.verify import Check

_MOST_REASONS = 8
_SECONDS_A_MINUTE, _MINUTES_AN_HOUR, _HOURS_A_DAY = 60, 60, 24


def run_report(page: Page, report: Any, reasons: Sequence[Row]) -> None:
    """What a run read, how the orders stand, what was sent, what waits for a person.

    `report`: reporting.RunReport; `reasons`: why orders are held or wait, with one of each as an example.
    """
    for code, facts in report.messages:
        page.message(code, {"path": "."} | facts)
    _files(page, report.files)
    page.counts(report.orders, "orders")
    page.counts(report.payouts, "payouts")
    for reason in [r for r in reasons if r["verdict"] == "held"][:_MOST_REASONS]:
        page.say("held_because", **reason)
    if report.documents_sent or report.journal_lines_sent:
        batches = ", ".join(report.batch_ids)
        page.say("sent_now", documents=report.documents_sent, journal_lines=report.journal_lines_sent, batches=batches)
    else:
        page.say("nothing_sent")
    if report.plan_hash:
        page.say("plan_hash", hash=report.plan_hash)
    if report.waiting_for_person:
        page.say("waits_for_person", count=report.waiting_for_person)
    if report.changes_held:
        page.say("changes_held", count=report.changes_held)
    if report.held or report.changes_held:
        page.say("see_held")


def _files(page: Page, files: Sequence[Row]) -> None:
    if not files:
        page.say("nothing_dropped")
    for file in files:
        told = f"{file['name']}: {page.word(file['status'])}"
        if file.get("source"):
            told += f", {file['source']}, {file['rows_in']} {page.word('rows_in')}"
        if file.get("rows_rejected"):
            told += f", {file['rows_rejected']} {page.word('rejected')}"
        page.line(told)
        if file.get("reason_code"):
            facts = {"field": file.get("field"), "value": file.get("value"), "expected": file.get("expected")}
            for text in sentences(str(file["reason_code"]), page.language, facts):
                page.line(f"  {text}")


def status(page: Page, answer: Row, made_at: datetime, now: datetime) -> None:
    """How the workspace stands, from the snapshot."""
    if answer["company"]:
        page.line(str(answer["company"]))
    page.say("snapshot_from", at=made_at.astimezone().isoformat(" ", "minutes"), age=_age(page, made_at, now))
    page.counts(answer["files"], "files")
    page.table(answer["orders"], ["verdict", "orders", "amount", "currency"], heading="orders")
    page.table(answer["reasons"], ["orders", "verdict", "example", "reason", "next_step"], heading="reasons")
    page.line()
    page.counts(answer["documents"], "documents")
    page.counts(answer["payouts"], "payouts")
    page.table(answer["open_items"], heading="open_items")
    if near := answer["threshold"]:
        code = "THRESHOLD_PASSED" if near["status"] == "above" else "THRESHOLD_NEAR"
        page.message(code, {"value": near["running_eur"], "expected": near["limit_eur"], "field": near["share"]})
    if answer["last_batch"]:
        page.say("last_batch", **answer["last_batch"])
    if answer["waiting_for_person"]:
        page.say("waits_for_person", count=answer["waiting_for_person"])


def _age(page: Page, made_at: datetime, now: datetime) -> str:
    minutes = max(int((now - made_at).total_seconds()) // _SECONDS_A_MINUTE, 0)
    hours, days = minutes // _MINUTES_AN_HOUR, minutes // (_MINUTES_AN_HOUR * _HOURS_A_DAY)
    if days:
        return page.word("days_old", count=days)
    return page.word("hours_old", count=hours) if hours else page.word("minutes_old", count=minutes)


def held(page: Page, answer: Mapping[str, list[Row]]) -> None:
    """What is held, with its reason and what can be done."""
    if not any(answer.values()):
        page.say("nothing_held")
        return
    orders = ["order_no", "shop", "order_date", "customer_name", "total_incl_vat", "currency", "reason", "next_step"]
    page.table(answer["orders"], orders, heading="held_orders")
    explained = ["order_no", "shop", "explanation", "next_step"]
    page.table(answer["explanations"], explained, heading="explanations")
    page.table(answer["payouts"], heading="held_payouts")
    page.table(answer["documents"], heading="held_documents")
    page.table(answer["changes"], ["order_no", "shop", "event", "reason", "next_step"], heading="held_changes")
    page.table(answer["files"], ["name", "rows_in", "reason", "next_step"], heading="rejected_files")


def why(page: Page, answer: Row) -> None:
    """How an order was decided: facts, amounts, rules tried, checks, and last what to do."""
    page.heading("order")
    page.facts(answer["order"])
    page.table(answer["versions"], heading="versions")
    page.table(answer["payments"], heading="payments")
    if "not_rehearsed" in answer:
        page.say("not_rehearsed", detail=answer["not_rehearsed"])
        page.table(answer["findings"], heading="findings")
    else:
        _worked_out(page, answer)
        _explanations(page, answer["explanations"])
    page.table(answer["documents"], ["document_id", "kind", "number", "document_date", "total_amount", "status"],
               heading="documents")  # fmt: skip
    page.table(answer["payout_lines"], ["payout_id", "line_type", "transaction_id", "amount", "match_rule", "status"],
               heading="payout_lines")  # fmt: skip
    page.table(answer["decisions"], heading="decisions")
    _decided_by(page, answer["decided_by"])


def _worked_out(page: Page, answer: Row) -> None:
    page.table(answer["amounts"]["lines"], heading="amounts")
    page.facts(answer["amounts"]["totals"])
    page.heading("vat")
    for line in answer["vat"]:
        page.line(f"  {line['line_no']}: {page.cell(line['facts'])}")
        for rule in line["rules_tried"]:
            failed = page.cell(rule["failed"])
            verdict = page.word("passed_over", failed=failed) if failed else page.word("decides")
            page.line(f"     {rule['rule']} ({rule['treatment']}): {verdict}")
    page.table(answer["debtor"]["chain"], heading="debtor")
    page.facts(answer["debtor"]["result"])
    page.table(answer["items"], heading="items")
    page.heading("checks")
    for check in answer["checks"]:
        page.line(f"  {check['check']}: {page.word('passed' if check['passed'] else 'failed')}. {check['question']}")
        if check["seen"]:
            page.line(f"     {page.word('seen')}: {page.cell(check['seen'])}")
        for found in check["found"]:
            page.line(f"     {found['code']}: {page.cell({k: v for k, v in found.items() if k != 'code' and v})}")


def _explanations(page: Page, ways: Sequence[Row]) -> None:
    """Each way in which the money would tie, with what would mend it; two together are one way."""
    if ways:
        page.heading("explanations")
    for way in ways:
        words = zip(way["explanations"], way["fields"], way["values_read"], way["expected"], strict=True)
        for part, (code, field, value, expected) in enumerate(words):
            facts = {"field": field, "value": value, "expected": expected}
            for depth, text in enumerate(sentences(code, page.language, facts)):
                page.line(f"  {'+' if part and not depth else '-' if not depth else ' '} {text}")


def _decided_by(page: Page, decided: Row) -> None:
    page.heading("result")
    page.line(page.word(str(decided.get("verdict") or "")))
    if decided.get("reason_code"):
        check = decided.get("check") or decided["reason_code"]
        page.say("decided_by", check=check, reason=decided["reason"])
    else:
        page.say("nothing_stops")
    if decided.get("settings"):
        page.say("would_change", settings=", ".join(decided["settings"]))
    if decided.get("next_step"):
        page.say("next_is", next_step=decided["next_step"])


def trace(page: Page, answer: Row) -> None:
    """Where one record of a file went."""
    fate = page.word(str(answer["fate"]))
    page.say("fate_is", file=answer["file"]["name"], record=answer["record"], fate=fate)
    if answer["others_of_that_name"]:
        page.say("more_of_that_name", count=answer["others_of_that_name"])
    if answer["row"]:
        page.heading("row")
        page.facts(answer["row"])
    for name in ("order", "payout"):
        if answer[name]:
            page.heading("payout_lines" if name == "payout" else name)
            page.facts(answer[name])
    page.table(answer["findings"], ["severity", "code", "message", "next_step"], heading="findings")
    page.table(answer["document_lines"], ["document_id", "line_no", "item", "net_amount", "vat_amount", "gross_amount"],
               heading="document_lines")  # fmt: skip
    page.table(answer["journal_lines"], ["batch_id", "voucher", "account", "debit", "credit", "cause"],
               heading="journal_lines")  # fmt: skip
    page.table(answer["output"], heading="output")


def plan(page: Page, answer: Row) -> None:
    """What would be sent, and the hash that sends exactly that."""
    page.table(answer["entries"], ["what", "entry", "amount", "currency"], heading="plan")
    if answer["entries"]:
        page.say("plan_hash", hash=answer["plan_hash"])
    else:
        page.say("plan_empty")
    if answer["waiting"]:
        page.say("waits_for_person", count=answer["waiting"])


def verified(page: Page, checks: Sequence["Check"]) -> None:
    """What was verified, how much of it, and what does not hold."""
    for check in checks:
        counts = ", ".join(f"{count} {name}" for name, count in check.checked.items())
        page.say("not_verified" if check.wrong else "verified", name=check.name, counts=counts)
        page.table(check.wrong)
    if not any(check.wrong for check in checks):
        page.say("all_verified")


def lint(page: Page, seen: Any, written: Sequence[Any] = ()) -> None:
    """What company.toml lacks, with its line; the VAT codes that are missing, and the lines to paste into it."""
    for finding in seen.findings:
        page.line(f"{finding.file}:{finding.line} {finding.severity} {finding.code}: {finding.message}")
        page.line(f"  {finding.next_step}")
    if not seen.findings:
        page.say("lint_clean")
    if seen.vat_codes:
        page.table([_wanted_code(page, code) for code in seen.vat_codes], heading="lint_vat_codes")
        page.heading("lint_paste")
        page.line("[vat.codes]")
        for code in seen.vat_codes:
            page.line(code.setting)
    for path in written:
        page.say("lint_written", path=path)


def _wanted_code(page: Page, code: Any) -> Row:
    waiting = ", ".join(f"{amount} {currency}" for currency, amount in code.amounts_waiting.items())
    return {
        "vat.codes": code.key,
        "orders": code.orders,
        "held": code.orders_waiting,
        "lint_amount": waiting,
        "lint_code": code.vat_code or "?",
        "lint_operation": code.row["TypeSales"] if code.row else "",
        "lint_source": page.word("lint_in_erp" if code.existing else "lint_to_create"),
    }


def explained(page: Page, answer: Mapping[str, Any] | Iterable[object], depth: int = 0) -> None:
    """A nested answer, one fact a line."""
    indent = "  " * depth
    items = answer.items() if isinstance(answer, Mapping) else ((None, item) for item in answer)
    for name, value in items:
        label = f"{name}: " if name is not None else "- "
        if isinstance(value, Mapping) or (isinstance(value, list) and value and isinstance(value[0], Mapping)):
            page.line(f"{indent}{label}")
            explained(page, value, depth + 1)
        else:
            page.line(f"{indent}{label}{page.cell(value)}")
