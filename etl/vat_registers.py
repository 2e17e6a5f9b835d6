"""Asking the registers of VAT numbers, before the deciding: which numbers, how often, how long, and what is kept.

Asked is what a sale without VAT would rest on and nobody has checked (model 399), each number once: the answer is
an entry of the ledger, so that a replay knows it without asking. A register that does not answer says nothing; the
number is asked again in the same run a few times, and by a run after an hour, then two, four, ... a day. An answer
counts for supplies until [vies] valid_days after the check.

Nothing here fails a run or holds it up for longer than [vies] run_seconds: what is not answered is decided as
unverified, as it would be without a register.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from etl import clock, deciding
from etl.company import Company
from etl.company.vat import Vies as ViesSettings
from etl.folding import take_vat_answer
from etl.intake import Told, remember
from etl.ledger import Ledger
from etl.store import Store

if TYPE_CHECKING:
    from etl.targets.vies import Answer, Vies

PAUSES = (2.0, 8.0)  # seconds before a number is asked the second and third time in one run
FIRST_PAUSE = timedelta(hours=1)  # before a later run asks it again; doubled each time
LONGEST_PAUSE = timedelta(days=1)
NEVER = (datetime(1970, 1, 1, tzinfo=UTC), None, 0)
_HELD_FOR = "select distinct value_read from core.findings where code = 'VAT_NUMBER_UNVERIFIED' and batch_id is null"
_ONLY_WITH_NUMBER = (
    "delete from touched_orders where order_key not in"
    " (select order_key from staging.orders where trim(customer_vat_number) <> '')"
)
# When each number was asked last, until when its answer counts, how often in a row it was not answered.
_ASKED = """
with answered as (
    select vat_number, max(checked_at) filter (result <> 'UNAVAILABLE') as answered_at from ops.vat_answers group by all
)
select vat_number, max(checked_at), max(counts_to), count(*) filter (checked_at > answered_at or answered_at is null)
from ops.vat_answers inner join answered using (vat_number)
group by vat_number
"""


@dataclass(frozen=True, slots=True)
class Hands:
    """The clock and the waiting of the asking, which tests take into their own hands. Seconds."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


HANDS = Hands()


class OutOfTime(Exception):  # noqa: N818 - a condition of the run, not an error
    """The run may not ask any longer."""


def ask(store: Store, ledger: Ledger, settings: Company) -> list[Told]:
    """Ask VIES for the numbers that are due; returns what to tell of it, as (code, facts).

    The answers stand in ledger and database, and what they touch in `ops.touched`.
    """
    due = _due(store)
    if not due:
        return []
    from etl.targets.vies import Vies  # nobody who does not ask needs a network

    requester = settings.vies.requester or settings.company.vat_number
    door = Vies(settings.vies.url, requester, timeout=float(settings.vies.timeout_seconds))
    answers: list[Answer] = []
    for number, answer in Asking(door, settings.vies, HANDS).answers(due[: settings.vies.at_most]):
        _keep(store, ledger, settings, number, answer)
        answers.append(answer)
    return list(_told(answers, len(due), requester))


def _told(answers: Sequence["Answer"], due: int, requester: str | None) -> Iterator[Told]:
    """What a person should know of the asking: that numbers were not answered, or that our own was refused."""
    words = {answer.detail for answer in answers if answer.result == "UNAVAILABLE"}
    answered = sum(answer.result != "UNAVAILABLE" for answer in answers)
    if "INVALID_REQUESTER_INFO" in words:
        yield "VIES_REQUESTER_REFUSED", {"value": requester}
    elif answered < due:
        why = ", ".join(sorted(word for word in words if word))
        yield "VIES_NOT_ANSWERED", {"value": due - answered, "expected": due, "field": why or "vies.run_seconds"}


def _due(store: Store) -> list[str]:
    """The numbers to ask now: those never asked first, then those asked longest ago."""
    now = clock.now()
    numbers = {number for (number,) in store.rows(_HELD_FOR)} | _rested_on(store)
    asked = {number: (at.replace(tzinfo=UTC), to, failures) for number, at, to, failures in store.rows(_ASKED)}
    due = []
    for number in numbers:
        at, counts_to, failures = asked.get(number, NEVER)
        is_known = counts_to is not None and counts_to >= now.date()
        if not is_known and (not failures or now >= ask_again_at(at, failures)):
            due.append((at, number))
    return [number for _, number in sorted(due)]


def _rested_on(store: Store) -> set[str]:
    """The numbers of what was touched. Its VAT is only tried for that: nothing of it stays."""
    with store.undone():
        store.run(60, 69)
        store.script(_ONLY_WITH_NUMBER)
        if not store.value("select count(*) from touched_orders"):
            return set()
        deciding.work_out(store)
        return {number for (number,) in store.rows("select vat_number from vat_numbers_rested_on")}


def ask_again_at(asked_at: datetime, failures: int) -> datetime:
    """The moment from which a number may be asked again that was not answered `failures` times in a row."""
    return asked_at + min(FIRST_PAUSE * (1 << min(failures - 1, 5)), LONGEST_PAUSE)


def _keep(store: Store, ledger: Ledger, settings: Company, number: str, answer: "Answer") -> None:
    """Write an answer to the ledger, then to the database."""
    is_final = answer.result != "UNAVAILABLE" or answer.detail == "INVALID_INPUT"
    counts_to = clock.now().date() + timedelta(days=settings.vies.valid_days)
    entry = ledger.append(
        "vat_answer",
        vat_number=number,
        requester=settings.vies.requester or settings.company.vat_number,
        result=answer.result,
        name=answer.name,
        address=answer.address,
        consultation_number=answer.consultation_number,
        detail=answer.detail,
        counts_to=counts_to.isoformat() if is_final else None,
    )
    with store.transaction():
        take_vat_answer(store, entry)
        remember(store, entry["seq"])


class Asking:
    """One run's questions: their pace, their end, and whom it is of no use to ask any more."""

    def __init__(self, door: "Vies", settings: ViesSettings, hands: Hands) -> None:
        self._door = door
        self._hands = hands
        self._longest = float(settings.timeout_seconds)
        self._apart = 60.0 / settings.requests_per_minute
        self._end = hands.now() + settings.run_seconds
        self._next = hands.now()
        self._silent: set[str] = set()  # states that do not answer

    def answers(self, due: list[str]) -> Iterator[tuple[str, "Answer"]]:
        """Each number with its answer, until the time is up or the service as a whole does not answer."""
        for number in due:
            if number[:2] in self._silent:
                continue
            try:
                answer = self._answer(number)
            except OutOfTime:
                return
            yield number, answer
            if answer.result == "UNAVAILABLE" and answer.scope == "service":
                return
            if answer.result == "UNAVAILABLE" and answer.scope == "state":
                self._silent.add(number[:2])

    def _answer(self, number: str) -> "Answer":
        """The answer, asked for again after each of PAUSES where that can help."""
        self._wait(0)
        answer = self._door.ask(number)
        for pause in PAUSES:
            if not answer.may_retry:
                break
            try:
                self._wait(pause)
            except OutOfTime:
                break  # what was said so far is kept
            answer = self._door.ask(number)
        return answer

    def _wait(self, pause: float) -> None:
        """Wait for the next question's turn; OutOfTime if it could end after the run's time."""
        now = self._hands.now()
        turn = max(self._next, now + pause)
        if turn + self._longest > self._end:
            raise OutOfTime
        if turn > now:
            self._hands.sleep(turn - now)
        self._next = turn + self._apart
