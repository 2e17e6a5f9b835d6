"""`etl why ORDER`: what was tried, what was seen, what decided, and which setting would change it.

The order is decided once more by the models of a run (`rehearsal`), so that what is told is what was done and not a second
opinion written beside it. What was sent stays as it was sent; the rehearsal then says how it would be decided today.
"""

from typing import Any

from etl.rehearsal import Trial, rehearse
from etl.store import DatabaseError, Store

Row = dict[str, Any]

_ORDER = """select told.* from review.orders as told
    join core.orders as facts on facts.shop = told.shop and facts.order_no = told.order_no where facts.order_key = $1"""
_VERSIONS = """select files.file_name, versions.first_record, versions.rows_in, versions.updated_at, versions.order_total,
    versions.currency, versions.is_complete, versions.fate
    from staging.order_versions as versions left join staging.files as files on files.file_id = versions.file_id
    where versions.order_key = $1 order by versions.version_id"""
_FINDINGS = """select findings.code, findings.effect, findings.event, findings.field, findings.value_read,
    findings.expected, files.file_name, findings.source_record
    from core.findings as findings left join staging.files as files on files.file_id = findings.file_id
    where findings.order_key = $1 order by findings.effect, findings.code"""
_PAYMENTS = """select payments.payment_no, payments.payment_method, payments.amount, payments.currency,
    payments.transaction_id, methods.register, methods.payment_term, methods.acquirer
    from core.order_payments as payments
    left join setting.payment_methods as methods on lower(methods.payment_method) = lower(payments.payment_method)
    where payments.order_key = $1 order by payments.payment_no"""
_DOCUMENTS = """select told.* from review.documents as told
    join core.orders as facts on facts.shop = told.shop and facts.order_no = told.order_no where facts.order_key = $1
    order by told.event"""
_MATCHES = """select told.* from review.payout_matches as told
    join core.orders as facts on facts.order_no = told.order_no where facts.order_key = $1"""
_DECISIONS = """select decision, code, decided_by, decided_at, note from ops.decisions where order_key = $1
    order by decision_no"""
_LINES = """select lines.line_no, lines.line_type, lines.sku, lines.description, lines.quantity, lines.unit_price,
    parts.rule_id, parts.treatment, parts.vat_country, parts.vat_rate, parts.vat_code, from_ore(parts.net_ore) as net_amount,
    from_ore(parts.vat_ore) as vat_amount, from_ore(parts.gross_ore) as gross_amount, files.file_name, lines.source_record
    from order_lines as lines
    left join line_vat as parts on parts.order_key = lines.order_key and parts.line_no = lines.line_no
    left join staging.files as files on files.file_id = lines.file_id
    order by lines.line_no, parts.part_no"""
_TOTALS = """select modes.price_mode, from_ore(totals.net_ore) as net_amount, from_ore(totals.vat_ore) as vat_amount,
    from_ore(totals.gross_ore) as lines_total, from_ore(totals.total_ore) as shop_total,
    from_ore(totals.shop_vat_ore) as shop_vat, from_ore(totals.rounding_ore) as rounding_amount,
    from_ore(totals.bound_ore) as allowed_difference
    from price_modes as modes left join order_totals as totals on totals.order_key = modes.order_key"""
_CHAIN = """select keys.place, keys.kind as tried, keys.value as value_seen, string_agg(distinct known.account, ', ') as found
    from debtor_keys as keys
    left join known_debtors as known on known.kind = keys.kind and known.value = keys.value
    group by keys.place, keys.kind, keys.value order by keys.place"""
_DEBTOR = "select buyer_type, source, account, candidates from debtors_of_orders"
_ITEMS = """select items.line_no, lines.line_type, lines.sku, items.item, items.source from line_items as items
    join order_lines as lines on lines.order_key = items.order_key and lines.line_no = items.line_no order by items.line_no"""
_RULES = "select * from setting.vat_rules where priority is not null order by priority"
_LINE_FACTS = """select unnest(lines).line_no as line_no, seller_registered, line_kind, route, buyer_number, special, oss,
    threshold, supply_date from line_supplies"""
_CONDITIONS = ("seller_registered", "line_kind", "route", "buyer_number", "special", "oss", "threshold")


def why(store: Store, order_key: int) -> Row:
    """Everything that led to an order's verdict, as data. `decided_by` ends it: rule, values, settings and next step."""
    answer: Row = {"order": _first(store.dicts(_ORDER, [order_key]))}
    for name, sql in (
        ("versions", _VERSIONS),
        ("payments", _PAYMENTS),
        ("documents", _DOCUMENTS),
        ("payout_lines", _MATCHES),
        ("decisions", _DECISIONS),
        ("findings", _FINDINGS),
    ):
        answer[name] = store.dicts(sql, [order_key])
    trials: list[Trial] = []
    try:
        trials = rehearse(store, order_key)
        answer |= _worked_out(store)
    except DatabaseError as error:
        # A snapshot that an older version made may lack a table; what was stored is told all the same.
        answer["not_rehearsed"] = str(error).splitlines()[0]
    answer["checks"] = [_check(trial) for trial in trials]
    answer["decided_by"] = _decided_by(answer["order"], trials)
    return answer


def _worked_out(store: Store) -> Row:
    """How amounts, VAT, debtor and items came about, from the temp tables of the rehearsal."""
    rules = store.dicts(_RULES)
    return {
        "amounts": {"lines": store.dicts(_LINES), "totals": _first(store.dicts(_TOTALS))},
        "vat": [_tried_rules(rules, facts) for facts in store.dicts(_LINE_FACTS)],
        "debtor": {"chain": store.dicts(_CHAIN), "result": _first(store.dicts(_DEBTOR))},
        "items": store.dicts(_ITEMS),
    }


def _tried_rules(rules: list[Row], facts: Row) -> Row:
    """The VAT rules in the order tried, each with the conditions that failed; the first without any decided.

    The same comparison as model 325, which is told here rule by rule.
    """
    tried = []
    for rule in rules:
        failed = {name: f"{facts[name]} ≠ {rule[name]}" for name in _CONDITIONS if rule[name] not in ("any", facts[name])}
        if rule["valid_from"] and not (facts["supply_date"] and rule["valid_from"] <= facts["supply_date"]):
            failed["supply_date"] = f"{facts['supply_date']} < {rule['valid_from']}"
        tried.append({"rule": rule["rule_id"], "treatment": rule["treatment"], "failed": failed})
        if not failed:
            break
    last = rules[len(tried) - 1] if tried else {}
    return {
        "line_no": facts["line_no"],
        "facts": {name: facts[name] for name in (*_CONDITIONS, "supply_date")},
        "rules_tried": tried,
        "decided": tried[-1]["rule"] if tried and not tried[-1]["failed"] else None,
        "setting": last.get("setting"),
        "legal_basis": last.get("legal_basis"),
    }


def _check(trial: Trial) -> Row:
    return {
        "check": trial.check,
        "question": trial.question,
        "passed": not trial.found,
        "seen": trial.seen,
        "found": trial.found,
    }


def _decided_by(order: Row | None, trials: list[Trial]) -> Row:
    """The check that decided the verdict, the settings it rests on, and what a person can do."""
    if order is None:
        return {}
    decided: Row = {name: order[name] for name in ("verdict", "reason_code", "reason", "next_step", "is_approvable")}
    trial = next((t for t in trials if any(f["code"] == order["reason_code"] for f in t.found)), None)
    if trial is not None:
        finding = next(f for f in trial.found if f["code"] == order["reason_code"])
        decided |= {"check": trial.check, "settings": trial.settings}
        decided |= {name: finding[name] for name in ("field", "value_read", "expected")}
    return decided


def _first(rows: list[Row]) -> Row | None:
    return rows[0] if rows else None
