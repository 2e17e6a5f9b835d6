"""The door to VIES, against a server on loopback that simulates the service (`vies_service`): what counts as an answer.

The rule: only a plain true or false about the number asked is one. Everything else is UNAVAILABLE, and never INVALID.
"""

import json
import socket
import threading
import time

import pytest
from vies_service import Reply, Script, fault, invalid, said, service, valid

from etl.targets.vies import MOST_BYTES, Answer, Scope, Vies

NUMBER = "DE136695976"


def one(reply: Script | Reply) -> Answer:
    """The door's answer about NUMBER where the simulated service replies so."""
    with service((lambda _asked: reply) if isinstance(reply, Reply) else reply) as vies:
        return Vies(vies.url, "DK13585628", timeout=5).ask(NUMBER)


def test_the_simulated_service_is_asked_for_the_number_by_our_own() -> None:
    with service(valid) as vies:
        answer = Vies(vies.url, "DK13585628", timeout=5).ask("EL094259216")
        assert vies.asked == [
            {
                "countryCode": "EL",
                "vatNumber": "094259216",
                "requesterMemberStateCode": "DK",
                "requesterNumber": "13585628",
            }
        ]
    assert answer.result == "VALID"
    assert answer.consultation_number == "WAPIAAAAY0000001"
    assert answer.address == "Hauptstr. 1 10115 Berlin"
    assert answer.detail == "2026-11-20T08:00:00.000Z"


def test_without_a_number_of_ours_there_is_no_evidence() -> None:
    with service(valid) as vies:
        assert Vies(vies.url, None, timeout=5).ask(NUMBER).consultation_number is None
        assert vies.asked == [{"countryCode": "DE", "vatNumber": "136695976"}]


def test_a_number_that_the_register_does_not_have_is_invalid() -> None:
    assert one(invalid) == Answer("INVALID", "2026-11-20T08:00:00.000Z")


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize(
    ("word", "scope", "may_retry"),
    [
        ("INVALID_INPUT", Scope.NUMBER, False),
        ("INVALID_REQUESTER_INFO", Scope.SERVICE, False),
        ("VAT_BLOCKED", Scope.SERVICE, False),
        ("IP_BLOCKED", Scope.SERVICE, False),
        ("GLOBAL_MAX_CONCURRENT_REQ", Scope.SERVICE, True),
        ("SERVICE_UNAVAILABLE", Scope.SERVICE, True),
        ("MS_MAX_CONCURRENT_REQ", Scope.STATE, True),
        ("MS_UNAVAILABLE", Scope.STATE, True),
        ("TIMEOUT", Scope.STATE, True),
        ("SOMETHING_NEW", Scope.NUMBER, False),
    ],
)
def test_every_fault_of_the_simulated_service_is_unavailable(
    word: str, scope: Scope, status: int, *, may_retry: bool
) -> None:
    assert one(fault(word, status)) == Answer("UNAVAILABLE", word, scope=scope, may_retry=may_retry)


def test_false_beside_a_fault_is_no_answer() -> None:
    """The trap: a state that does not answer is told as `valid: false` with the fault in another field."""
    found = one(lambda asked: said(asked, valid=False, userError="MS_UNAVAILABLE"))
    assert (found.result, found.detail) == ("UNAVAILABLE", "MS_UNAVAILABLE")
    assert one(lambda asked: said(asked, valid=False, userError="INVALID")).result == "INVALID"


DEEP = b"[" * 30_000


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"true", b"[true]", b'"valid"', b"{}", b"<html>valid</html>", b"\xff\xfe{}", DEEP,
        b'{"valid":' + DEEP,
        b'{"valid": "true"}', b'{"valid": 1}', b'{"valid": null}', b'{"isValid": true}', b'{"valid": [true]}',
        b'{"valid": false, "valid": true}', b'{"valid": true', b'{"valid": true} {"valid": false}',
        b'{"valid": true, "requestDate": NaN}', b'{"n": ' + b"9" * 5000 + b', "valid": true}',
        b'{"valid": true, "countryCode": "DE", "vatNumber": "136695977"}',
        b'{"valid": true, "countryCode": "AT", "vatNumber": "136695976"}',
        b'{"valid": false, "countryCode": "DE", "vatNumber": 136695976}',
        b'{"valid": false, "errorWrappers": [{"error": {"a": 1}}]}', b'{"valid": false, "actionSucceed": false}',
        b'{"valid": true, "error": "a sentence in English, with \\u0000"}',
    ],
)  # fmt: skip
def test_garbage_is_unavailable(body: bytes) -> None:
    found = one(Reply(body))
    assert found.result == "UNAVAILABLE"
    assert found.detail in {"NOT_UNDERSTOOD", "OTHER_FAULT"}
    assert found.name is found.address is found.consultation_number is None


@pytest.mark.parametrize("status", [201, 204, 400, 401, 403, 404, 429, 500, 502, 503])
def test_an_answer_under_another_status_code_is_none(status: int) -> None:
    body = b"" if status == 204 else json.dumps({"valid": False}).encode()
    found = one(Reply(body, status))
    assert (found.result, found.detail) == ("UNAVAILABLE", f"HTTP_{status}")
    assert found.may_retry == (status in {429, 500, 502, 503})


def test_hostile_texts_can_be_written_down() -> None:
    """A lone surrogate, line ends, control characters, a text without end: the ledger takes one line of UTF-8."""
    name = "A\ud800\x00\x1b[31m B\u2028C" + "x" * 5000
    found = one(lambda asked: said(asked, valid=True, name=name, address=["a"], requestIdentifier="WAPI; drop table"))
    assert found.name is not None
    assert found.name.startswith("A? [31m B C")
    assert len(found.name) == 250
    assert found.name.encode()
    assert found.address is found.consultation_number is None


def test_a_huge_response_is_not_read() -> None:
    found = one(lambda asked: said(asked, valid=True, name="x" * MOST_BYTES))
    assert (found.result, found.detail, found.scope) == ("UNAVAILABLE", "TOO_LONG", Scope.SERVICE)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_refused(status: int) -> None:
    """Nothing is asked at the other address."""
    with service(valid) as elsewhere, service(lambda _: Reply(b"", status, {"Location": elsewhere.url})) as vies:
        found = Vies(vies.url, None, timeout=5).ask(NUMBER)
        assert elsewhere.asked == []
    assert (found.result, found.detail, found.may_retry) == ("UNAVAILABLE", f"HTTP_{status}", False)


@pytest.mark.parametrize("drip", [False, True])
def test_a_slow_service_is_left_in_time(*, drip: bool) -> None:
    """Silence, and a header that comes a letter at a time for ever: one question ends within its timeout."""
    over = threading.Event()
    with service(lambda _: Reply(hold=over, drip=drip)) as vies:
        began = time.monotonic()
        found = Vies(vies.url, None, timeout=0.2).ask(NUMBER)
        assert time.monotonic() - began < 2
        over.set()
    assert found == Answer("UNAVAILABLE", "NO_ANSWER", scope=Scope.STATE, may_retry=True)


def test_a_connection_refused_is_unavailable() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    found = Vies(f"http://127.0.0.1:{port}/", None, timeout=5).ask(NUMBER)
    assert found == Answer("UNAVAILABLE", "NO_CONNECTION", scope=Scope.SERVICE, may_retry=True)


def test_a_connection_that_breaks_off_is_unavailable() -> None:
    with service(
        lambda _: Reply(b'{"valid": true}', headers={"Content-Encoding": "x", "Transfer-Encoding": "chunked"})
    ) as s:
        assert Vies(s.url, None, timeout=5).ask(NUMBER).result == "UNAVAILABLE"


@pytest.mark.parametrize(
    "url", ["http://vies.example/", "ftp://127.0.0.1/", "file:///etc/passwd", "http://127.0.0.1.evil/"]
)
def test_only_https_or_this_machine(url: str) -> None:
    with pytest.raises(ValueError, match="not HTTPS"):
        Vies(url, None, timeout=5)


def test_tls_is_verified() -> None:
    """HTTPS to a server that speaks no TLS is no connection, not a fall back to plain text."""
    with service(valid) as vies:
        found = Vies(vies.url.replace("http://", "https://"), None, timeout=5).ask(NUMBER)
        assert vies.asked == []
    assert (found.result, found.detail) == ("UNAVAILABLE", "NO_CONNECTION")


def test_a_proxy_of_the_environment_is_not_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    assert one(valid).result == "VALID"
