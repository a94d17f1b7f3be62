"""The recorded client calls, made again to the simulated Pastell, section by section."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from conformance.calls import MOST_ROUNDS, Calls, Outcome
from conformance.drafts import drafts, fleet, mentioned
from conformance.recordings import Exchange, peers_of, recorded
from conformance.together import is_lost, is_slow, opening, shows, stretches, together, watched

_POLLING = "polling"
_SHOWN_ID = re.compile(rb'"id_d": "(\w{7})"')
_TOLD = {"P364OtB", "stjoau6"}


class Replay(Calls):
    """The calls of a recording, in its order."""

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
        for _ in range(MOST_ROUNDS):
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


@contextmanager
def replay(folder: Path, **options: Any) -> Iterator[Replay]:
    """A replay, closed at the end."""
    one = Replay(folder, **options)
    try:
        yield one
    finally:
        one.close()
