"""What is worth waking a person for. Each alert is given once for as long as it lasts."""

from __future__ import annotations

import json
import logging
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING

from cdg62_connect.extras import extra
from cdg62_connect.journey.database import writing
from cdg62_connect.journey.hold import iso
from cdg62_connect.journey.state import Stage
from cdg62_connect.journey.wording import platform_label
from cdg62_connect.settings import PES

with extra("journey", needed_for="Le journal des dossiers"):
    from sqlalchemy import delete, select
    from sqlalchemy.dialects.sqlite import insert

    from cdg62_connect.journey import tables

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from cdg62_connect.journey.pastell.fleet import Divergence
    from cdg62_connect.journey.store import Row
    from cdg62_connect.journey.weather import ClosedDoor, Outage
    from cdg62_connect.settings import Alert as AlertSettings

_log = logging.getLogger("cdg62_connect.alertes")

ONCE_FOR_ALL = "certificat:"
"""Keys that begin so are never forgotten: what they tell (a certificate, a threshold) happens once."""


class Level(IntEnum):
    """How grave; also the exit code of ``etat --alerte``, as monitoring tools expect it."""

    OK = 0
    ATTENTION = 1
    CRITIQUE = 2


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that a person must know. ``key`` stays the same for as long as it lasts."""

    key: str
    level: Level
    message: str


def find_alerts(
    rows: Iterable[Row],
    outages: Iterable[Outage],
    closed_doors: Iterable[ClosedDoor] = (),
    *,
    settings: AlertSettings,
    now: datetime,
    names: Mapping[str, str] | None = None,
) -> list[Alert]:
    """The alerts of this moment, gravest first.

    ``rows`` are the dossiers in course; a blocked one, an acte whose accusé is overdue, a platform that has
    not answered for long, and one that does not let an authority in (``names`` by SIREN) are alerts.
    """
    found = [alert for row in rows if (alert := _of_dossier(row, settings, now))]
    for outage in outages:
        if now - outage.since >= timedelta(hours=settings.outage_hours):
            message = (
                f"{outage.platform} ne répond pas depuis le {outage.since.astimezone():%d/%m à %H h %M} : "
            )
            found.append(Alert(f"panne:{outage.platform}", Level.CRITIQUE, message + outage.reason))
    for door in closed_doors:
        whose = (names or {}).get(door.siren, f"le SIREN {door.siren}")
        message = f"{platform_label(door.platform)} : accès impossible pour {whose}. {door.reason}"
        found.append(Alert(f"acces:{door.platform}:{door.siren}", Level.CRITIQUE, message))
    return by_gravity(found)


def alert_of(divergence: Divergence) -> Alert:
    """The alert that a platform contradicts itself about a dossier."""
    return Alert(
        f"divergence:{divergence.id_depot}", Level.ATTENTION, f"{divergence.id_depot} : {divergence.reason}"
    )


def by_gravity(alerts: Iterable[Alert]) -> list[Alert]:
    """The gravest first."""
    return sorted(alerts, key=lambda alert: (-alert.level, alert.key))


def _of_dossier(row: Row, settings: AlertSettings, now: datetime) -> Alert | None:
    if row.stage is Stage.BLOCKED:
        message = f"{row.id_depot} : une personne doit agir (cdg62-connect dossier {row.id_depot})."
        return Alert(f"bloque:{row.id_depot}:{row.changed_at:%Y%m%dT%H%M%S}", Level.CRITIQUE, message)
    if row.progress is Stage.TRANSMITTED and now - row.changed_at >= timedelta(hours=settings.ar_hours):
        pes = f"_{PES}_" in row.id_depot
        awaited = "acquit d'Hélios" if pes else "accusé de réception de la préfecture"
        message = f"{row.id_depot} : pas d'{awaited} depuis plus de {settings.ar_hours} h."
        return Alert(f"ar:{row.id_depot}", Level.ATTENTION, message)
    return None


class AlertBook:
    """Which alerts were given already."""

    def __init__(self, engine: Engine, *, settings: AlertSettings) -> None:
        self._engine = engine
        self._settings = settings

    def give(self, alerts: Iterable[Alert], *, now: datetime) -> list[Alert]:
        """Call the configured command for each alert that is new, and forget those that are over.

        What concerns a certificate is never over: the same one at the same threshold is told once.
        A command that fails or takes too long is called again at the next pass; it stops nothing.

        Returns:
            The alerts given now.
        """
        current = {alert.key: alert for alert in alerts}
        with self._engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            known = set(connection.scalars(select(tables.alerts.c.key)))
        passing = {key for key in known if not key.startswith(ONCE_FOR_ALL)}
        if over := passing - set(current):
            with writing(self._engine) as connection:
                connection.execute(delete(tables.alerts).where(tables.alerts.c.key.in_(over)))
        given: list[Alert] = []
        for key, alert in current.items():
            if key in known or not self._call(alert):
                continue
            with writing(self._engine) as connection:
                line = insert(tables.alerts).values(key=key, given_at=iso(now))
                connection.execute(line.on_conflict_do_nothing())
            given.append(alert)
        return given

    def _call(self, alert: Alert) -> bool:
        if not self._settings.command:
            return True  # whoever runs the pass is told
        told = json.dumps({**asdict(alert), "level": alert.level.name}, ensure_ascii=False)
        try:
            done = subprocess.run(  # noqa: S603 - no shell; the command is the administrator's own
                self._settings.command,
                input=told,
                text=True,
                encoding="utf-8",
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=self._settings.seconds,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as failure:
            _log.error("La commande d'alerte n'a pas abouti (%s) ; elle sera rappelée.", failure)
            return False
        if done.returncode:
            _log.error("La commande d'alerte rend %s : %s", done.returncode, done.stderr.strip()[:500])
        return done.returncode == 0
