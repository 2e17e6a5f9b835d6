"""What people decide: to approve a reason, to hold or skip an order, to send a document again. Named, dated, kept."""

import getpass
from collections.abc import Sequence
from dataclasses import dataclass

from etl import messages
from etl.errors import UsageError
from etl.folding import take_decision
from etl.intake import remember
from etl.ledger import Ledger
from etl.store import Store


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision on one order. `subject` is what exactly was approved, where that is less than the order."""

    decision: str
    order_no: str
    code: str | None
    subject: str | None
    by: str


def record(
    store: Store,
    ledger: Ledger,
    decision: str,
    order_nos: Sequence[str],
    *,
    code: str | None = None,
    note: str | None = None,
    by: str | None = None,
) -> list[Decision]:
    """Write the decisions to the ledger and the database. All orders are checked before anything is written.

    Raises UsageError: ORDER_NOT_FOUND, NOT_APPROVABLE (the reason may not be approved, or the order has none that may),
    RESEND_NOT_ABSENT (the snapshot does not show that the document is missing).
    """
    person = by or getpass.getuser()
    orders = [_find(store, order_no) for order_no in order_nos]
    wanted = [_subject(store, decision, order_key, order_no, code) for order_key, _shop, order_no in orders]
    made = []
    for (order_key, shop, order_no), (reason, subject) in zip(orders, wanted, strict=True):
        entry = ledger.append(
            "decision",
            decision_no=len(ledger.decisions()) + 1,
            decision=decision,
            shop=shop,
            order_key=str(order_key),
            order_no=order_no,
            code=reason,
            subject=subject,
            by=person,
            note=note,
        )
        with store.transaction():
            take_decision(store, entry)
            remember(store, entry["seq"])
        made.append(Decision(decision, order_no, reason, subject, person))
    return made


def _find(store: Store, order_no: str) -> tuple[int, str, str]:
    """The one order of that number, with or without `#`; `shop/number` where two shops have it."""
    shop, _, number = order_no.rpartition("/")
    found = store.rows(
        "select order_key, shop, order_no from core.orders where ltrim(order_no, '#') = ltrim($1, '#')"
        " and ($2 = '' or shop = $2)",
        [number, shop],
    )
    if len(found) != 1:
        choices = ", ".join(f"{s}/{n}" for _, s, n in found)
        raise UsageError("ORDER_NOT_FOUND", value=order_no, expected=choices)
    return found[0]


def _subject(
    store: Store, decision: str, order_key: int, order_no: str, code: str | None
) -> tuple[str | None, str | None]:
    """The reason and the exact thing a decision is about."""
    if decision == "resend":
        return None, _absent_document(store, order_key, order_no)
    if decision != "approve":
        if store.value("select verdict from core.verdicts where order_key = $1", [order_key]) == "exported":
            raise UsageError("ALREADY_SENT", value=order_no)
        return None, None
    reasons = [
        reason
        for (reason,) in store.rows(
            "select distinct code from core.findings where order_key = $1 and effect in ('hold', 'skip') order by code",
            [order_key],
        )
        if code in {None, reason}
    ]
    approvable = [r for r in reasons if messages.catalogue()[r].is_approvable]
    if not approvable:
        raise UsageError("NOT_APPROVABLE", value=order_no, expected=", ".join(reasons))
    reason = approvable[0]
    return reason, _approved_subject(store, order_key, reason)


def _approved_subject(store: Store, order_key: int, reason: str) -> str | None:
    """What exactly is approved: the VAT number, the document to withdraw, or the content of a proposal."""
    if reason == "VAT_NUMBER_UNVERIFIED":
        # as the finding tells it: normalised
        number: str | None = store.value(
            "select value_read from core.findings where order_key = $1 and code = 'VAT_NUMBER_UNVERIFIED'", [order_key]
        )
        return number
    if reason in {"CHANGED_AFTER_SENDING", "CANCELLED_AFTER_SENDING"}:
        key = store.value(
            "select arg_max(doc_key, number) from core.documents where order_key = $1 and batch_id is not null"
            " and not is_withdrawn and (event = 'sale' or starts_with(event, 'sale_change:'))",
            [order_key],
        )
        return str(key)
    if reason == "AWAITS_APPROVAL":
        content_hash: str | None = store.value(
            "select content_hash from core.documents where order_key = $1 and batch_id is null and needs_person",
            [order_key],
        )
        return content_hash
    return None


def _absent_document(store: Store, order_key: int, order_no: str) -> str:
    """The document to send again: the newest that was sent.

    Only if the newest snapshot of invoices was read after it, and neither its number nor its reference stands there.
    """
    found = store.rows(
        "select documents.doc_key from core.documents as documents"
        " inner join ops.batches as batches on batches.batch_id = documents.batch_id"
        " where documents.order_key = $1 and not documents.is_withdrawn"
        " and exists (select 1 from staging.files"
        " where entity = 'uniconta_invoices' and received_at > batches.published_at)"
        " and not exists (select 1 from erp.invoices as invoices"
        " where invoices.order_number = documents.number::varchar"
        " or invoices.requisition = documents.requisition or invoices.our_ref = documents.our_ref)"
        " order by documents.number desc limit 1",
        [order_key],
    )
    if not found:
        raise UsageError("RESEND_NOT_ABSENT", value=order_no)
    return str(found[0][0])
