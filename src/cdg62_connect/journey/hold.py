"""Holding a dossier: the right to write to it, and the token that every write checks."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from cdg62_connect.clock import Clock
from cdg62_connect.errors import HoldLost
from cdg62_connect.extras import extra
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.database import writing
from cdg62_connect.journey.folding import apply, fold
from cdg62_connect.journey.pace import first_look
from cdg62_connect.moments import reach

with extra("journey", needed_for="Le journal des dossiers"):
    from sqlalchemy import Connection, Engine, case, insert, select, update
    from sqlalchemy.exc import IntegrityError

    from cdg62_connect.journey import tables


_TOKEN = 32
"""Characters of the token: which process, a dot, and chance enough that no other has the same."""


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Wait:
    """A step that is not to be tried before ``until``, as was decided at ``set_at``.

    ``tries`` counts the attempts that led here, ``same`` those in a row that ended for the same ``cause``.
    """

    until: datetime
    tries: int
    reason: str
    cause: str = ""
    same: int = 0
    set_at: datetime = _LONG_AGO


class Hold:
    """The right to write to one dossier."""

    def __init__(self, engine: Engine, id_depot: str, *, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._token = f"{os.getpid()}.{uuid4().hex}"[:_TOKEN]
        self.id_depot = id_depot
        self.waits: dict[str, Wait] = {}
        self._wakes = 0
        with writing(engine) as connection:
            history = read_history(connection, id_depot)
            self.state = fold(id_depot, history)
            if history:
                taken = connection.execute(
                    update(tables.dossiers)
                    .where(tables.dossiers.c.id_depot == id_depot)
                    .values(holder=self._token)
                    .returning(tables.dossiers.c.waits, tables.dossiers.c.wakes)
                ).one()
                self.waits = _read_waits(taken.waits)
                self._wakes = taken.wakes

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

    def owner(self, key: str) -> str | None:
        """The dossier that has an element of a platform, ``None`` when it is nobody's."""
        with self._engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            return connection.scalar(select(tables.claims.c.id_depot).where(tables.claims.c.key == key))

    def claim(self, key: str) -> bool:
        """Take an element of a platform for this dossier; ``False`` when it is another dossier's."""
        with writing(self._engine) as connection:
            query = select(tables.claims.c.id_depot).where(tables.claims.c.key == key)
            owner = connection.scalar(query)
            if owner is None:
                owner, at = self.id_depot, iso(self._clock.now())
                connection.execute(insert(tables.claims).values(key=key, id_depot=owner, claimed_at=at))
        return owner == self.id_depot

    def schedule(self, due: datetime | None, *, waits: Mapping[str, Wait], problem: str = "") -> None:
        """Say when the dossier is to be looked at next (``None``: never again) and what it waits for.

        When somebody asked meanwhile for a look at once, the look comes at once.

        Raises:
            HoldLost: somebody else has taken the dossier since; nothing was written.
        """
        self.waits = dict(waits)
        reach("journal.before:schedule")
        now = iso(self._clock.now())
        undisturbed = tables.dossiers.c.wakes == self._wakes
        with writing(self._engine) as connection:
            self._guarded(
                connection,
                due_at=case((undisturbed, iso(due) if due else None), else_=now),
                waits=case((undisturbed, _write_waits(self.waits)), else_="{}"),
                scheduled_at=now,
                problem=problem,
            )
        reach("journal.after:schedule")

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
                    "at": iso(at),
                    "kind": fact.kind,
                    "version": fact.version,
                    "payload": json.dumps(fact.model_dump(mode="json", exclude={"kind"}), ensure_ascii=False),
                }
            )
        kinds = "+".join(fact.kind for fact in facts)
        reach(f"journal.before:{kinds}")
        with writing(self._engine) as connection:
            index: dict[str, Any] = {
                "siren": state.siren,
                "stage": state.stage.value,
                "progress": state.progress.value,
                "changed_at": iso(at),
                "due_at": iso(at),
                "scheduled_at": iso(at),
                "remote": state.pastell.key if state.pastell else "",
                "remote_seen": state.pastell.seen if state.pastell else "",
                "s2low": state.transaction,
                "answers": state.answers,
            }
            if state.listens != self.state.listens:
                index["listen_at"] = iso(first_look(self.id_depot, at)) if state.listens else None
            if self.state.last_seq:
                self._guarded(connection, **index)
            else:
                connection.execute(
                    insert(tables.dossiers).values(
                        id_depot=self.id_depot, received_at=iso(at), holder=self._token, **index
                    )
                )
            if number is not None:
                connection.execute(
                    insert(tables.numbers).values(
                        siren=state.siren, numero=number, id_depot=self.id_depot, reserved_at=iso(at)
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


def read_history(connection: Connection, id_depot: str) -> list[ev.Event]:
    """Every event of a dossier, in order."""
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


def iso(moment: datetime) -> str:
    """Aware UTC moments in a form that sorts as text."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _read_waits(content: str) -> dict[str, Wait]:
    return {step: _read_wait(w) for step, w in json.loads(content).items()}


def _read_wait(kept: dict[str, Any]) -> Wait:
    return Wait(
        until=datetime.fromisoformat(kept["until"]),
        tries=kept["tries"],
        reason=kept["reason"],
        cause=kept.get("cause", ""),
        same=kept.get("same", 0),
        set_at=datetime.fromisoformat(kept["set_at"]) if "set_at" in kept else _LONG_AGO,
    )


def _write_waits(waits: Mapping[str, Wait]) -> str:
    return json.dumps(
        {
            step: {**asdict(wait), "until": iso(wait.until), "set_at": iso(wait.set_at)}
            for step, wait in waits.items()
        },
        ensure_ascii=False,
    )
