"""A server that does not behave, at the end of a real connection: never more than the limit, never for ever."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from itertools import chain, repeat

import pytest

from cdg62_connect.errors import OutcomeUnknown, PlatformError
from cdg62_connect.transport import HttpSession, RetryPolicy, Timeouts
from hostile import answers
from hostile.corpus import FAKE_PAGES
from hostile.doors import CALLS, Call, Room

ENDLESS_AT_MOST = 64 * 1024 * 1024
"""Bytes that an endless server may have sent before it is left: the limit of a body and what the system buffers."""

Script = Callable[[], Iterator[bytes]]


class Misbehaving:
    """Gives every connection the bytes of one script, for as long as the other side listens."""

    def __init__(self) -> None:
        self.script: Script = lambda: iter(())
        self.sent = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            with connection:
                connection.settimeout(30)
                try:
                    if not self._heard(connection):
                        return
                    self.sent = 0
                    for piece in self.script():
                        connection.sendall(piece)
                        self.sent += len(piece)
                    connection.shutdown(socket.SHUT_WR)
                    while connection.recv(65536):
                        pass
                except OSError:
                    continue

    @staticmethod
    def _heard(connection: socket.socket) -> bool:
        heard = b""
        while b"\r\n\r\n" not in heard:
            data = connection.recv(65536)
            if not data or data == b"stop":
                return not data
            heard += data
        head, _, rest = heard.partition(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        while len(rest) < length:
            rest += connection.recv(65536)
        return True

    def stop(self) -> None:
        with socket.create_connection(self._listener.getsockname()) as last:
            last.sendall(b"stop")
            self._thread.join(30)
        self._listener.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Misbehaving]:
    server = Misbehaving()
    yield server
    server.stop()


def head(call: Call, *lines: str, status: str = "200 OK") -> bytes:
    return "\r\n".join((f"HTTP/1.1 {status}", f"Content-Type: {call.content_type}", *lines, "", "")).encode()


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def refusal(call: Call, server: Misbehaving, room: Room, script: Script) -> PlatformError:
    """The documented error that ``script`` leads to; nothing is left of what was being received."""
    server.script = script
    timeouts = Timeouts(connect=10, read=10, total=60)
    with (
        HttpSession(
            server.url, platform="essai", retry=RetryPolicy(attempts=1), timeouts=timeouts
        ) as session,
        pytest.raises(PlatformError) as refused,
    ):
        call.call(session, room.into)
    assert not any(room.into.iterdir())
    assert call.effect or not isinstance(refused.value, OutcomeUnknown)
    return refused.value


EVERY_CALL = pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)


@EVERY_CALL
@pytest.mark.parametrize("announced", ["chunked", "endless length", "until the end"])
def test_a_body_that_never_ends_is_left(call: Call, announced: str, server: Misbehaving, room: Room) -> None:
    lines = {"chunked": ["Transfer-Encoding: chunked"], "endless length": [f"Content-Length: {2**62}"]}
    opening = call.valid[0][: len(call.valid[0]) // 2]
    more = b"QUJD" * 16384

    def script() -> Iterator[bytes]:
        yield head(call, *lines.get(announced, []))
        for piece in chain([opening], repeat(more)):
            yield chunk(piece) if announced == "chunked" else piece

    refusal(call, server, room, script)
    assert server.sent < ENDLESS_AT_MOST


@EVERY_CALL
def test_headers_that_never_end_are_left(call: Call, server: Misbehaving, room: Room) -> None:
    def script() -> Iterator[bytes]:
        yield head(call)[:-2]
        yield from repeat(b"X-A: " + b"b" * 1000 + b"\r\n")

    refusal(call, server, room, script)
    assert server.sent < ENDLESS_AT_MOST


@EVERY_CALL
def test_what_inflates_without_measure_is_left(call: Call, server: Misbehaving, room: Room) -> None:
    bomb = gzip.compress(call.valid[0][: len(call.valid[0]) // 2] + bytes(128 << 20), 9)

    def script() -> Iterator[bytes]:
        yield head(call, "Content-Encoding: gzip", f"Content-Length: {len(bomb)}") + bomb

    refusal(call, server, room, script)


WRONG = {
    "cut": lambda call: head(call, f"Content-Length: {len(call.valid[0]) + 9}") + call.valid[0],
    "cut in a chunk": lambda call: head(call, "Transfer-Encoding: chunked") + chunk(call.valid[0])[:-9],
    "chunks without size": lambda call: head(call, "Transfer-Encoding: chunked") + b"zz\r\n" + call.valid[0],
    "huge chunk": lambda call: head(call, "Transfer-Encoding: chunked") + b"f" * 40 + b"\r\n" + call.valid[0],
    "not compressed as said": lambda call: head(call, "Content-Encoding: gzip", "Content-Length: 5") + b"hello",
    "compressed as never asked": lambda call: head(call, "Content-Encoding: br", "Content-Length: 5") + b"hello",
    "cut in a compressed body": lambda call: head(call, "Content-Encoding: gzip", "Transfer-Encoding: chunked")
    + chunk(gzip.compress(call.valid[0])[:-5]) + b"0\r\n\r\n",
    "not http": lambda call: b"\x16\x03\x01\x02\x00" + bytes(500),
    "status without measure": lambda call: b"HTTP/1.1 999999999999 OK\r\n\r\n",
    "nothing": lambda call: b"",
    "a line only": lambda call: b"HTTP/1.1 200 OK\r\n",
    "negative length": lambda call: head(call, "Content-Length: -5") + FAKE_PAGES["login page"],
    "two lengths": lambda call: head(call, "Content-Length: 5", "Content-Length: 6") + b"hello",
    "a page": lambda call: head(call, "Connection: close", f"Content-Length: {len(FAKE_PAGES['login page'])}").replace(
        call.content_type.encode(), b"text/html"
    )
    + FAKE_PAGES["login page"],
    "redirected elsewhere": lambda call: head(
        call, "Location: http://127.0.0.1:9/x", "Content-Length: 0", status="302 Found"
    ),
    "redirected for ever": lambda call: head(call, "Location: /", "Content-Length: 0", status="307 Temporary"),
}  # fmt: skip


@EVERY_CALL
def test_what_is_not_an_answer_is_a_documented_refusal(call: Call, server: Misbehaving, room: Room) -> None:
    for name, make in WRONG.items():
        answer = make(call)
        error = refusal(call, server, room, lambda answer=answer: iter([answer]))
        if call.effect and not name.startswith("redirected"):
            assert isinstance(error, OutcomeUnknown), name


def test_a_valid_answer_passes_the_same_way(server: Misbehaving, room: Room) -> None:
    call = CALLS[3]
    server.script = lambda: iter([head(call, f"Content-Length: {len(call.valid[0])}"), call.valid[0]])
    with HttpSession(server.url, platform="essai", retry=RetryPolicy(attempts=1)) as session:
        call.call(session, room.into)
    assert sorted(path.read_bytes() for path in room.into.iterdir()) == sorted(
        [answers.PDF * 5, answers.PDF * 3]
    )
