"""Watching every dossier that one entity of Pastell carries, at the cost of two requests.

The journal of the entity is read from its newest row down to the last one seen; the list of what moved since
is the second source. Only the dossiers that either shows to have moved are read. What one shows and the other
does not is told, not hidden.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cdg62_connect.errors import AccessRefused, Cdg62Error, NotSent, Unavailable
from cdg62_connect.extras import extra
from cdg62_connect.journey.database import writing
from cdg62_connect.journey.hold import iso
from cdg62_connect.pastell import Recherche

with extra("journey", needed_for="Le journal des dossiers"):
    from sqlalchemy import Connection, select
    from sqlalchemy.dialects.sqlite import insert

    from cdg62_connect.journey import tables

if TYPE_CHECKING:
    from cdg62_connect.clock import Clock
    from cdg62_connect.journey.platforms import PlatformDesk
    from cdg62_connect.journey.store import Store
    from cdg62_connect.journey.weather import Weather
    from cdg62_connect.pastell import Pastell
    from cdg62_connect.settings import Settings

_log = logging.getLogger("cdg62_connect.parcours")

_PAGE = 500
"""Rows of the journal that come with one request; with more of them, the list waits for the next cycle."""

_ACTION = 1
"""The kind of row that tells an action on a document; others tell mails, logins, downloads."""

_FIRST_READING = timedelta(days=1)
"""How far back the first list of an entity goes."""

_SAME_SECOND = timedelta(seconds=1)
"""The list knows whole seconds only, and its bound is strict."""


@dataclass(frozen=True, slots=True)
class Divergence:
    """Pastell's journal knows a later state of a document than its list does."""

    id_depot: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Read:
    """How far an entity was read."""

    last_row: int
    listed_until: datetime | None
    read_at: datetime | None


_State = tuple[str, datetime | None]
"""The last state of a document, and since when."""


class FleetWatch:
    """Wakes the dossiers whose document moved."""

    def __init__(
        self,
        settings: Settings,
        *,
        store: Store,
        desk: PlatformDesk,
        weather: Weather,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._store = store
        self._engine = store.engine
        self._desk = desk
        self._weather = weather
        self._clock = clock

    def run(self) -> tuple[Divergence, ...]:
        """Read every entity whose time has come and that carries something."""
        found: list[Divergence] = []
        for authority in self._settings.authorities:
            account = authority.pastell
            if account is None or self._weather.closed("pastell") or not self._carried(account.entity):
                continue
            before = self._known(account.entity)
            if self._next(before) > self._clock.now():
                continue
            try:
                pastell = self._desk.of(authority).require_pastell()
                found += self._read(pastell, account.entity, before)
            except (NotSent, Unavailable) as down:
                self._weather.failed("pastell", down.summary)
            except Cdg62Error as refused:
                _log.error("entité %s de Pastell : %s", account.entity, refused)
            else:
                self._weather.answered("pastell")
        return tuple(found)

    def next_due(self) -> datetime | None:
        """When an entity is next to be read, ``None`` when none carries anything."""
        accounts = (authority.pastell for authority in self._settings.authorities)
        entities = [account.entity for account in accounts if account is not None]
        due = min((self._next(self._known(one)) for one in entities if self._carried(one)), default=None)
        outage = self._weather.closed("pastell")
        return max(due, outage.next_probe) if due is not None and outage is not None else due

    def _next(self, before: _Read) -> datetime:
        now = self._clock.now()
        if before.read_at is None or before.read_at > now:  # a clock that ran ahead
            return now
        return before.read_at + timedelta(seconds=self._settings.rhythm.pastell_seconds)

    def _read(self, pastell: Pastell, entity: str, before: _Read) -> list[Divergence]:
        now = self._clock.now()
        shown, newest, rows = self._journal(pastell, entity, before)
        states, until = dict(shown), before.listed_until
        if rows < _PAGE:
            # Within one second the list cannot tell what came after it was read; the journal can.
            overlap = _SAME_SECOND if newest is None else timedelta()
            listed, until = self._listed(pastell, entity, until, now, overlap=overlap)
            states |= {id_d: one for id_d, one in listed.items() if not _later(states.get(id_d, one), one)}
            later = {
                id_d: state for id_d, state in shown.items() if id_d in listed and _later(state, listed[id_d])
            }
        else:  # the journal has told everything; the list goes on from there
            later = {}
            dates = [date for _, date in shown.values() if date is not None]
            until = max(dates, default=until)
        for id_depot, seen, state in self._known_documents(entity, states):
            if _moved(seen, state):
                self._store.make_due(id_depot)
        diverging = [
            Divergence(
                id_depot, f"Le journal de Pastell donne « {state[0]} », le document est à un état antérieur."
            )
            for id_depot, _, state in self._known_documents(entity, later)
        ]
        self._remember(entity, _Read(before.last_row if newest is None else newest, until, now))
        return diverging

    def _journal(
        self, pastell: Pastell, entity: str, before: _Read
    ) -> tuple[dict[str, _State], int | None, int]:
        """The last state of each document that has a new row, the newest row, how many rows were read.

        ``None`` for the newest row: the account may not read the journal, and has the list alone.
        """
        states: dict[str, _State] = {}
        newest, count = before.last_row, 0
        try:
            for row in pastell.journal.lignes(entity, page=_PAGE):
                if row.id_j <= before.last_row:
                    break
                newest, count = max(newest, row.id_j), count + 1
                if row.type == _ACTION and row.id_d and row.id_d not in states:
                    states[row.id_d] = (row.action, row.date)
                if before.read_at is None and count >= _PAGE - 1:
                    break  # a first reading: the list tells the rest
        except AccessRefused:
            return {}, None, 0
        return states, newest, count

    def _listed(
        self, pastell: Pastell, entity: str, latest: datetime | None, now: datetime, *, overlap: timedelta
    ) -> tuple[dict[str, _State], datetime | None]:
        states: dict[str, _State] = {}
        since = latest - overlap if latest is not None else now - _FIRST_READING
        for row in pastell.documents.lister(entity, Recherche(etat_apres=since), page=_PAGE):
            states[row.id_d] = (row.etat, row.etat_date)
            if row.etat_date is not None and (latest is None or row.etat_date > latest):
                latest = row.etat_date
        return states, latest

    def _known_documents(self, entity: str, states: dict[str, _State]) -> list[tuple[str, str, _State]]:
        """The dossiers in course that these documents carry: name, state last seen, state shown now."""
        keys = {f"pastell:{entity}:{id_d}": state for id_d, state in states.items()}
        table, names = tables.dossiers, list(keys)
        found: list[tuple[str, str, _State]] = []
        for start in range(0, len(names), _PAGE):
            query = select(table.c.id_depot, table.c.remote, table.c.remote_seen).where(
                table.c.remote.in_(names[start : start + _PAGE]), table.c.due_at.is_not(None)
            )
            with self._reading() as connection:
                found += [
                    (row.id_depot, row.remote_seen, keys[row.remote]) for row in connection.execute(query)
                ]
        return found

    def _carried(self, entity: str) -> bool:
        """Whether a document of this entity carries a dossier that is in course."""
        table, prefix = tables.dossiers, f"pastell:{entity}:"
        query = select(table.c.id_depot).where(
            table.c.remote > prefix, table.c.remote < prefix + "\x7f", table.c.due_at.is_not(None)
        )
        with self._reading() as connection:
            return connection.execute(query.limit(1)).first() is not None

    def _known(self, entity: str) -> _Read:
        with self._reading() as connection:
            row = connection.execute(select(tables.fleets).where(tables.fleets.c.entity == entity)).first()
        if row is None:
            return _Read(0, None, None)
        listed = datetime.fromisoformat(row.listed_until) if row.listed_until else None
        return _Read(row.last_row, listed, datetime.fromisoformat(row.read_at))

    def _remember(self, entity: str, read: _Read) -> None:
        assert read.read_at is not None
        values = {
            "last_row": read.last_row,
            "listed_until": iso(read.listed_until) if read.listed_until else "",
            "read_at": iso(read.read_at),
        }
        with writing(self._engine) as connection:
            statement = insert(tables.fleets).values(entity=entity, **values)
            connection.execute(statement.on_conflict_do_update(index_elements=["entity"], set_=values))

    def _reading(self) -> Connection:
        return self._engine.execution_options(isolation_level="AUTOCOMMIT").connect()


def _later(one: _State, other: _State) -> bool:
    return (
        one[0] != other[0]
        and one[1] is not None
        and other[1] is not None
        and one[1] > other[1] + _SAME_SECOND
    )


def _moved(seen: str, state: _State) -> bool:
    """Whether a source shows something else than what the document was last seen as, and not its past."""
    etat, since = state
    name, _, hour = seen.partition("|")
    if since is None or not hour:
        return etat != name
    before = datetime.fromisoformat(hour)
    return since > before + _SAME_SECOND or (etat != name and since >= before)
