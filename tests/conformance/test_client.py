"""Our client, given every answer a real Pastell gave: it understands each, or refuses it in its own words."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest

from cdg62_connect.errors import Cdg62Error, InvalidInput, OutcomeUnknown, UnreadableAnswer
from cdg62_connect.pastell import ContentRefused, FieldsNotKept, Pastell, SavedThenRefused
from cdg62_connect.settings.secret import Secret
from cdg62_connect.simulator import SimClock
from cdg62_connect.transport import BasicAuth, HttpSession, RetryPolicy
from conformance.client_calls import call_of
from conformance.recordings import Exchange, recorded, sections

_NOT_SENT_AGAIN = {
    "date",
    "server",
    "set-cookie",
    "content-length",
    "connection",
    "transfer-encoding",
    "vary",
}
_NOT_KEPT = (FieldsNotKept, SavedThenRefused, ContentRefused)
"""Pastell answers « ok » and does not do it: telling so is understanding."""


@dataclass
class Reader:
    """Serves one recorded answer to the request that asks for it, and what was recorded around it to the others."""

    exchange: Exchange | None = None
    around: dict[str, Exchange] = field(default_factory=dict[str, Exchange])
    address: str = ""

    def answer(self, method: str, target: str) -> Exchange | None:
        path = target.split("?")[0]
        one = self.exchange
        if one is not None and (method, _bare(target)) == (one.method, _bare(one.target)):
            return one
        return self.around.get(f"{method} {path}")


def _bare(target: str) -> str:
    """The path without its query, nor the rank of a first file, which may be left out."""
    return unquote(re.sub(r"(/file/\w+)/0$", r"\1", target.split("?")[0].rstrip("/")))


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    served = Reader()

    class Handler(BaseHTTPRequestHandler):
        wbufsize = -1

        def _serve(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            found = served.answer(self.command, self.path)
            body = (found.answer_bytes or b"") if found else b'{"status":"error","error-message":"inconnu"}'
            self.send_response(found.status if found else 404)
            for name, value in found.answer_headers.items() if found else ():
                if name.lower() not in _NOT_SENT_AGAIN:
                    self.send_header(name, value)
            if found is None or found.status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_DELETE = _serve  # noqa: N815 - names required by http.server

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.address = f"http://127.0.0.1:{server.server_address[1]}"
    for exchange in recorded():
        if exchange.to_peer or exchange.status != 200 or exchange.method != "GET" or exchange.edited:
            continue
        path = exchange.target.split("?")[0]
        if re.fullmatch(r"/api/v2/(version|flux/[\w-]+(/action)?)", path):
            served.around[f"GET {path}"] = exchange
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield served
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("section", list(sections()) or ["aucune"])
def test_every_answer_is_understood(section: str, reader: Reader, tmp_path: Path) -> None:
    gaps: list[tuple[str, str, str]] = []
    made = 0
    for exchange in sections()[section]:
        call = call_of(exchange)
        if call is None or _was_cut(exchange):
            continue
        made += 1
        reader.exchange = exchange
        session = HttpSession(
            reader.address,
            platform="pastell",
            auth=BasicAuth("ws", Secret("ws")),
            retry=RetryPolicy(attempts=1),
            clock=SimClock(datetime(2026, 11, 22, tzinfo=UTC)),
        )
        with session:
            said = _trouble(exchange, lambda call=call, session=session: call(Pastell(session), tmp_path))
        if said:
            gaps.append((exchange.id, exchange.note, said))
    assert gaps == [], f"{made} appels"


def _trouble(exchange: Exchange, call: object) -> str:
    """What the client did wrong with this answer, ``""`` when nothing."""
    fine = 200 <= exchange.status < 300 and not _is_refusal(exchange)
    try:
        call()  # pyright: ignore[reportCallIssue]
    except (*_NOT_KEPT, InvalidInput):
        return ""  # told, or refused before anything leaves
    except (UnreadableAnswer, OutcomeUnknown) as unreadable:
        return str(unreadable)[:300] if fine else ""
    except Cdg62Error as refused:
        return f"{type(refused).__name__} {refused}"[:300] if fine else ""
    except Exception as broken:
        return f"{type(broken).__name__} {broken}"[:300]
    return "" if fine or exchange.status == 204 else f"aucune erreur pour {exchange.status}"


def _was_cut(exchange: Exchange) -> bool:
    """Whether rows or the whole body were left out of the recording."""
    if not exchange.edited:
        return False
    rows = exchange.answer_json
    return exchange.answer_bytes is None or (
        isinstance(rows, list) and not all(isinstance(row, dict) for row in rows)
    )


def _is_refusal(exchange: Exchange) -> bool:
    read = exchange.answer_json
    if (
        isinstance(read, dict)
        and exchange.target.split("?")[0].find("/connecteur/") > 0
        and "last_message" in read
    ):
        return False
    return isinstance(read, dict) and read.get("status") == "error"
