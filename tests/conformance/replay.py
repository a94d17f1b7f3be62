"""The recorded client calls, made again to the simulated Pastell, section by section."""

from __future__ import annotations

import base64
import re
import socket
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
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
from conformance.drafts import drafts, fleet, made, mentioned
from conformance.ids import rewritten
from conformance.recordings import NO_JSON, Exchange, peers_of, recorded
from conformance.shape import differences, read_json
from conformance.together import (
    is_lost,
    is_slow,
    opening,
    shows,
    state_of,
    stretches,
    tells_history,
    together,
    watched,
)
from conformance.wording import PASSWORD, Change, Wording, unchanged

START = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
_POLLING = "polling"
_MOST_ROUNDS = 40
_FLEET_ROUNDS = 600
_SHOWN_ID = re.compile(rb'"id_d": "(\w{7})"')


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


class Replay(Wording):
    """A new platform, and the calls made to it."""

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
        app = Flask("rejeu")
        app.register_blueprint(blueprint(_Held(self.platform)))  # pyright: ignore[reportArgumentType]
        got_request_exception.connect(self._note_breakage, app)
        self._app = app
        self._client = Client(app)
        self._settle()

    def close(self) -> None:
        """Stop listening."""
        self.stub.close()

    # -- sections ----------------------------------------------------------------------------------------------

    def whole(self) -> list[Outcome]:
        """Replay everything, in the order of the recording."""
        for stretch in stretches(one for one in recorded() if not one.to_peer):
            self.section(stretch)
        return self.outcomes

    def section(self, exchanges: Sequence[Exchange]) -> list[Outcome]:
        """Replay calls of one section."""
        name = exchanges[0].section
        script = [one for one in peers_of(name) if exchanges[0].id < one.id]
        self.stub.play(script)
        self._watching = any(one.note.startswith(_POLLING) or "daemon works" in one.note for one in exchanges)
        seen = {found for one in exchanges for found in _SHOWN_ID.findall(one.answer_bytes or b"")}
        for id_d in sorted(seen):
            self._make(id_d.decode())
        down = name.endswith("unreachable")
        if down:
            self.stub.close()
        done: list[Outcome] = []
        try:
            for group in together(exchanges):
                if down and group[0].id >= opening(script):
                    self.stub.open()
                    down = False
                for exchange in group:
                    self._prepare(exchange)
                done += self._group(group)
        finally:
            self.stub.open()
        if exchanges[-1].status == 429:
            self.clock.advance(60)  # the recorded window had opened earlier than its failures
        done.sort(key=lambda one: one.exchange.id)
        self.outcomes += done
        return done

    def _group(self, group: Sequence[Exchange]) -> list[Outcome]:
        """Calls that were under way at the same time."""
        if watched(group[0]):
            return self._meanwhile(self._until_somebody_waits, group)
        slow = next((one for one in group if is_slow(one)), None)
        if slow is not None and len(group) > 1:
            ends: list[Outcome] = []
            others = [one for one in group if one is not slow]
            return [*self._meanwhile(lambda: ends.append(self.play(slow)), others), *ends]
        if group[0].status == 429 and "in parallel" in group[0].note:
            with ExitStack() as held:
                for _ in range(self.platform.profile.calls_in_flight):
                    held.enter_context(self.platform.limiter.permit("127.0.0.1", self.platform.profile))
                return [self.play(one) for one in group]
        lost = [one for one in group if len(group) > 1 and is_lost(one)]
        won = [one for one in group if one not in lost]
        early = [one for one in lost if not any(shows(one, other) for other in won)]
        late = [one for one in lost if one not in early]
        return [
            *(self._while_held(one) for one in early),
            *(self.play(one) for one in won),
            *(self._while_held(one) for one in late),
        ]

    def _until_somebody_waits(self) -> None:
        self.stub.cause("worker")
        for _ in range(_MOST_ROUNDS):
            self.clock.advance(1)
            self.platform.tick()
            if self.clock.meanwhile is None:
                return

    def _meanwhile(self, work: Callable[[], object], calls: Sequence[Exchange]) -> list[Outcome]:
        """``calls``, made while ``work`` waits on the clock."""
        done: list[Outcome] = []
        self._nested = True
        self.clock.meanwhile = lambda: done.extend(self.play(one) for one in calls)
        try:
            work()
        finally:
            self._nested = False
        if self.clock.meanwhile is not None:  # nobody waited: the calls come after
            self.clock.meanwhile = None
            done.extend(self.play(one) for one in calls)
        return done

    def _while_held(self, exchange: Exchange) -> Outcome:
        """One call on a document that somebody else holds."""
        holder = object()
        documents: Any = self.platform.documents
        named = mentioned(exchange)
        document = documents._documents.get(self.ids.here("d", named[0])) if named else None
        if document is not None:
            document.hold(holder, now=self.clock.now())
        try:
            return self.play(exchange)
        finally:
            if document is not None:
                document.release(holder)

    # -- documents whose making was not recorded -----------------------------------------------------------------

    def _prepare(self, exchange: Exchange) -> None:
        if "Masse" in exchange.target or any(one in fleet() for one in mentioned(exchange)):
            for one in fleet():
                self._make(one)
        for one in mentioned(exchange):
            self._make(one)
            if one in fleet() and exchange.target.endswith("/action/orientation"):
                self._launch(one)

    def _launch(self, first: str) -> None:
        """The sixty leave together; two of these calls were kept."""
        for one, draft in fleet().items():
            place = f"/entite/{self.ids.here('e', draft.id_e)}/document/{self.ids.here('d', one)}"
            if one != first and one not in _TOLD:
                self.admin("POST", f"{place}/action/orientation")

    def _make(self, id_d: str) -> None:
        draft = fleet().get(id_d) or drafts().get(id_d)
        if draft is None or self.ids.knows("d", id_d):
            return
        entity = self.ids.here("e", draft.id_e)
        created = self.admin("POST", f"/entite/{entity}/document", [("type", draft.flux)])[1]
        if not isinstance(created, dict) or "id_d" not in created:
            return
        place = f"/entite/{entity}/document/{created['id_d']}"
        self.ids.name("d", id_d, created["id_d"])
        fields = [(name, self._change(name, value)) for name, value in draft.fields]
        self._seen(draft.fields)
        self.admin("PATCH", place, fields)
        for name, rank, file_name, content in draft.files:
            self.admin(
                "POST",
                f"{place}/file/{name}/{rank}",
                [("file_name", file_name), ("file_content", content.decode("latin-1"))],
            )
        if draft.pieces:
            self.admin("PATCH", f"{place}/externalData/type_piece", draft.pieces)

    # -- one call ----------------------------------------------------------------------------------------------

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
        rounds = _FLEET_ROUNDS if len(mentioned(exchange)) > 2 else _MOST_ROUNDS
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

    # -- the platform ------------------------------------------------------------------------------------------

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


@contextmanager
def replay(folder: Path, **options: Any) -> Iterator[Replay]:
    """A replay, closed at the end."""
    one = Replay(folder, **options)
    try:
        yield one
    finally:
        one.close()


def _closed_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


_TOLD = {"P364OtB", "stjoau6"}


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
