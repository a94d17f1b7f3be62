"""The journal's database: SQLite, every commit forced to disk, one writer per dossier.

A holder of a dossier has an advisory file lock that the system frees at once when its process dies, and a
token that every write checks: a process that was suspended past its lock changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cdg62_connect.clock import Clock, SystemClock
from cdg62_connect.errors import JournalError, UnknownDossier
from cdg62_connect.extras import extra
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.alerts import AlertBook
from cdg62_connect.journey.database import JOURNAL_FILE, bring_up_to_date, open_database, writing
from cdg62_connect.journey.file_systems import require_local_disk
from cdg62_connect.journey.folding import fold
from cdg62_connect.journey.hold import Hold, iso, read_history
from cdg62_connect.journey.locks import Taken, locked
from cdg62_connect.journey.state import Dossier, Stage
from cdg62_connect.journey.weather import Weather

with extra("journey", needed_for="Le journal des dossiers"):
    from sqlalchemy import and_, or_, select, update
    from sqlalchemy.exc import DatabaseError

    from cdg62_connect.journey import tables


if TYPE_CHECKING:
    from sqlalchemy import Engine

    from cdg62_connect.settings import Alert


class Busy(JournalError):
    """Un autre traitement tient ce dossier en ce moment ; il sera repris à la prochaine passe."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the journal's index."""

    id_depot: str
    siren: str
    stage: Stage
    progress: Stage
    problem: str
    received_at: datetime
    changed_at: datetime
    due_at: datetime | None


class Store:
    """The journal on disk.

    Use one per process; threads may share it. A process forked from one that holds a ``Store`` opens its own.
    """

    def __init__(self, folder: Path, *, clock: Clock | None = None) -> None:
        """Open the journal of ``folder``, made or brought up to date first.

        Raises:
            ConfigurationError: the folder is on a network share; nothing was opened nor made.
            JournalError: the journal was written by a later version, or the file is not a journal.
        """
        require_local_disk(folder)
        self._folder = folder
        self._clock = clock or SystemClock()
        self._locks = folder / "verrous"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._locks.mkdir(exist_ok=True)
        self._engine = open_database(folder / JOURNAL_FILE)
        self._reading = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        try:
            bring_up_to_date(self._engine, lock=folder / "verrous" / "migration.lock")
        except DatabaseError as unusable:
            raise JournalError(f"Le journal de {folder} ne s'ouvre pas : {unusable.orig}.") from unusable

    @property
    def engine(self) -> Engine:
        """The database, for what else is kept in it."""
        return self._engine

    @contextmanager
    def alone(self, name: str) -> Generator[None]:
        """A block that no other process or thread enters under the same name; it waits for its turn.

        Raises:
            Busy: somebody else has been in it for a minute.
        """
        with ExitStack() as held:
            try:
                held.enter_context(locked(self._locks / f"{name}.lock", patience=60))
            except Taken:
                raise Busy(f"« {name} » est pris par un autre traitement depuis une minute.") from None
            yield

    def weather(self, *, longest: float) -> Weather:
        """What this journal knows of platforms that do not answer."""
        return Weather(self._engine, clock=self._clock, longest=longest)

    def alert_book(self, settings: Alert) -> AlertBook:
        """Which alerts this journal has given."""
        return AlertBook(self._engine, settings=settings)

    def close(self) -> None:
        """Give the database back."""
        self._engine.dispose()

    @contextmanager
    def hold(self, id_depot: str) -> Generator[Hold]:
        """Hold a dossier, new or known, until the block ends.

        Raises:
            Busy: another process or thread holds it.
        """
        with ExitStack() as held:
            try:
                held.enter_context(locked(self._locks / f"{id_depot}.lock"))
            except Taken:
                raise Busy(
                    f"Le dossier {id_depot} est tenu par un autre traitement{self._last_holder(id_depot)}."
                ) from None
            yield Hold(self._engine, id_depot, clock=self._clock)

    def _last_holder(self, id_depot: str) -> str:
        """Which process took the dossier last, as its token tells."""
        query = select(tables.dossiers.c.holder).where(tables.dossiers.c.id_depot == id_depot)
        with self._reading.connect() as connection:
            process, dot, _ = (connection.scalar(query) or "").partition(".")
        return f" (processus {process})" if dot else ""

    def due(self, moment: datetime, *, limit: int = 1000) -> list[str]:
        """The dossiers whose next look has come, the longest waiting first.

        A look that was set later than ``moment`` was set by a clock that ran ahead: it has come too.
        """
        come = tables.dossiers.c.due_at <= iso(moment)
        ahead = and_(tables.dossiers.c.due_at.is_not(None), tables.dossiers.c.scheduled_at > iso(moment))
        query = (
            select(tables.dossiers.c.id_depot)
            .where(or_(come, ahead))
            .order_by(tables.dossiers.c.due_at)
            .limit(limit)
        )
        with self._reading.connect() as connection:
            return list(connection.scalars(query))

    def next_due(self) -> datetime | None:
        """When the next look of any dossier comes, or ``None`` when nothing is in course."""
        query = select(tables.dossiers.c.due_at).where(tables.dossiers.c.due_at.is_not(None))
        with self._reading.connect() as connection:
            found = connection.scalar(query.order_by(tables.dossiers.c.due_at).limit(1))
        return datetime.fromisoformat(found) if found else None

    def make_due(self, id_depot: str | None = None) -> int:
        """Forget the waits of one dossier, or of all those in course; how many it touched."""
        statement = update(tables.dossiers).where(tables.dossiers.c.due_at.is_not(None))
        if id_depot is not None:
            statement = statement.where(tables.dossiers.c.id_depot == id_depot)
        with writing(self._engine) as connection:
            now = iso(self._clock.now())
            wakes = tables.dossiers.c.wakes + 1
            done = connection.execute(statement.values(due_at=now, scheduled_at=now, waits="{}", wakes=wakes))
            return done.rowcount

    def rows(self, *, in_course: bool = False) -> list[Row]:
        """The journal's index, oldest first; ``in_course`` leaves out what is closed."""
        query = select(tables.dossiers).order_by(tables.dossiers.c.received_at, tables.dossiers.c.id_depot)
        if in_course:
            ended = tables.dossiers.c.stage.in_((Stage.CLOSED.value, Stage.QUARANTINED.value))
            query = query.where(or_(tables.dossiers.c.due_at.is_not(None), ~ended))
        with self._reading.connect() as connection:
            return [
                Row(
                    id_depot=row.id_depot,
                    siren=row.siren,
                    stage=_stage(row.stage),
                    progress=_stage(row.progress),
                    problem=row.problem,
                    received_at=datetime.fromisoformat(row.received_at),
                    changed_at=datetime.fromisoformat(row.changed_at),
                    due_at=datetime.fromisoformat(row.due_at) if row.due_at else None,
                )
                for row in connection.execute(query)
            ]

    def history(self, id_depot: str) -> list[ev.Event]:
        """Every event of a dossier, in order; empty when it is unknown."""
        with self._reading.connect() as connection:
            return read_history(connection, id_depot)

    def dossier(self, id_depot: str) -> Dossier:
        """A dossier as its journal tells it.

        Raises:
            UnknownDossier: the journal has none of that name.
        """
        history = self.history(id_depot)
        if not history:
            raise UnknownDossier(f"Le journal ne connaît pas de dossier {id_depot}.")
        return fold(id_depot, history)

    def holder_of(self, kind: str, field: str, value: str | int) -> str | None:
        """The dossier whose journal says this of itself (a circuit, a transaction), or ``None``."""
        query = select(tables.events.c.id_depot, tables.events.c.payload).where(tables.events.c.kind == kind)
        with self._reading.connect() as connection:
            for row in connection.execute(query):
                if json.loads(row.payload).get(field) == value:
                    return row.id_depot
        return None


def _stage(word: str) -> Stage:
    try:
        return Stage(word)
    except ValueError:
        raise JournalError(
            f"Le journal a été écrit par une version plus récente de cdg62-connect (état « {word} ») : "
            "mettez cdg62-connect à jour."
        ) from None
