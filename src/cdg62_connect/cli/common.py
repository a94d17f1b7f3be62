"""What several commands share: their options, and the two ways to say something."""

from __future__ import annotations

import json
import logging
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cdg62_connect.clock import Clock, SystemClock
from cdg62_connect.errors import ConfigurationError

if TYPE_CHECKING:  # the shell waits while completion imports this: what is heavy comes when it is used
    from rich.console import Console

    from cdg62_connect.settings import Settings

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="Fichier de configuration TOML.", show_default="cdg62-connect.toml"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Un seul objet JSON sur la sortie, rien d'autre.")]
VerboseOption = Annotated[
    int,
    typer.Option("--verbeux", "-v", count=True, help="Raconte les échanges (-v) ou tout (-vv), sur stderr."),
]
HourOption = Annotated[
    str | None,
    typer.Option(
        "--heure",
        metavar="ISO",
        help="Répétition : fait comme s'il était cette heure (plateformes « simulateur » seulement).",
    ),
]


def console() -> Console:
    """Where people read."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=False)


def say_json(content: object) -> None:
    """The one JSON object of the command."""
    sys.stdout.write(json.dumps(content, ensure_ascii=False, default=_plain) + "\n")
    sys.stdout.flush()


def tell(verbosity: int) -> None:
    """Send the logs to stderr, at the verbosity asked for."""
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbosity, 2)]
    logging.basicConfig(
        stream=sys.stderr, level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )


def rehearsal_clock(settings: Settings, hour: str | None) -> Clock:
    """The machine's clock, or the hour that a rehearsal asks for.

    Raises:
        ConfigurationError: the hour is malformed, or a platform is not the simulator.
    """
    from cdg62_connect.settings import Environment

    if hour is None:
        return SystemClock()
    platforms = settings.platforms.named().values()
    if any(platform.environment is not Environment.SIMULATEUR for platform in platforms):
        raise ConfigurationError(
            "--heure est réservé aux répétitions : toutes les plateformes doivent être « simulateur »."
        )
    try:
        moment = datetime.fromisoformat(hour)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ConfigurationError(
            "--heure attend une date, une heure et un fuseau, comme 2026-03-12T10:15:00+01:00."
        )
    return _AskedHour(moment)


def settings_of(config: Path | None) -> Settings:
    """The configuration of this command."""
    from cdg62_connect.settings import load_settings

    return load_settings(config)


class _AskedHour:
    """A clock that stands at the hour asked for and moves only when somebody waits on it."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        return self._moment

    def sleep(self, seconds: float) -> None:
        self._moment += timedelta(seconds=seconds)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
