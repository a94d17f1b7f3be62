"""What a real Pastell asked its S2LOW, asked of the simulated one, byte for byte.

Only who asks is another (the certificate, the login, the host), and the ids are those that were answered here. What
the recorded S2LOW refused, ours is ordered to refuse.
"""

from __future__ import annotations

import hashlib
import http.client
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from cdg62_connect.simulator import Pas, SimClock, Simulator, SimulatorServer
from cdg62_connect.simulator.s2low import Rythme, RythmePes
from conformance.recordings import Exchange, content_of, recorded

_S2LOW = re.compile(r"/(?:modules|admin|api)/[\w/.-]+\.php")
_AFTER = SimClock(datetime(2026, 11, 23, 9, tzinfo=UTC)).now()
_IDS = re.compile(r"(transaction|trans_id|id|file)=(\w+)")


def asked_of_s2low() -> list[Exchange]:
    """Every recorded request to S2LOW, in order."""
    return [one for one in recorded() if one.to_peer and _S2LOW.fullmatch(one.target.split("?")[0])]


@dataclass(frozen=True)
class Said:
    """One request, and what ours answered; ``None`` for a file that its acte does not have here."""

    exchange: Exchange
    status: int
    body: bytes

    @property
    def page(self) -> str:
        return self.exchange.target.split("?")[0].rpartition("/")[2].removesuffix(".php")


@dataclass
class S2lowReplay:
    """Asks and remembers which of our ids stand for the recorded ones."""

    simulator: Simulator
    connection: http.client.HTTPSConnection
    ids: dict[str, str] = field(default_factory=dict[str, str])
    files: list[str] = field(default_factory=list[str])

    def ask(self, exchange: Exchange) -> Said | None:
        """Ask one request; ``None`` when it is about a file that our acte does not have."""
        target, body = self._here(exchange.target), sent(exchange)
        if target is None:
            return None
        page = exchange.target.split("?")[0].rpartition("/")[2]
        if page in ("actes_transac_create.php", "helios_importer_fichier.php"):
            self._refuse_as_recorded(exchange, page.removesuffix(".php"))
        if page == "actes_transac_cancel.php":
            body = body.replace(b"\r\n5001\r\n", f"\r\n{self.ids['5001']}\r\n".encode())
        self.connection.putrequest(exchange.method, target, skip_accept_encoding=True)
        for name, value in exchange.headers:
            if name.lower() not in ("host", "authorization", "content-length"):
                self.connection.putheader(name, value)
        if exchange.method == "POST":
            self.connection.putheader("Content-Length", str(len(body)))
        self.connection.endheaders(body or None)
        answer = self.connection.getresponse()
        told = Said(exchange, answer.status, answer.read())
        self._learn(told)
        return told

    def _refuse_as_recorded(self, exchange: Exchange, operation: str) -> None:
        answer = exchange.answer_bytes or b""
        rule = {"plateforme": "s2low", "operation": operation, "effet": "refus"}
        if exchange.status >= 500 or b"Internal Server Error" in answer:
            self.simulator.faults.add({**rule, "effet": "http_500"})
        elif answer.startswith(b"KO"):
            self.simulator.faults.add({**rule, "refus": "numero_deja_pris"})
        elif b"<resultat>KO" in answer:
            self.simulator.faults.add({**rule, "refus": "pes_doublon"})

    def _here(self, target: str) -> str | None:
        path, mark, query = target.partition("?")
        missing = False

        def here(found: re.Match[str]) -> str:
            nonlocal missing
            if found[1] == "file":
                rank = int(found[2]) - 1
                missing = rank >= len(self.files)
                return f"file={self.files[rank] if not missing else ''}"
            return f"{found[1]}={self.ids[found[2]]}"

        rewritten = _IDS.sub(here, query)
        return None if missing else path + mark + rewritten

    def _learn(self, told: Said) -> None:
        if told.page in ("actes_transac_create", "actes_transac_cancel") and told.body.startswith(b"OK\n"):
            number = (told.exchange.answer_bytes or b"").split(b"\n")[1].decode()
            self.ids[number] = told.body.split(b"\n")[1].decode()
        elif told.page == "helios_importer_fichier" and told.body.startswith(b"<?xml"):
            self.ids["7001"] = etree.fromstring(told.body).findtext("id") or self.ids.get("7001", "")
        elif told.page == "actes_transac_get_files_list" and told.body.startswith(b"["):
            self.files = re.findall(r'"id":(\d+)', told.body.decode())


def sent(exchange: Exchange) -> bytes:
    """The body of a recorded request, built again; its digest is the recorded one."""
    if exchange.form.get("kind") != "multipart/form-data":
        return b""
    boundary = exchange.header("Content-Type").partition("boundary=")[2].encode()
    lines: list[bytes] = []
    for part in exchange.form["parts"]:
        head = "\r\n".join(part["headers"]).encode("latin-1")
        lines += [b"--", boundary, b"\r\n", head, b"\r\n\r\n", content_of(part["content"]) or b"", b"\r\n"]
    body = b"".join([*lines, b"--", boundary, b"--\r\n"])
    expected: Any = exchange.request["body"]["sha256"]
    assert hashlib.sha256(body).hexdigest() == expected, exchange.id
    return body


@contextmanager
def s2low_replay(folder: Path) -> Iterator[S2lowReplay]:
    """A simulated S2LOW that moves at once, and a program of its first commune."""
    simulator = Simulator(folder=folder, clock=SimClock(_AFTER))
    simulator.s2low.rythme = Rythme.uniforme(Pas.immediat())
    simulator.s2low.helios.rythme = RythmePes.uniforme(Pas.immediat())
    with SimulatorServer(simulator) as server:
        described: Any = server.describe()["s2low"]
        context = ssl.create_default_context(cafile=described["ca"])
        account = described["accounts"][0]
        context.load_cert_chain(account["cert"], account["key"])
        place = urlsplit(described["url"])
        connection = http.client.HTTPSConnection(place.netloc, context=context, timeout=30)
        try:
            yield S2lowReplay(simulator, connection)
            assert server.erreurs == []
        finally:
            connection.close()
