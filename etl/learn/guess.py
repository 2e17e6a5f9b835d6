"""The deciding: a column is written only where two independent kinds of evidence agree, or its name is it alone.

Everything else is asked, with what speaks for each answer. Better asked than wrong.
"""

from dataclasses import replace
from decimal import Decimal

from etl.contracts import folded
from etl.entities import ENTITIES, VOCABULARIES, Column
from etl.learn.columns import Answers, Columns
from etl.learn.content import column_of, only_kind, says_known_words
from etl.learn.findings import Found, Guess
from etl.learn.names import OF_ITS_KIND, Names, Said
from etl.learn.profile import Profile, Profiles
from etl.learn.questions import questions_of
from etl.learn.sums import Sums
from etl.learn.words import Words, key_of, phrase_of

_BLOCK_STARTS = ("order_total", "currency", "state", "order_vat", "billing_country", "customer_email")
_ADDRESS = frozenset({"customer_name", "billing_address", "billing_postcode", "billing_city", "billing_country"})
_DISCOUNTS = frozenset({"discount", "rabat", "rabatt", "korting"})
_KIND_WORDS = frozenset({"type", "typ", "status", "state", "event"})
_AN_ADDRESS, _BESIDE = 3, 2
_TIME_NAMES = frozenset({"time", "tid", "uhrzeit", "klokkeslæt", "klokken", "zeit"})


def guess(profiles: Profiles, names: Names, words: Words, answers: Answers, rows: str = "") -> Guess:
    """What a file says if its rows are records of one entity. `rows`: of XML, the path of a record's rows."""
    columns = Columns(profiles, names, words, answers)
    columns.said = {
        p.position: names.said_by(p.name) if p.name and not p.name.startswith("#") else Said() for p in profiles
    }
    columns.rows = rows
    _by_name(columns)
    _people(columns)
    Sums(columns).decide()
    _by_kind(columns)
    _one_order_number(columns)
    _with_time(columns)
    _one_use(columns)
    if "price" not in columns.found:
        columns.found.pop("price_currency", None)
    _answered(columns)
    hinted = frozenset(columns.asked)
    questions = questions_of(columns)
    return Guess(
        names.entity, columns.found, questions, columns.told, columns.controls, _block_start(columns),
        _payout_sign(columns), frozenset(columns.asked) - hinted,
    )  # fmt: skip


def _by_name(columns: Columns) -> None:
    """Names that stand for one column alone, where one column of the file has such a name."""
    for canonical in ENTITIES[columns.entity].columns:
        known = columns.saying(canonical.name, is_known=True)
        rivals = _rivals(columns, canonical, known)
        if len(known) == 1 and rivals:
            columns.ask(canonical.name, [*known, *rivals], "another column could be it too")
        elif len(known) == 1 or (canonical.name == "currency" and _are_one(known)):
            same = f", the same as {known[1].name}" if len(known) > 1 else ""
            columns.write(canonical.name, known[0], f"name: {columns.said[known[0].position].source}{same}")
        elif known:
            columns.ask(canonical.name, known, "several names say so")
        elif hinted := columns.saying(canonical.name, is_known=False):
            columns.ask(canonical.name, hinted, "the name says too little")


def _are_one(known: list[Profile]) -> bool:
    """Do several columns say the same on each of several rows?"""
    return len({p.cells for p in known}) == 1 and len(known[0].said) > 1


def _rivals(columns: Columns, canonical: Column, known: list[Profile]) -> list[Profile]:
    """Other columns whose names hint at the same amount, kind or truth, and do not say the same as the one known."""
    if canonical.type in {"text", "moment", "date"} or len(known) != 1:
        return []
    hinted = columns.saying(canonical.name, is_known=False)
    rivals = [
        p
        for p in hinted
        if not p.is_empty and p.cells != known[0].cells and not columns.said[p.position].is_of_many_systems
    ]
    rivals += [p for p in columns.profiles if _is_discount_of(known[0], p) and p not in rivals]
    if canonical.type in VOCABULARIES or canonical.type == "boolean":
        rivals += [p for p in _other_kinds(columns, known[0]) if p not in rivals]
    return rivals


def _is_discount_of(amount: Profile, other: Profile) -> bool:
    """Is it what is taken off that very amount: "Shipping" and "Shipping discount"?"""
    mine, theirs = (set(phrase_of(p.name).split()) for p in (amount, other))
    return any(other.values) and theirs - mine <= _DISCOUNTS and len(theirs - mine) == 1 and mine <= theirs


def _other_kinds(columns: Columns, profile: Profile) -> list[Profile]:
    """Other columns of few words that are called a type or a status too: the meaning may need both."""
    mine = _KIND_WORDS & set(phrase_of(profile.name).split())
    return [
        p
        for p in columns.profiles.of_kind("words")
        if p.position != profile.position and _KIND_WORDS & (words := set(phrase_of(p.name).split()))
        and (mine & words or words <= _KIND_WORDS)
    ]  # fmt: skip


def _people(columns: Columns) -> None:
    """Names in two columns, and an address without a party where no party has one."""
    if columns.entity == "customers":
        _customers(columns)
    if columns.entity != "orders":
        return
    for canonical in ("customer_name", "shipping_name"):
        parts = {
            said.part: p
            for p in columns.profiles
            if (said := columns.said[p.position]).part and canonical in said.columns and said.is_known
        }
        if {"first_name", "last_name"} <= parts.keys() and canonical not in columns.found:
            names = (parts["first_name"].name, parts["last_name"].name)
            columns.found[canonical] = Found(canonical, names, "name: a party and two fields", is_join=True)
            columns.asked.pop(canonical, None)
    alone = {c: found for c in _ADDRESS if c not in columns.found and len(found := _alone(columns, c)) == 1}
    if len(alone) >= _AN_ADDRESS:
        for canonical, (profile,) in alone.items():
            columns.write(canonical, profile, "name: a field; content: an address beside it, and no other buyer's")


def _customers(columns: Columns) -> None:
    """The parts of a customer's name, and the second line of an address."""
    fields: dict[str, list[Profile]] = {}
    for profile in columns.profiles:
        party, field = columns.words.parties.get(key_of(profile.name), ("", ""))
        if field and not party:
            fields.setdefault(field, []).append(profile)
    parts = [fields.get(part, []) for part in ("first_name", "middle_name", "last_name")]
    if "name" not in columns.found and len(parts[0]) == len(parts[2]) == 1 and len(parts[1]) <= 1:
        names = tuple(p.name for found in parts for p in found)
        columns.found["name"] = Found("name", names, "name: the parts of one", is_join=True)
        columns.asked.pop("name", None)
    found, second = columns.found.get("address"), fields.get("address2", [])
    if found and any(not p.is_empty for p in second):
        del columns.found["address"]
        first = next(p for p in columns.profiles if p.name == found.plus[0])
        columns.ask("address", [first, *second], "it stands in two columns: join them or take the first")


def _alone(columns: Columns, canonical: str) -> list[Profile]:
    return [
        p
        for p in columns.saying(canonical, is_known=False)
        if columns.said[p.position].source == "a party and a field" and not p.is_empty
    ]


def _by_kind(columns: Columns) -> None:
    """Hints that the content makes certain: the only column of its kind, or words of a kind that we know."""
    for canonical, (candidates, _) in list(columns.asked.items()):
        column = column_of(columns.entity, canonical)
        free = [
            p for p in candidates if folded(p.name) not in columns.used and len(p.said) > 1
        ]  # one row shows nothing
        for profile in free:
            if column.type in VOCABULARIES and says_known_words(column, profile, columns.words):
                others = _other_kinds(columns, profile)
                if others:
                    columns.ask(canonical, [profile, *others], "the meaning may need both")
                elif len([p for p in free if says_known_words(column, p, columns.words)]) == 1:
                    columns.write(canonical, profile, "name: a hint; content: words of that kind")
            elif only_kind(column, profile, list(columns.profiles)) and _is_first_of_kind(columns, canonical, profile):
                columns.write(canonical, profile, "name: a hint; content: the only column of that kind")


def _is_first_of_kind(columns: Columns, canonical: str, profile: Profile) -> bool:
    """Of the days that an entity has, the one that a lone day is: if it is called a day, not the day of something."""
    firsts = {"orders": "order_date", "payouts": "occurred_at", "payments": "paid_at", "bank_entries": "entry_date"}
    is_day = column_of(columns.entity, canonical).type in {"moment", "date"}
    said = columns.said[profile.position]
    is_plain = said.source == OF_ITS_KIND or len(said.columns) == 1
    return not is_day or (firsts.get(columns.entity) == canonical and is_plain)


def _one_order_number(columns: Columns) -> None:
    """An order's id is its number where the file has no other number that goes with it."""
    if columns.entity != "orders" or "order_no" not in columns.found:
        return
    order_no = columns.profiles.columns[columns.position("order_no")]
    rivals = [
        p
        for p in columns.profiles
        if p.position != order_no.position and columns.may_number(p) and _goes_with(order_no, p)
    ]
    if rivals and phrase_of(order_no.name).split()[-1:] == ["id"]:
        del columns.found["order_no"]
        columns.ask("order_no", [order_no, *rivals], "an id, and another number that goes with it")


def _goes_with(key: Profile, other: Profile) -> bool:
    """Has each key one value there, and nearly each another?"""
    pairs = {(a, b) for a, b in zip(key.cells, other.cells, strict=True) if a and b}
    keys, values = ({pair[place] for pair in pairs} for place in (0, 1))
    return bool(pairs) and len(pairs) == len(keys) and 3 * len(values) >= 2 * len(keys)


def _with_time(columns: Columns) -> None:
    """A day and a time of day that stands in a column of its own, beside it."""
    times = [p for p in columns.profiles if "time" in p.kinds and phrase_of(p.name) in _TIME_NAMES]
    for canonical, found in list(columns.found.items()):
        column = column_of(columns.entity, canonical)
        if column.type != "moment" or len(times) != 1 or found.is_join or found.less:
            continue
        day = columns.profiles.columns[columns.position(canonical)]
        is_beside = abs(day.position - times[0].position) <= _BESIDE and len(day.said) == len(times[0].said)
        if day.days and not day.days.is_moment and is_beside:
            names = (day.name, times[0].name)
            columns.found[canonical] = replace(
                found, plus=names, is_join=True, evidence=f"{found.evidence}; a time of day beside it"
            )


def _one_use(columns: Columns) -> None:
    """A header that two columns claim belongs to neither, unless one of them is only another view of it."""
    users: dict[str, list[str]] = {}
    for canonical, found in columns.found.items():
        for header in found.headers:
            users.setdefault(folded(header), []).append(canonical)
    for header, canonicals in users.items():
        if len(canonicals) > 1:
            profile = next(p for p in columns.profiles if folded(p.name) == header)
            for canonical in canonicals:
                columns.found.pop(canonical, None)
                columns.ask(canonical, [profile], f"it is also taken for {', '.join(canonicals)}")


def _answered(columns: Columns) -> None:
    """What a person said, last of all."""
    for key, answer in columns.answers.items():
        table, _, canonical = key.partition(".")
        if table != "columns" or ENTITIES[columns.entity].column(canonical) is None:
            continue
        columns.found.pop(canonical, None)
        columns.asked.pop(canonical, None)
        profile = next((p for p in columns.profiles if folded(p.name) == folded(answer)), None)
        if profile and answer:
            columns.write(canonical, profile, "answered")
    for canonical, found in columns.found.items():
        said = {w: columns.answers.get(f"values.{canonical}.{w}", ours) for w, ours in found.words.items()}
        columns.found[canonical] = replace(found, words=said)


def _block_start(columns: Columns) -> str | None:
    """The column that is filled only in the first row of each order, where orders stand in blocks."""
    if columns.entity != "orders" or "order_no" not in columns.found:
        return None
    keys = columns.profiles.columns[columns.position("order_no")].cells
    firsts = [index for index, key in enumerate(keys) if key and (index == 0 or keys[index - 1] != key)]
    if len(firsts) == len(keys):
        return None
    for canonical in _BLOCK_STARTS:
        if canonical in columns.found:
            cells = columns.profiles.columns[columns.position(canonical)].cells
            if [index for index, cell in enumerate(cells) if cell] == firsts:
                return canonical
    return None


def _payout_sign(columns: Columns) -> int:
    """-1 where every transfer to the bank is negative in the file; 0 where none was seen."""
    kinds, net = columns.found.get("line_type"), columns.found.get("net_amount")
    if columns.entity != "payouts" or kinds is None or net is None or kinds.is_join:
        return 1 if columns.entity != "payouts" else 0
    words = columns.profiles.columns[columns.position("line_type")].cells
    by_name = {p.name: p.values or (None,) * len(p.cells) for p in columns.profiles}
    paid = [
        sum((by_name[h][i] or 0 for h in net.plus), Decimal(0))
        - sum((by_name[h][i] or 0 for h in net.less), Decimal(0))
        for i, word in enumerate(words)
        if kinds.words.get(word) == "payout"
    ]
    said = [value for value in paid if value]
    if not said:
        return 0
    return -1 if all(value < 0 for value in said) else 1
