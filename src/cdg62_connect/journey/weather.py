"""Which platforms answer, and which let us in.

One that does not answer is probed by one dossier at a time, the others wait for it. One that does not let an
authority in is told by the waits of that authority's dossiers. Both are kept in the journal, so that the next
pass of a cron job knows it too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from cdg62_connect.errors import AccessRefused, AuthenticationRefused, Cdg62Error, UntrustedServer
from cdg62_connect.extras import extra
from cdg62_connect.journey import pace
from cdg62_connect.journey.database import writing
from cdg62_connect.journey.hold import iso

with extra("journey", needed_for="Le journal des dossiers"):
    from sqlalchemy import delete, select
    from sqlalchemy.dialects.sqlite import insert

    from cdg62_connect.journey import tables

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from cdg62_connect.clock import Clock

_CLOSED = "acces:"
_CLOSING = (AuthenticationRefused, AccessRefused, UntrustedServer)


def cause_of(failure: Cdg62Error) -> str:
    """The cause of the wait that ``failure`` leads to: a door that only a person can open, or ``""``.

    That is an account, a right or a client certificate that the platform does not accept, or a server that we do
    not accept.
    """
    return f"{_CLOSED}{failure.platform}" if isinstance(failure, _CLOSING) else ""


@dataclass(frozen=True, slots=True)
class Outage:
    """A platform that has not answered ``since`` then, and is asked again at ``next_probe``."""

    platform: str
    since: datetime
    next_probe: datetime
    tries: int
    reason: str


@dataclass(frozen=True, slots=True)
class ClosedDoor:
    """A platform that does not let the authority ``siren`` in, and why."""

    platform: str
    siren: str
    reason: str


class Weather:
    """The platforms that do not answer, or do not let us in, as this process knows them."""

    def __init__(self, engine: Engine, *, clock: Clock, longest: float) -> None:
        self._engine = engine
        self._clock = clock
        self._longest = longest
        self._known: dict[str, Outage] = {}

    def look_out(self) -> None:
        """Learn what other processes have found."""
        with self._engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            self._known = {
                row.platform: Outage(
                    platform=row.platform,
                    since=datetime.fromisoformat(row.since),
                    next_probe=datetime.fromisoformat(row.next_probe),
                    tries=row.tries,
                    reason=row.reason,
                )
                for row in connection.execute(select(tables.outages))
            }

    @property
    def outages(self) -> tuple[Outage, ...]:
        """Every platform that does not answer."""
        return tuple(self._known.values())

    def closed_doors(self) -> tuple[ClosedDoor, ...]:
        """Each platform and authority of which a dossier in course waits for a door to be opened."""
        query = (
            select(tables.dossiers.c.siren, tables.dossiers.c.waits)
            .where(tables.dossiers.c.due_at.is_not(None), tables.dossiers.c.waits.contains(_CLOSED))
            .order_by(tables.dossiers.c.received_at)
        )
        found: dict[tuple[str, str], ClosedDoor] = {}
        with self._engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            for row in connection.execute(query):
                for wait in cast("dict[str, dict[str, Any]]", json.loads(row.waits)).values():
                    kind, _, platform = str(wait.get("cause", "")).rpartition(":")
                    if f"{kind}:" == _CLOSED:
                        door = ClosedDoor(platform=platform, siren=row.siren, reason=wait["reason"])
                        found.setdefault((platform, row.siren), door)
        return tuple(found.values())

    def closed(self, platform: str) -> Outage | None:
        """The outage to wait for, or ``None`` when the platform may be asked (also: asked again)."""
        outage, now = self._known.get(platform), self._clock.now()
        if outage is None or outage.next_probe <= now:
            return None
        # A probe set later than any wait was set by a clock that ran ahead.
        return outage if outage.next_probe <= now + timedelta(seconds=self._longest) else None

    def failed(self, platform: str, reason: str) -> None:
        """The platform did not answer, or asked to wait."""
        now = self._clock.now()
        before = self._known.get(platform)
        tries = before.tries + 1 if before else 0
        outage = Outage(
            platform=platform,
            since=before.since if before else now,
            next_probe=now + timedelta(seconds=pace.after_fault(tries=tries, longest=self._longest)),
            tries=tries,
            reason=reason,
        )
        values = {
            "since": iso(outage.since),
            "next_probe": iso(outage.next_probe),
            "tries": outage.tries,
            "reason": outage.reason,
        }
        with writing(self._engine) as connection:
            statement = insert(tables.outages).values(platform=platform, **values)
            connection.execute(statement.on_conflict_do_update(index_elements=["platform"], set_=values))
        self._known[platform] = outage

    def forget(self) -> None:
        """Ask every platform again at once."""
        self.look_out()
        for platform in tuple(self._known):
            self.answered(platform)

    def answered(self, platform: str) -> None:
        """The platform answers."""
        if self._known.pop(platform, None) is not None:
            with writing(self._engine) as connection:
                connection.execute(delete(tables.outages).where(tables.outages.c.platform == platform))
