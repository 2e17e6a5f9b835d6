"""The door to VIES, the member states' registers of VAT numbers: one number asked, one answer. The only HTTP client.

    POST {"countryCode", "vatNumber", "requesterMemberStateCode", "requesterNumber"}
    200  {"countryCode", "vatNumber", "valid", "requestDate", "requestIdentifier", "name", "address"}
    else {"actionSucceed": false, "errorWrappers": [{"error": "MS_UNAVAILABLE"}]}

The form is that of many clients of the service, and was not tried against the service itself (docs/vies.md). So only a
plain `"valid": true` or `false` about the number that was asked is an answer. Everything else is UNAVAILABLE: faults,
redirects, other status codes, text that is too long or is not JSON. UNAVAILABLE says nothing of the number.

A question ends within the timeout, whatever the other side does. TLS is verified, and plain HTTP is for this machine
alone. Proxies of the environment (HTTPS_PROXY, NO_PROXY) are used.
"""

import json
import re
import ssl
import threading
from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPException
from typing import Any, NoReturn
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

MOST_BYTES = 64 * 1024
MOST_CHARACTERS = 250
_OK = 200
_WORD = re.compile(r"[A-Z][A-Z0-9_]{0,39}")
_CONSULTATION = re.compile(r"[0-9A-Za-z_-]{1,60}")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Scope(StrEnum):
    """What else a trouble keeps from being answered: nothing, the numbers of the same state, or every number."""

    NUMBER = "number"
    STATE = "state"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the register says: VALID, INVALID or UNAVAILABLE.

    `detail`: with an answer the day the service gives, else the word of the fault. `scope` and `may_retry` are of an
    UNAVAILABLE: whom it concerns, and whether asking again in a moment can help. Name and address only where the state
    gives them; the consultation number only where our own number was sent.
    """

    result: str
    detail: str | None = None
    name: str | None = None
    address: str | None = None
    consultation_number: str | None = None
    scope: Scope = Scope.NUMBER
    may_retry: bool = False


# The service's words. One that is not here concerns its number alone and is not asked again at once.
FAULTS = {
    "INVALID_INPUT": (Scope.NUMBER, False),
    "INVALID_REQUESTER_INFO": (Scope.SERVICE, False),
    "VAT_BLOCKED": (Scope.SERVICE, False),
    "IP_BLOCKED": (Scope.SERVICE, False),
    "GLOBAL_MAX_CONCURRENT_REQ": (Scope.SERVICE, True),
    "GLOBAL_MAX_CONCURRENT_REQ_TIME": (Scope.SERVICE, True),
    "SERVICE_UNAVAILABLE": (Scope.SERVICE, True),
    "SERVER_BUSY": (Scope.SERVICE, True),
    "MS_MAX_CONCURRENT_REQ": (Scope.STATE, True),
    "MS_MAX_CONCURRENT_REQ_TIME": (Scope.STATE, True),
    "MS_UNAVAILABLE": (Scope.STATE, True),
    "TIMEOUT": (Scope.STATE, True),
}
# Our words for what is no word of the service; with HTTP_<status code>.
OWN_WORDS = ("NO_ANSWER", "NO_CONNECTION", "TOO_LONG", "NOT_UNDERSTOOD", "OTHER_FAULT")
NO_ANSWER, NO_CONNECTION, TOO_LONG, NOT_UNDERSTOOD, OTHER_FAULT = OWN_WORDS
_NO_FAULT = frozenset({"", "VALID", "INVALID"})  # in a field for faults they repeat what `valid` says
_STATUS_TO_RETRY = frozenset({408, 425, 429, 500, 502, 503, 504})


class Vies:
    """The service at `url`, asked by the holder of the number `requester` (None: without one, so without evidence)."""

    def __init__(self, url: str, requester: str | None, *, timeout: float) -> None:
        """`timeout`: seconds that one question may take in all."""
        self._url = url
        self._asked_by = {}
        if requester:
            self._asked_by = {"requesterMemberStateCode": requester[:2], "requesterNumber": requester[2:]}
        self._timeout = timeout
        self._opener = _opener(url)

    def ask(self, number: str) -> Answer:
        """The answer about `number`, with its prefix, as `vat.numbers` writes it (EL for Greece). Never raises."""
        found: list[Answer] = []
        asking = threading.Thread(target=lambda: found.append(self._asked(number)), daemon=True)
        asking.start()
        asking.join(self._timeout)  # a socket's timeout is of each read: a drop now and then would go on for ever
        return found[0] if found else Answer("UNAVAILABLE", NO_ANSWER, scope=Scope.STATE, may_retry=True)

    def _asked(self, number: str) -> Answer:
        body = json.dumps({"countryCode": number[:2], "vatNumber": number[2:]} | self._asked_by).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "etl-vies"}
        request = Request(self._url, body, headers, method="POST")  # noqa: S310 - the scheme was looked at
        try:
            with self._opener.open(request, timeout=self._timeout) as response:
                return understood(response.status, response.read(MOST_BYTES + 1), number)
        except HTTPError as error:
            with error:
                return understood(error.code, _rest(error), number)
        except TimeoutError:
            return Answer("UNAVAILABLE", NO_ANSWER, scope=Scope.STATE, may_retry=True)
        except (OSError, HTTPException, ValueError):  # no connection, no trust, no HTTP
            return Answer("UNAVAILABLE", NO_CONNECTION, scope=Scope.SERVICE, may_retry=True)


def _opener(url: str) -> OpenerDirector:
    """What opens `url`; ValueError for a URL that is neither HTTPS nor this machine.

    It follows no redirect: a register that sends us somewhere else is not the register.
    """
    parts = urlsplit(url)
    is_here = parts.hostname in _LOOPBACK
    if parts.scheme != "https" and not (parts.scheme == "http" and is_here):
        raise ValueError(f"not HTTPS: {url}")
    opener = OpenerDirector()
    scheme = HTTPSHandler(context=ssl.create_default_context()) if parts.scheme == "https" else HTTPHandler()
    for handler in (ProxyHandler({} if is_here else None), scheme, HTTPErrorProcessor(), HTTPDefaultErrorHandler()):
        opener.add_handler(handler)
    return opener


def _rest(error: HTTPError) -> bytes:
    """The body of an error, which may break off."""
    try:
        return error.read(MOST_BYTES + 1)
    except (OSError, HTTPException):
        return b""


def understood(status: int, body: bytes, number: str) -> Answer:
    """What the status code and body of a response say about `number`."""
    if len(body) > MOST_BYTES:
        return Answer("UNAVAILABLE", TOO_LONG, scope=Scope.SERVICE)
    said = _read(body)
    word = _fault(said) if said else None
    if word:
        scope, may_retry = FAULTS.get(word, (Scope.NUMBER, False))
        return Answer("UNAVAILABLE", word, scope=scope, may_retry=may_retry)
    if status != _OK:
        return Answer("UNAVAILABLE", f"HTTP_{status}", scope=Scope.SERVICE, may_retry=status in _STATUS_TO_RETRY)
    if said is None:
        return Answer("UNAVAILABLE", NOT_UNDERSTOOD, scope=Scope.SERVICE)
    if not isinstance(said.get("valid"), bool) or not _is_about(said, number):
        return Answer("UNAVAILABLE", NOT_UNDERSTOOD)
    consultation = said.get("requestIdentifier")
    is_one = isinstance(consultation, str) and _CONSULTATION.fullmatch(consultation)
    return Answer(
        "VALID" if said["valid"] else "INVALID",
        _text(said.get("requestDate")),
        _text(said.get("name")),
        _text(said.get("address")),
        consultation if is_one else None,
    )


def _read(body: bytes) -> dict[str, Any] | None:
    """The JSON object of a body, None where there is none. The same key twice is no object: which would count?"""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a key stands twice")
        return found

    def refuse(constant: str) -> NoReturn:
        raise ValueError(constant)

    try:
        said = json.loads(body.decode("utf-8-sig"), object_pairs_hook=once, parse_constant=refuse)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _fault(said: dict[str, Any]) -> str | None:
    """The word of the fault that a response tells, None where it tells none."""
    wrappers = said.get("errorWrappers")
    first = wrappers[0] if isinstance(wrappers, list) and wrappers else None
    words = [first.get("error") if isinstance(first, dict) else first, said.get("userError"), said.get("error")]
    for word in words:
        if word is None or (isinstance(word, str) and word.strip().upper() in _NO_FAULT):
            continue
        told = word.strip().upper() if isinstance(word, str) else ""
        return told if _WORD.fullmatch(told) else OTHER_FAULT
    return OTHER_FAULT if said.get("actionSucceed") is False else None


def _is_about(said: dict[str, Any], number: str) -> bool:
    """Is the response about the number that was asked, as far as it says?"""
    state, rest = said.get("countryCode"), said.get("vatNumber")
    return state in (None, number[:2]) and rest in (None, number[2:], number)


def _text(value: object) -> str | None:
    """A text in one line that can be written down; `---` is how a state says that it does not tell."""
    if not isinstance(value, str):
        return None
    printable = "".join(c if c.isprintable() else " " for c in value.encode("utf-8", "replace").decode())
    line = " ".join(printable.split())[:MOST_CHARACTERS]
    return line if line.strip("- ") else None
