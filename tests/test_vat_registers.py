"""Asking for VAT numbers through whole runs, against a server on loopback that simulates VIES (`vies_service`).

Which numbers are asked, how often and at which pace; that answers are kept in the ledger and asked once; and that an
order whose number the register does not answer for is unverified, never invalid. Time is the test's: nobody waits.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import scenario
from vies_service import Asked, Reply, Service, fault, invalid, said, service, valid
from workspaces import Office

from etl import pipeline, vat_registers
from etl.company.vat import Vies as ViesSettings
from etl.errors import ConfigError
from etl.ledger import Ledger
from etl.targets.vies import Vies
from etl.workspace import Workspace

DAY = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
GERMAN, AUSTRIAN, GREEK, DANISH = "DE136695976", "ATU13585627", "EL094259216", "DK13585628"
HEADER = (
    "order_no,order_date,paid_date,state,currency,prices_include_vat,customer_name,customer_vat_number,"
    "vat_number_status,buyer_type,shipping_address,shipping_postcode,shipping_city,shipping_country,payment_method,"
    "sku,description,quantity,unit_price,vat_rate,line_amount,order_vat,order_total,transaction_id\n"
)


def order(
    no: str, number: str, country: str = "DE", *, status: str = "", rate: int = 0, day: str = "2026-11-18"
) -> str:
    """An order of one line, 100.00 without VAT, sold to a business; supplied on the day it was paid."""
    place = {
        "DE": "10115,Berlin",
        "AT": "1010,Wien",
        "GR": "10431,Athen",
        "DK": "2100,København",
        "US": "10001,New York",
    }
    return (
        f"{no},{day},{day},paid,DKK,no,Firma {no},{number},{status},{'b2b' if number else 'b2c'},Vej 1,"
        f"{place[country]},{country},Shopify Payments,SKU1,Vare,1,100.00,{rate},100.00,{rate}.00,"
        f"{100 + rate}.00,T{no}\n"
    )


@dataclass
class Hands:
    """Time that passes only when somebody sleeps."""

    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


@dataclass
class World:
    """A workspace, the simulated service, and the test's clock."""

    office: Office
    vies: Service
    hands: Hands
    monkeypatch: pytest.MonkeyPatch
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def run(self, *, at: datetime = DAY, **files: str) -> dict[str, str]:
        """Drop files and run; the reason (else the verdict) of each order."""
        for name, rows in files.items():
            self.office.drop(f"{name}.csv", HEADER + rows)
        self.monkeypatch.setenv("ETL_NOW", at.isoformat())
        self.vies.asked.clear()
        self.told = self.office.run().messages
        return self.outcomes()

    def outcomes(self) -> dict[str, str]:
        rows = self.office.ask("select order_no, coalesce(reason_code, verdict) as outcome from review.orders")
        return {row["order_no"]: row["outcome"] for row in rows}

    def answers(self) -> list[tuple[Any, ...]]:
        with self.office.snapshot() as store:
            return store.rows("select * from ops.vat_answers order by all")

    def treatments(self) -> dict[str, str]:
        rows = self.office.ask("select distinct order_no, treatment from review.vat_decisions where line_no = 1")
        return {row["order_no"]: row["treatment"] for row in rows}

    def entries(self) -> list[dict[str, Any]]:
        return Ledger(self.office.workspace.ledger).of_kind("vat_answer")


@contextmanager
def world(
    root: Path, monkeypatch: pytest.MonkeyPatch, answer: Any, settings: str = "", *, vat: str = ""
) -> Iterator[World]:
    """A workspace whose [vies] is the simulated service."""
    hands = Hands()
    monkeypatch.setattr(vat_registers, "HANDS", vat_registers.Hands(hands.now, hands.sleep))
    with service(answer) as vies:
        text = scenario.COMPANY.replace('source = "shopify_orders"', 'source = "generic_orders"')
        text = text.replace('oss = "union"\n', f'oss = "union"\n{vat}')
        text = text.replace('"ICS_GOODS" = "UEUV"', '"ICS_GOODS" = "UEUV"\n"EXPORT" = "UEKS"')
        Workspace(root).make_folders()
        (root / "company.toml").write_text(f'{text}\n[vies]\nenabled = true\nurl = "{vies.url}"\n{settings}', "utf-8")
        yield World(Office(Workspace(root)), vies, hands, monkeypatch)


def by_number(**answers: Any) -> Any:
    """Another answer for each number; those that are not named are valid."""

    def script(asked: Asked) -> Reply:
        reply: Reply = answers.get(asked["countryCode"] + asked["vatNumber"], valid)(asked)
        return reply

    return script


def test_unavailable_is_never_invalid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults of a number, of a state, of the service: all of these orders are held as unverified, none as invalid."""
    spanish, swedish = "ESB58378431", "SE556012579001"
    answers = by_number(
        ATU13585627=fault("INVALID_INPUT"),
        DE136695976=lambda asked: said(asked, valid=False, userError="MS_UNAVAILABLE"),
        EL094259216=lambda _: Reply(b'{"valid": "no"}'),
        ESB58378431=lambda _: Reply(b"", 503),
    )
    with world(tmp_path / "w", monkeypatch, answers) as w:
        rows = order("1", AUSTRIAN, "AT") + order("2", GERMAN) + order("3", GREEK, "GR")
        found = w.run(orders=rows + order("4", spanish, "DE") + order("5", swedish, "DE"))
        assert set(found.values()) == {"VAT_NUMBER_UNVERIFIED"}
        assert w.vies.numbers == [AUSTRIAN, *[GERMAN] * 3, GREEK, *[spanish] * 3]  # then the service as a whole is out
        why = "HTTP_503, INVALID_INPUT, MS_UNAVAILABLE, NOT_UNDERSTOOD"
        assert w.told == [("VIES_NOT_ANSWERED", {"value": 5, "expected": 5, "field": why})]
        assert [(a[0], a[3], a[7]) for a in w.answers()] == [
            (AUSTRIAN, "UNAVAILABLE", "INVALID_INPUT"),
            (GERMAN, "UNAVAILABLE", "MS_UNAVAILABLE"),
            (GREEK, "UNAVAILABLE", "NOT_UNDERSTOOD"),
            (spanish, "UNAVAILABLE", "HTTP_503"),
        ]


@pytest.mark.long
def test_what_was_not_answered_is_asked_again_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an hour by the next run; a form that was refused not within the answer's days; approved numbers never."""
    answers = by_number(
        ATU13585627=fault("INVALID_INPUT"), DE136695976=fault("MS_UNAVAILABLE"), EL094259216=fault("SERVER_BUSY")
    )
    swedish = "SE556012579001"
    with world(tmp_path / "w", monkeypatch, answers) as w:
        rows = order("1", AUSTRIAN, "AT") + order("2", GERMAN) + order("3", GREEK, "GR") + order("4", AUSTRIAN, "AT")
        assert set(w.run(orders=rows + order("5", swedish, "DE")).values()) == {"VAT_NUMBER_UNVERIFIED"}

        # A person may check a number elsewhere, as without a register: once for all orders that bear it.
        pipeline.decide(w.office.workspace, "approve", ["1"], by="BH")
        found = w.run(at=DAY + timedelta(minutes=59))
        assert w.vies.numbers == [swedish]  # the service was out before its turn; the others not before an hour
        assert found == dict.fromkeys("145", "exported") | dict.fromkeys("23", "VAT_NUMBER_UNVERIFIED")

        w.vies.answer = valid
        assert set(w.run(at=DAY + timedelta(hours=1)).values()) == {"exported"}
        assert w.vies.numbers == [GERMAN, GREEK]


@pytest.mark.long
def test_a_number_is_asked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only numbers that a sale without VAT would rest on, each once for all its orders, and not again next time."""
    with world(tmp_path / "w", monkeypatch, valid) as w:
        found = w.run(
            orders=order("1", GERMAN)
            + order("2", "136 695 976")  # the same without its letters
            + order("3", DANISH, "DK", rate=25)  # Danish VAT whatever the number
            + order("4", AUSTRIAN, "US")  # an export whatever the number
            + order("5", GREEK, "GR", status="VALID")  # the shop has checked it
            + order("6", "FR40303265045", "DE", status="INVALID")
            + order("7", "DE136695975")  # a wrong check digit
            + order("8", "EU372022452")  # a seller's number in the One Stop Shop
            + order("9", "")
        )
        assert w.vies.numbers == [GERMAN]
        assert (found["1"], found["2"], found["5"]) == ("exported",) * 3
        assert (found["6"], found["7"], found["8"]) == ("VAT_NUMBER_INVALID",) * 3

        assert w.run(at=DAY + timedelta(days=1), more=order("10", GERMAN))["10"] == "exported"
        assert w.vies.numbers == []


@pytest.mark.long
def test_answers_are_kept_and_a_replay_asks_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Valid: sold to without VAT at once. Invalid: held as that. And from the ledger alone the same once more."""
    with world(tmp_path / "w", monkeypatch, by_number(ATU13585627=invalid, EL094259216=fault("TIMEOUT"))) as w:
        found = w.run(orders=order("1", GERMAN) + order("2", AUSTRIAN, "AT") + order("3", GREEK, "GR"))
        assert found == {"1": "exported", "2": "VAT_NUMBER_INVALID", "3": "VAT_NUMBER_UNVERIFIED"}
        assert w.treatments()["1"] == "ICS_GOODS"
        assert w.vies.numbers == [AUSTRIAN, GERMAN, *[GREEK] * 3]
        first = next(e for e in w.entries() if e["vat_number"] == GERMAN)
        assert (first["result"], first["requester"]) == ("VALID", "DK13585628")
        assert first["consultation_number"] == "WAPIAAAAY0000001"
        assert first["counts_to"] == "2026-12-20"  # thirty days
        answers, sent = w.answers(), w.office.outbox("orders.csv")
        assert len(answers) == 3
    # The service is gone.
    pipeline.replay(w.office.workspace)
    assert (w.outcomes(), w.answers(), w.office.outbox("orders.csv")) == (found, answers, sent)


@pytest.mark.long
def test_an_answer_that_only_the_ledger_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program died between the ledger and the database: the next run knows the answer and asks nobody."""
    with world(tmp_path / "w", monkeypatch, fault("TIMEOUT")) as w:
        w.run(orders=order("3", GREEK, "GR"))
        ledger = Ledger.open(w.office.workspace.ledger)
        known = {k: v for k, v in w.entries()[0].items() if k not in {"seq", "at", "kind", "prev"}}
        ledger.append("vat_answer", **(known | {"result": "INVALID", "counts_to": "2026-12-20"}))
        assert w.run(at=DAY + timedelta(hours=1)) == {"3": "VAT_NUMBER_INVALID"}
        assert w.vies.numbers == []


@pytest.mark.long
def test_an_answer_counts_for_so_many_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten days after the check a supply may rest on it, eleven days after not: the number is asked again."""
    with world(tmp_path / "w", monkeypatch, valid, "valid_days = 10\n") as w:
        assert w.run(orders=order("1", GERMAN))["1"] == "exported"
        w.vies.answer = fault("MS_UNAVAILABLE")
        last, late = (DAY + timedelta(days=days) for days in (10, 11))
        assert w.run(at=last, more=order("2", GERMAN, day=last.date().isoformat()))["2"] == "exported"
        assert w.vies.numbers == []
        found = w.run(at=late, still=order("3", GERMAN, day=late.date().isoformat()))
        assert found["3"] == "VAT_NUMBER_UNVERIFIED"
        assert w.vies.numbers == [GERMAN] * 3


@pytest.mark.long
def test_numbers_that_the_settings_accept_are_asked_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """accept: no answer lets the order go, but an answer that the number is invalid holds it."""
    answers = by_number(ATU13585627=invalid, EL094259216=fault("MS_UNAVAILABLE"))
    accept = 'accept_unverified_vat_number = "accept"\n'
    with world(tmp_path / "w", monkeypatch, answers, vat=accept) as w:
        found = w.run(orders=order("2", AUSTRIAN, "AT") + order("3", GREEK, "GR"))
        assert found == {"2": "VAT_NUMBER_INVALID", "3": "exported"}


@pytest.mark.long
def test_off_means_that_the_door_is_not_even_there(tmp_path: Path) -> None:
    """[vies] off, which is the default: a run that would have a number to ask imports no HTTP client of ours."""
    office = Office(Workspace(tmp_path / "w"))
    office.workspace.make_folders()
    text = scenario.COMPANY.replace('source = "shopify_orders"', 'source = "generic_orders"')
    (office.root / "company.toml").write_text(text, "utf-8")
    office.drop("orders.csv", HEADER + order("1", GERMAN))
    code = (
        "import sys; from pathlib import Path; from etl import pipeline; from etl.workspace import Workspace;"
        f"report = pipeline.run(Workspace(Path({str(office.root)!r})));"
        "print(report.held, 'etl.targets.vies' in sys.modules, 'urllib.request' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split("} ")[1].split() == ["False", "False"]
    assert "VAT_NUMBER_UNVERIFIED" in done.stdout
    assert Ledger(office.workspace.ledger).of_kind("vat_answer") == []


# The asking alone, without a workspace: its pace and its ends.


def asking(vies: Service, hands: Hands, due: list[str], **settings: Any) -> list[tuple[str, str, float]]:
    """Each answered number, its result, and the test's time when the answer came."""
    section = ViesSettings(enabled=True, url=vies.url, **settings)
    door = Vies(vies.url, None, timeout=5)
    found = vat_registers.Asking(door, section, vat_registers.Hands(hands.now, hands.sleep))
    return [(number, answer.result, hands.seconds) for number, answer in found.answers(due)]


def test_no_more_requests_a_minute_than_allowed() -> None:
    """Six a minute is one every ten seconds: seven in a run's time of 81 less a possible wait of 20."""
    hands, due = Hands(), [f"DE{n}" for n in range(20)]
    with service(valid) as vies:
        found = asking(vies, hands, due, requests_per_minute=6, run_seconds=81, timeout_seconds=20)
        assert [at for _, _, at in found] == [0, 10, 20, 30, 40, 50, 60]
        assert vies.numbers == due[:7]
    assert hands.seconds <= 81 - 20


def test_asking_again_keeps_the_pace_and_waits_longer_each_time() -> None:
    """Two seconds, then eight; and what the pace demands where that is more."""
    moments: list[float] = []
    hands = Hands()

    def script(asked: Asked) -> Reply:
        moments.append(hands.seconds)
        return fault("MS_UNAVAILABLE")(asked)

    with service(script) as vies:
        asking(vies, hands, ["DE1", "DE2", "FR1"], requests_per_minute=15)  # one every four seconds
        assert vies.numbers == ["DE1"] * 3 + ["FR1"] * 3  # the state of DE2 does not answer
    assert moments == [0, 4, 12, 16, 20, 28]


def test_a_second_answer_counts() -> None:
    replies = iter([fault("TIMEOUT"), valid])

    def script(asked: Asked) -> Reply:
        return next(replies)(asked)

    with service(script) as vies:
        assert [r for _, r, _ in asking(vies, Hands(), ["DE1"])] == ["VALID"]


@pytest.mark.parametrize(
    "word", ["GLOBAL_MAX_CONCURRENT_REQ", "SERVICE_UNAVAILABLE", "IP_BLOCKED", "INVALID_REQUESTER_INFO"]
)
def test_a_service_that_does_not_answer_is_left_alone(word: str) -> None:
    with service(fault(word)) as vies:
        assert [n for n, _, _ in asking(vies, Hands(), ["DE1", "FR1", "SE1"])] == ["DE1"]
        assert set(vies.numbers) == {"DE1"}


def test_a_run_asks_no_longer_than_it_may() -> None:
    """Nothing is asked that could end after the run's time; what was heard until then is kept."""
    hands = Hands()
    with service(fault("TIMEOUT")) as vies:
        found = asking(vies, hands, ["DE1", "FR1"], run_seconds=5, timeout_seconds=5, requests_per_minute=600)
        assert found == [("DE1", "UNAVAILABLE", 0.0)]  # again after two seconds could end after seven, FR1 after 5.1
        assert vies.numbers == ["DE1"]


def test_pauses_between_runs_double_up_to_a_day() -> None:
    hours = [vat_registers.ask_again_at(DAY, failures) - DAY for failures in (1, 2, 3, 4, 5, 6, 60)]
    assert [h.total_seconds() / 3600 for h in hours] == [1, 2, 4, 8, 16, 24, 24]


@pytest.mark.parametrize(
    "line",
    [
        'url = "http://vies.example/"', 'url = "https://a:b@vies.example/"', 'url = "vies.example"', 'url = "https://"',
        "requests_per_minute = 0", "timeout_seconds = 61", "valid_days = 0", 'requester = "13585628"',
    ],
)  # fmt: skip
def test_settings_that_are_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "company.toml").write_text(f"[vies]\n{line}\n", "utf-8")
    with pytest.raises(ConfigError):
        Workspace(tmp_path).load_company()
