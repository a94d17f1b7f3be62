"""The median cost of one exchange, and of one typed call, above plain requests on a kept-alive connection.

Run: ``python benchmarks/exchange.py [calls]``
"""

from __future__ import annotations

import json
import multiprocessing
import socket
import statistics
import sys
import threading
import time
from collections.abc import Callable

import requests

from cdg62_connect.s2low import S2low
from cdg62_connect.settings import Secret
from cdg62_connect.transport import BasicAuth, HttpSession, Kind, Request

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nOK\n3\nTransmis"


def serve(listener: socket.socket) -> None:
    """Answer every request on every connection, as fast as can be."""

    def talk(connection: socket.socket) -> None:
        heard = b""
        while data := connection.recv(65536):
            heard += data
            if heard.endswith(b"\r\n\r\n"):
                heard = b""
                connection.sendall(ANSWER)

    while True:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=talk, args=(connection,), daemon=True).start()


def measure(calls: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median microseconds of each call; the calls take turns, so that they share the machine's moods."""
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(200):
        for call in calls.values():
            call()
    for _ in range(rounds):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(taken) * 1e6 for name, taken in seconds.items()}


def main() -> None:
    """Measure and print one JSON object."""
    rounds = int(sys.argv[1]) if sys.argv[1:] else 2500
    listener = socket.create_server(("127.0.0.1", 0))
    server = multiprocessing.get_context("fork").Process(target=serve, args=(listener,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    plain, default = requests.Session(), requests.Session()
    plain.trust_env = False
    session = HttpSession(
        url, platform="bench", auth=BasicAuth(login="login", password=Secret("mot de passe"))
    )
    s2low = S2low(session)
    request = Request("GET", "page.php", operation="lire", kind=Kind.READ, params=[("transaction", "42")])

    def by(client: requests.Session) -> Callable[[], object]:
        return lambda: (
            client.get(
                f"{url}/page.php",
                params=[("transaction", "42")],
                auth=("login", "mot de passe"),
                timeout=(10, 120),
                allow_redirects=False,
            ).content
        )

    found = measure(
        {
            "requests, trust_env=False": by(plain),
            "requests, as it comes": by(default),
            "S2low.actes.statut": lambda: s2low.actes.statut(42),
            "HttpSession": lambda: session.exchange(request, lambda answer: answer.body()),
        },
        rounds,
    )
    server.terminate()
    plain_us = found["requests, trust_env=False"]
    ours = found["HttpSession"]
    print(
        json.dumps(
            {
                "calls": rounds,
                "median_us": {name: round(value) for name, value in found.items()},
                "above_plain_us": round(ours - plain_us),
                "typed_above_plain_us": round(found["S2low.actes.statut"] - plain_us),
                "above_default_us": round(ours - found["requests, as it comes"]),
            },
            ensure_ascii=False,
        )
    )


if __name__ == "__main__":
    main()
