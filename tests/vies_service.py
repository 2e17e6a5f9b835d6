"""A stand-in for VIES: a real HTTP server on loopback that SIMULATES the service, by the form in docs/vies.md.

Nothing here was recorded from the service. A test says what each request is answered with, and reads what was asked.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Asked = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """One response: status, body, further headers; `hold` keeps the connection open without a word until it is set."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hold: threading.Event | None = None
    drip: bool = False


Script = Callable[[Asked], Reply]


@dataclass(slots=True)
class Service:
    """The running server: its address, the answers it gives and what it was asked, oldest first."""

    url: str
    answer: Script
    asked: list[Asked] = field(default_factory=list)

    @property
    def numbers(self) -> list[str]:
        """The numbers that were asked, with their prefix."""
        return [a["countryCode"] + a["vatNumber"] for a in self.asked]


def said(asked: Asked, *, valid: bool, **more: object) -> Reply:
    """An answer about the number that was asked."""
    facts = {"countryCode": asked["countryCode"], "vatNumber": asked["vatNumber"], "valid": valid}
    return Reply(json.dumps(facts | {"requestDate": "2026-11-20T08:00:00.000Z"} | more).encode())


def valid(asked: Asked) -> Reply:
    """A valid number with name, address and, where a requester asks, a consultation number."""
    consultation = "WAPIAAAAY0000001" if asked.get("requesterNumber") else ""
    told = {
        "name": "Muster\u00adhandel GmbH",
        "address": "Hauptstr. 1\n10115 Berlin",
        "requestIdentifier": consultation,
    }
    return said(asked, valid=True, **told)


def invalid(asked: Asked) -> Reply:
    """A number that is not in the register."""
    return said(asked, valid=False, name="---", address="---", requestIdentifier="")


def fault(word: str, status: int = 200) -> Script:
    """A fault, by its word, as the service writes it."""
    body = json.dumps({"actionSucceed": False, "errorWrappers": [{"error": word, "message": "simulated"}]}).encode()
    return lambda _asked: Reply(body, status)


@contextmanager
def service(answer: Script) -> Iterator[Service]:
    """The simulated service on a free port of loopback, for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            running.asked.append(asked)
            reply = running.answer(asked)
            if reply.hold:
                if reply.drip:
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while not reply.hold.wait(0.02):
                    self.wfile.write(b"x" if reply.drip else b"")
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def do_GET(self) -> None:
            running.asked.append({"countryCode": "GET", "vatNumber": self.path})
            self.send_error(404)

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_args: Any) -> None:
            """The other side hung up, as some tests want it to."""

    server = Server(("127.0.0.1", 0), Handler)
    running = Service(f"http://127.0.0.1:{server.server_address[1]}/rest-api/check-vat-number", answer)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.005), daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
