"""The journal's database: SQLite, every commit forced to disk, one writer per dossier.

A holder of a dossier has an advisory file lock that the system frees at once when its process dies, and a
token that every write checks: a process that was suspended past its lock changes nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from cdg62_connect.clock import Clock, SystemClock
from cdg62_connect.errors import HoldLost, JournalError, UnknownDossier
from cdg62_connect.extras import extra
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.state import Dossier, Stage, apply, fold
from cdg62_connect.moments import reach

with extra("journey", needed_for="Le journal des dossiers"):
    from filelock import FileLock, Timeout
    from sqlalchemy import Connection, Engine, create_engine, event, insert, or_, select, text, update
    from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError
    from sqlalchemy.pool import NullPool

    from cdg62_connect.journey import tables


JOURNAL_FILE = "journal.sqlite3"


class Busy(JournalError):
    """Un autre traitement tient ce dossier en ce moment ; il sera repris à la prochaine passe."""


@dataclass(frozen=True, slots=True)
class Wait:
    """A step that is not to be tried before ``until``; ``tries`` counts the attempts that led here."""

    until: datetime
    tries: int
    reason: str


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
            JournalError: the journal was written by a later version, or the file is not a journal.
        """
        self._folder = folder
        self._clock = clock or SystemClock()
        self._locks = folder / "verrous"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._locks.mkdir(exist_ok=True)
        self._engine = _engine(folder / JOURNAL_FILE)
        self._reading = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        try:
            _bring_up_to_date(self._engine, lock=folder / "verrous" / "migration.lock")
        except DatabaseError as unusable:
            raise JournalError(f"Le journal de {folder} ne s'ouvre pas : {unusable.orig}.") from unusable

    def close(self) -> None:
        """Give the database back."""
        self._engine.dispose()

    @contextmanager
    def hold(self, id_depot: str) -> Generator[Hold]:
        """Hold a dossier, new or known, until the block ends.

        Raises:
            Busy: another process or thread holds it.
        """
        lock = FileLock(self._locks / f"{id_depot}.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise Busy(f"Le dossier {id_depot} est tenu par un autre traitement.") from None
        try:
            yield Hold(self._engine, id_depot, clock=self._clock)
        finally:
            lock.release()

    def due(self, moment: datetime, *, limit: int = 1000) -> list[str]:
        """The dossiers whose next look has come, the longest waiting first."""
        query = (
            select(tables.dossiers.c.id_depot)
            .where(tables.dossiers.c.due_at <= _iso(moment))
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
        with self._engine.begin() as connection:
            done = connection.execute(statement.values(due_at=_iso(self._clock.now()), waits="{}"))
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
                    stage=Stage(row.stage),
                    progress=Stage(row.progress),
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
            return _history(connection, id_depot)

    def dossier(self, id_depot: str) -> Dossier:
        """A dossier as its journal tells it.

        Raises:
            UnknownDossier: the journal has none of that name.
        """
        history = self.history(id_depot)
        if not history:
            raise UnknownDossier(f"Le journal ne connaît pas de dossier {id_depot}.")
        return fold(id_depot, history)

    def known(self, names: Iterable[str]) -> set[str]:
        """Which of these dossiers the journal has."""
        wanted = list(names)
        found: set[str] = set()
        with self._reading.connect() as connection:
            for start in range(0, len(wanted), 500):
                query = select(tables.dossiers.c.id_depot).where(
                    tables.dossiers.c.id_depot.in_(wanted[start : start + 500])
                )
                found.update(connection.scalars(query))
        return found


class Hold:
    """The right to write to one dossier."""

    def __init__(self, engine: Engine, id_depot: str, *, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._token = uuid4().hex
        self.id_depot = id_depot
        self.waits: dict[str, Wait] = {}
        with engine.begin() as connection:
            history = _history(connection, id_depot)
            self.state = fold(id_depot, history)
            if history:
                taken = connection.execute(
                    update(tables.dossiers)
                    .where(tables.dossiers.c.id_depot == id_depot)
                    .values(holder=self._token)
                    .returning(tables.dossiers.c.waits)
                )
                self.waits = _read_waits(taken.scalar_one())

    def append(self, *facts: ev.Fact) -> None:
        """Write what happened, all of it or nothing, and fold it into :attr:`state`.

        Raises:
            HoldLost: somebody else has taken the dossier since; nothing was written.
        """
        self._write(facts, number=None)

    def reserve_number(self, candidates: Iterable[str]) -> str | None:
        """Take the first acte number of ``candidates`` that the authority never used.

        The ledger's line and the event are one write. ``None`` when every candidate is taken.
        """
        for numero in candidates:
            try:
                self._write((ev.NumberReserved(numero=numero),), number=numero)
            except IntegrityError:
                continue
            return numero
        return None

    def schedule(self, due: datetime | None, *, waits: Mapping[str, Wait], problem: str = "") -> None:
        """Say when the dossier is to be looked at next (``None``: never again) and what it waits for.

        Raises:
            HoldLost: somebody else has taken the dossier since; nothing was written.
        """
        self.waits = dict(waits)
        with _writing(self._engine) as connection:
            self._guarded(
                connection,
                due_at=_iso(due) if due else None,
                waits=_write_waits(self.waits),
                problem=problem,
            )

    def _write(self, facts: tuple[ev.Fact, ...], *, number: str | None) -> None:
        at = self._clock.now()
        state = self.state
        rows: list[dict[str, object]] = []
        for fact in facts:
            happened = ev.Event(seq=state.last_seq + 1, at=at, fact=fact)
            state = apply(state, happened)
            rows.append(
                {
                    "id_depot": self.id_depot,
                    "seq": happened.seq,
                    "at": _iso(at),
                    "kind": fact.kind,
                    "version": fact.version,
                    "payload": json.dumps(fact.model_dump(mode="json", exclude={"kind"}), ensure_ascii=False),
                }
            )
        kinds = "+".join(fact.kind for fact in facts)
        reach(f"journal.before:{kinds}")
        with _writing(self._engine) as connection:
            index: dict[str, Any] = {
                "siren": state.siren,
                "stage": state.stage.value,
                "progress": state.progress.value,
                "changed_at": _iso(at),
                "due_at": _iso(at),
            }
            if self.state.last_seq:
                self._guarded(connection, **index)
            else:
                connection.execute(
                    insert(tables.dossiers).values(
                        id_depot=self.id_depot, received_at=_iso(at), holder=self._token, **index
                    )
                )
            if number is not None:
                connection.execute(
                    insert(tables.numbers).values(
                        siren=state.siren, numero=number, id_depot=self.id_depot, reserved_at=_iso(at)
                    )
                )
            connection.execute(insert(tables.events), rows)
        self.state = state
        reach(f"journal.after:{kinds}")

    def _guarded(self, connection: Connection, **values: object) -> None:
        done = connection.execute(
            update(tables.dossiers)
            .where(tables.dossiers.c.id_depot == self.id_depot, tables.dossiers.c.holder == self._token)
            .values(**values)
        )
        if done.rowcount != 1:
            raise HoldLost(
                f"Le dossier {self.id_depot} a été pris par un autre traitement ; rien n'a été écrit."
            )


@contextmanager
def _writing(engine: Engine) -> Generator[Connection]:
    """One transaction; what the disk refuses is told as such."""
    try:
        with engine.begin() as connection:
            yield connection
    except OperationalError as refused:
        raise JournalError(
            f"Le journal ne peut pas être écrit ({refused.orig}). Vérifiez la place et les droits du disque ; "
            "rien n'est perdu, la prochaine passe reprendra."
        ) from refused


def _history(connection: Connection, id_depot: str) -> list[ev.Event]:
    query = select(tables.events).where(tables.events.c.id_depot == id_depot).order_by(tables.events.c.seq)
    return [
        ev.read_event(
            seq=row.seq,
            at=datetime.fromisoformat(row.at),
            kind=row.kind,
            version=row.version,
            payload=json.loads(row.payload),
        )
        for row in connection.execute(query)
    ]


def _iso(moment: datetime) -> str:
    """Aware UTC moments in a form that sorts as text."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _read_waits(content: str) -> dict[str, Wait]:
    return {
        step: Wait(until=datetime.fromisoformat(w["until"]), tries=w["tries"], reason=w["reason"])
        for step, w in json.loads(content).items()
    }


def _write_waits(waits: Mapping[str, Wait]) -> str:
    return json.dumps(
        {s: {"until": _iso(w.until), "tries": w.tries, "reason": w.reason} for s, w in waits.items()},
        ensure_ascii=False,
    )


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool, connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type
        connection.isolation_level = None  # transactions are begun below, not by the driver
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    _ = (configure, begin)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    return engine


def _bring_up_to_date(engine: Engine, *, lock: Path) -> None:
    found = _revision(engine)
    if found == tables.HEAD:
        return
    with extra("journey", needed_for="Le journal des dossiers"):
        from alembic import command
        from alembic.config import Config
        from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", "cdg62_connect.journey:migrations")
    with FileLock(lock, timeout=60):
        reach("journal.before:migration")
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, tables.HEAD)
            except CommandError:
                raise JournalError(
                    f"Le journal est d'une version plus récente ({found}) que ce logiciel "
                    f"({tables.HEAD}) : mettez cdg62-connect à jour."
                ) from None
        reach("journal.after:migration")


def _revision(engine: Engine) -> str | None:
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        exists = text("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'")
        if connection.scalar(exists) is None:
            return None
        return connection.scalar(text("SELECT version_num FROM alembic_version"))
