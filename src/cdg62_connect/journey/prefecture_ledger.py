"""What the journal keeps of the listening: whose each transaction is, when to look again, which letters are unread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cdg62_connect.extras import extra
from cdg62_connect.journey.database import writing
from cdg62_connect.journey.hold import iso
from cdg62_connect.journey.state import Stage

with extra("journey", needed_for="Le journal des dossiers"):
    from sqlalchemy import Connection, and_, delete, select, update
    from sqlalchemy.dialects.sqlite import insert

    from cdg62_connect.journey import tables

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from cdg62_connect.s2low import DocumentPrefecture

_IN_ONE_QUERY = 500


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that S2LOW lists as unread, about an acte that this journal does not have."""

    message: int
    siren: str
    sorte: int
    numero: str


@dataclass(frozen=True, slots=True)
class AnswerLot:
    """A deposit that answers a message, and where it is."""

    id_depot: str
    progress: Stage
    transaction: int

    @property
    def alive(self) -> bool:
        """It answers, or it will; no other deposit may."""
        return self.progress not in (Stage.REJECTED, Stage.REFUSED, Stage.ABANDONED)


class PrefectureLedger:
    """Local reads and writes only; every one is small, whatever the number of dossiers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # The unread messages of an authority

    def listens(self, siren: str) -> bool:
        """Whether this authority has an acte about which the préfecture may write."""
        table = tables.dossiers
        query = select(table.c.id_depot).where(
            table.c.s2low > 0,
            table.c.siren == siren,
            table.c.progress == Stage.ACKNOWLEDGED.value,
            table.c.answers == "",
        )
        with self._reading() as connection:
            return connection.execute(query.limit(1)).first() is not None

    def read_at(self, siren: str) -> datetime | None:
        """When its unread messages were last read."""
        query = select(tables.listenings.c.read_at).where(tables.listenings.c.siren == siren)
        with self._reading() as connection:
            found = connection.scalar(query)
        return datetime.fromisoformat(found) if found else None

    def known(self, messages: Iterable[int]) -> set[int]:
        """Those that were dealt with already."""
        numbers, found = list(messages), set[int]()
        for start in range(0, len(numbers), _IN_ONE_QUERY):
            query = select(tables.letters.c.message).where(
                tables.letters.c.message.in_(numbers[start : start + _IN_ONE_QUERY])
            )
            with self._reading() as connection:
                found.update(connection.scalars(query))
        return found

    def note(self, siren: str, one: DocumentPrefecture, *, id_depot: str, now: datetime) -> None:
        """A message was dealt with: brought home for ``id_depot``, or told as nobody's (``""``)."""
        values: dict[str, object] = {
            "siren": siren,
            "id_depot": id_depot,
            "sorte": one.type,
            "acte": one.acte or 0,
            "numero": one.number[:40],
            "seen_at": iso(now),
            "unread": 1,
        }
        line = insert(tables.letters).values(message=one.id, **values)
        with writing(self._engine) as connection:
            connection.execute(line.on_conflict_do_update(index_elements=["message"], set_=values))

    def was_read(self, siren: str, unread: Sequence[int] | None, *, now: datetime) -> None:
        """The list was read whole: what it no longer shows was read on the site. ``None``: it could not be."""
        letters = tables.letters
        line = insert(tables.listenings).values(siren=siren, read_at=iso(now))
        with writing(self._engine) as connection:
            shown = connection.execute(
                select(letters.c.message).where(letters.c.siren == siren, letters.c.unread == 1)
            )
            gone = set[int]() if unread is None else set(shown.scalars()) - set(unread)
            for message in gone:
                connection.execute(update(letters).where(letters.c.message == message).values(unread=0))
            connection.execute(
                line.on_conflict_do_update(index_elements=["siren"], set_={"read_at": iso(now)})
            )

    def foreign(self) -> list[Letter]:
        """The unread messages about actes that are not ours."""
        letters = tables.letters
        query = select(letters).where(letters.c.id_depot == "", letters.c.unread == 1)
        with self._reading() as connection:
            return [
                Letter(row.message, row.siren, row.sorte, row.numero)
                for row in connection.execute(query.order_by(letters.c.message))
            ]

    # The dossiers

    def owner(self, siren: str, transaction: int | None, numero: str) -> str | None:
        """The dossier of an acte, by its transaction, else by its number."""
        table, numbers = tables.dossiers, tables.numbers
        with self._reading() as connection:
            if transaction:
                found = select(table.c.id_depot).where(
                    table.c.s2low == transaction, table.c.siren == siren, table.c.answers == ""
                )
                return connection.scalar(found)
            query = select(numbers.c.id_depot).where(numbers.c.siren == siren, numbers.c.numero == numero)
            return connection.scalar(query)

    def due(self, now: datetime, *, limit: int) -> list[str]:
        """The dossiers whose look has come, the longest waiting first."""
        table = tables.dossiers
        query = select(table.c.id_depot).where(table.c.listen_at <= iso(now)).order_by(table.c.listen_at)
        with self._reading() as connection:
            return list(connection.scalars(query.limit(limit)))

    def looked(self, id_depot: str, following: datetime | None, *, problem: str = "") -> None:
        """When to look again; a problem is shown with a dossier that has nothing else to do."""
        table = tables.dossiers
        this = update(table).where(table.c.id_depot == id_depot)
        at_rest = table.c.stage.in_((Stage.CLOSED.value, Stage.IN_EXCHANGE.value))
        with writing(self._engine) as connection:
            connection.execute(this.values(listen_at=iso(following) if following else None))
            connection.execute(this.where(at_rest).values(problem=problem))

    def hurry(self, id_depot: str | None, *, now: datetime) -> int:
        """Look at one acte at once; without a name, at the unread messages of all authorities. How many actes."""
        table = tables.dossiers
        listens = and_(table.c.id_depot == id_depot, table.c.listen_at.is_not(None))
        with writing(self._engine) as connection:
            if id_depot is None:
                connection.execute(delete(tables.listenings))
                return 0
            return connection.execute(update(table).where(listens).values(listen_at=iso(now))).rowcount

    def in_exchange(self) -> list[str]:
        """The dossiers for which the préfecture waits for an answer."""
        table = tables.dossiers
        query = select(table.c.id_depot).where(table.c.stage == Stage.IN_EXCHANGE.value)
        with self._reading() as connection:
            return list(connection.scalars(query))

    def answers_to(self, key: str) -> list[AnswerLot]:
        """The deposits that answer a message, oldest first."""
        table = tables.dossiers
        query = select(table.c.id_depot, table.c.progress, table.c.s2low).where(table.c.answers == key)
        with self._reading() as connection:
            return [
                AnswerLot(row.id_depot, Stage(row.progress), row.s2low)
                for row in connection.execute(query.order_by(table.c.received_at, table.c.id_depot))
            ]

    def answer_lot(self, transaction: int) -> str | None:
        """The deposit whose answer has this transaction."""
        table = tables.dossiers
        query = select(table.c.id_depot).where(table.c.s2low == transaction, table.c.answers != "")
        with self._reading() as connection:
            return connection.scalar(query)

    def _reading(self) -> Connection:
        return self._engine.execution_options(isolation_level="AUTOCOMMIT").connect()
