"""`etl why ORDER`: what was tried, what was seen, what decided, and which setting would change it.

The order is decided once more by the models of a run (`rehearsal`), so that what is told is what was done and not a
second opinion written beside it. What was sent stays as it was sent; the rehearsal then says how it would be decided
today.
"""

from etl import solver
from etl.questions import Row, ask
from etl.rehearsal import Trial, rehearse
from etl.store import DatabaseError, Store

_VAT_TABLES = ("[vat.categories]", "[vat.codes]")


def why(store: Store, order_key: int) -> Row:
    """Everything that led to an order's verdict, as data; `decided_by` has the rule, the settings and the next step."""
    answer: Row = {"order": _first(ask(store, "why_order", [order_key]))}
    for name in ("versions", "payments", "documents", "payout_lines", "decisions", "findings"):
        answer[name] = ask(store, f"why_{name}", [order_key])
    trials: list[Trial] = []
    try:
        trials = rehearse(store, order_key)
        answer |= _worked_out(store)
        answer["explanations"] = _explanations(store, answer)
    except DatabaseError as error:
        # A snapshot that an older version made may lack a table; what was stored is told all the same.
        answer["not_rehearsed"] = str(error).splitlines()[0]
    answer["checks"] = [_check(trial) for trial in trials]
    answer["decided_by"] = _decided_by(answer["order"], trials, answer.get("vat", []))
    return answer


def _worked_out(store: Store) -> Row:
    """How amounts, VAT, debtor and items came about, from the temp tables of the rehearsal."""
    rules = ask(store, "why_vat_rules")
    return {
        "amounts": {"lines": ask(store, "why_lines"), "totals": _first(ask(store, "why_totals"))},
        "vat": [_tried_rules(rules, facts) for facts in ask(store, "why_line_facts")],
        "debtor": {"chain": ask(store, "why_debtor_chain"), "result": _first(ask(store, "why_debtor"))},
        "items": ask(store, "why_items"),
    }


def _explanations(store: Store, answer: Row) -> list[Row]:
    """Which ways of reckoning would make the money tie, of an order that is held because it does not."""
    is_held = answer["order"] and answer["order"]["verdict"] == "held"
    is_gap = is_held and any(finding["code"] in solver.CODES for finding in answer["findings"])
    return solver.explained(store) if is_gap else []


def _tried_rules(rules: list[Row], facts: Row) -> Row:
    """The VAT rules in the order tried, each with the conditions that failed; the first without any decided."""
    tried = []
    for rule in (rule for rule in rules if rule["question_id"] == facts["question_id"]):
        tried.append({"rule": rule["rule_id"], "treatment": rule["treatment"], "failed": rule["failed"]})
        if not rule["failed"]:
            break
    told = ("line_no", "decided", "setting", "legal_basis")
    return {
        **{name: facts[name] for name in told},
        "facts": {name: fact for name, fact in facts.items() if name not in {*told, "question_id"}},
        "rules_tried": tried,
    }


def _check(trial: Trial) -> Row:
    return {
        "check": trial.check,
        "question": trial.question,
        "passed": not trial.found,
        "seen": trial.seen,
        "found": trial.found,
    }


def _decided_by(order: Row | None, trials: list[Trial], vat: list[Row]) -> Row:
    """The check that decided the verdict, the settings it rests on, and what a person can do."""
    if order is None:
        return {}
    decided: Row = {name: order[name] for name in ("verdict", "reason_code", "reason", "next_step", "is_approvable")}
    trial = next((t for t in trials if any(f["code"] == order["reason_code"] for f in t.found)), None)
    if trial is not None:
        finding = next(f for f in trial.found if f["code"] == order["reason_code"])
        settings = _vat_settings(vat) if finding["code"].startswith("VAT_") else trial.settings
        decided |= {"check": trial.check, "settings": settings}
        decided |= {name: finding[name] for name in ("field", "value_read", "expected")}
    return decided


def _vat_settings(vat: list[Row]) -> list[str]:
    """The settings that another VAT decision would take: those of the rules that decided, codes and categories."""
    own = {line["setting"] for line in vat if line["setting"]}
    return [*(f"[{section}] {key}" for section, _, key in (s.partition(".") for s in sorted(own))), *_VAT_TABLES]


def _first(rows: list[Row]) -> Row | None:
    return rows[0] if rows else None
