"""One recorded call, made again to a simulated platform, and what differs in its answer."""

from __future__ import annotations

import base64
import socket
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, got_request_exception
from werkzeug.test import Client, EnvironBuilder

from cdg62_connect.simulator.clock import SimClock
from cdg62_connect.simulator.faults import Faults
from cdg62_connect.simulator.pastell.front import blueprint
from cdg62_connect.simulator.pastell.platform import PastellState
from cdg62_connect.simulator.pki import TestAuthority
from conformance.drafts import made, mentioned
from conformance.ids import rewritten
from conformance.recordings import NO_JSON, Exchange, recorded
from conformance.shape import differences, read_json
from conformance.together import state_of, tells_history
from conformance.wording import PASSWORD, Change, Wording, unchanged

START = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
MOST_ROUNDS = 40
_FLEET_ROUNDS = 600


@dataclass
class Outcome:
    """One call replayed: what differs, and what came."""

    exchange: Exchange
    gaps: list[str]
    status: int
    body: bytes

    @property
    def agrees(self) -> bool:
        return not self.gaps


class HookedClock(SimClock):
    """A simulated clock that tells when somebody sleeps on it, so that calls can be made meanwhile."""

    def __init__(self, moment: datetime) -> None:
        super().__init__(moment)
        self.meanwhile: Callable[[], None] | None = None

    def sleep(self, seconds: float) -> None:
        hook, self.meanwhile = self.meanwhile, None
        if hook is not None:
            hook()
        super().sleep(seconds)


@dataclass
class _Held:
    """What stands for the Simulator before the front."""

    pastell: PastellState
    faults: Faults = field(default_factory=Faults)


class Calls(Wording):
    """A new platform, and calls made to it one by one."""

    def __init__(self, folder: Path, *, change: Change = unchanged, whole: bool = True) -> None:
        super().__init__(change=change, dead=_closed_port())
        self.clock = HookedClock(START)
        self.platform = PastellState(
            clock=self.clock,
            authority=TestAuthority(folder / "pki", start=START),
            folder=folder / "pastell",
            inhabitants=(),
            admin_password=PASSWORD,
        )
        self.platform.worker.mode = "main"
        self.stub.open()
        self.outcomes: list[Outcome] = []
        self.broken: list[str] = []
        self._whole = whole
        self._nested = False
        self._watching = False
        app = Flask("rejeu")
        app.register_blueprint(blueprint(_Held(self.platform)))  # pyright: ignore[reportArgumentType]
        got_request_exception.connect(self._note_breakage, app)
        self._app = app
        self._client = Client(app)
        self._settle()

    def close(self) -> None:
        """Stop listening."""
        self.stub.close()

    def play(self, exchange: Exchange) -> Outcome:
        """Make one recorded call, and compare."""
        self._at(exchange)
        self.stub.cause(exchange.id)
        if self._watching and exchange.method == "GET" and exchange.status == 200:
            return self._poll(exchange)
        return self._once(exchange)

    def _poll(self, exchange: Exchange) -> Outcome:
        """Look until the answer is the recorded one; the daemon makes one round between two looks."""
        best = self._once(exchange)
        wanted = state_of(exchange.answer_bytes or b"")
        met = bool(wanted) and state_of(best.body) == wanted
        rounds = _FLEET_ROUNDS if len(mentioned(exchange)) > 2 else MOST_ROUNDS
        for _ in range(0 if self._nested else rounds):
            if best.agrees or (met and not _lacks(best)):
                break
            self._round(exchange)
            again = self._once(exchange)
            there = bool(wanted) and state_of(again.body) == wanted
            if again.agrees or there:
                best = again
            if (met and not there) or (there and not _lacks(again)):
                break
            met = met or there
        return best

    def _round(self, exchange: Exchange) -> None:
        """One round of the daemon, one second later."""
        self.clock.advance(1)
        self.stub.cause("worker")
        self.platform.tick()
        self.stub.cause(exchange.id)

    def _once(self, exchange: Exchange) -> Outcome:
        target = rewritten(self._ports(exchange.target), self.ids, self._moved_text)
        headers, body = self._request(exchange)
        path, mark, query = target.partition("?")
        builder = EnvironBuilder(
            method=exchange.method,
            path=path,
            query_string=query if mark else "",
            headers=headers,
            data=body,
            environ_base={"REMOTE_ADDR": "127.0.0.1"},
        )
        response = self._client.open(builder)
        content = b"" if exchange.method == "HEAD" else response.get_data()
        status, kind = response.status_code, response.headers.get("Content-Type", "")
        gaps = list(self._gaps(exchange, status, kind, content))
        response.close()
        return Outcome(exchange, gaps, status, content)

    def _gaps(self, exchange: Exchange, status: int, kind: str, content: bytes) -> Iterator[str]:
        if status != exchange.status:
            said = read_json(content)
            text = said.get("error-message") if isinstance(said, dict) else content[:80]
            yield f"statut {exchange.status} attendu, {status} reçu ({text!r:.200})"
            return
        expected = exchange.answer_json
        if expected is NO_JSON:
            yield from self._raw_gaps(exchange, kind, content)
            return
        ours = read_json(content)
        if ours is None and expected is not None:
            yield "JSON attendu"
            return
        self.ids.learn(expected, ours)
        self._keep_token(ours)
        history = tells_history(exchange)
        found = list(self._compared(exchange, expected, ours, history=history))
        if not found:
            self.ids.learn_moments(expected, ours)
        yield from found

    def _compared(
        self,
        exchange: Exchange,
        expected: Any,
        ours: Any,
        *,
        history: bool,
    ) -> Iterator[str]:
        return differences(
            expected,
            ours,
            told=self._told,
            told_key=self._entity_key if "/document/count" in exchange.target else self.ids.told,
            partial=bool(exchange.edited) or (not self._whole and "/connecteur/" in exchange.target),
            paired=self._whole and not history,
            titled=self._whole and history and "limit=" not in exchange.target,
            strict=self._whole,
            moving="while the daemon works" in exchange.note or "while documents progress" in exchange.note,
        )

    def _raw_gaps(self, exchange: Exchange, kind: str, content: bytes) -> Iterator[str]:
        expected = exchange.answer_headers.get("Content-Type", "")
        if exchange.answer_bytes == b"" or str(exchange.answer.get("bytes")) == "0":
            if content:
                yield f"corps vide attendu, {len(content)} octets reçus"
            return
        if expected.split(";")[0] != kind.split(";")[0]:
            yield f"type {expected} attendu, {kind} reçu"
        known = all(one in made() for one in mentioned(exchange))
        if known and exchange.answer.get("sha256") in _uploaded() and content != exchange.answer_bytes:
            yield "contenu déposé attendu"

    def _at(self, exchange: Exchange) -> None:
        if exchange.date is not None:
            moment = exchange.date + self._shift
            if moment > self.clock.now():
                self.clock.set(moment)

    def _settle(self) -> None:
        """What an installation holds on its first day: no entity, an administrator, three global connectors."""
        for entity in self.admin("GET", "/entite")[1]:
            self.admin("DELETE", f"/entite/{entity['id_e']}")
        for kind, libelle in (
            ("horodateur-interne", "Horodateur interne par défaut"),
            ("cloudooo", "Conversion Office PDF"),
            ("pes-viewer", "pes-viewer"),
        ):
            self.admin("POST", "/entite/0/connecteur", [("id_connecteur", kind), ("libelle", libelle)])
        self.ids.name("u", "1", "1")

    def shift(self, by: timedelta) -> None:
        """From now on, the recorded hours mean as many days later."""
        self._shift = by

    def configure(self, entity: str, connector: str, fields: dict[str, str]) -> None:
        """Give a connector (recorded ids) the content it then had."""
        if self.ids.knows("ce", connector):
            place = f"/entite/{self.ids.here('e', entity)}/connecteur/{self.ids.here('ce', connector)}"
            written = [(name, self._ports(self._change(name, value))) for name, value in fields.items()]
            self.admin("PATCH", f"{place}/content", written)

    def admin(self, method: str, path: str, fields: Iterable[tuple[str, str]] = ()) -> tuple[int, Any]:
        """A call of the administrator that is no part of the recording."""
        coded = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
        response = self._client.open(
            f"/api/v2{path}",
            method=method,
            headers={"Authorization": f"Basic {coded}"},
            data=urlencode(list(fields)) if method != "GET" else None,
            content_type="application/x-www-form-urlencoded",
        )
        return response.status_code, read_json(response.get_data())

    def _note_breakage(self, _app: Flask, exception: BaseException, **_: object) -> None:
        self.broken.append("".join(traceback.format_exception(exception)))


def _closed_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


_UPLOADED: set[str] = set()


def _uploaded() -> set[str]:
    """The digests of the files that the client sent."""
    if not _UPLOADED:
        for exchange in recorded():
            if not exchange.to_peer:
                for part in exchange.form.get("parts") or []:
                    if isinstance(part.get("content"), dict):
                        _UPLOADED.add(str(part["content"].get("sha256")))
    return _UPLOADED


def _lacks(outcome: Outcome) -> bool:
    """Whether something has still to come."""
    return any("absente" in gap or "élément" in gap for gap in outcome.gaps)
