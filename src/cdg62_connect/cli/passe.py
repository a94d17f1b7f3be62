"""``passe``: take the waiting lots and move every dossier that is due."""

from __future__ import annotations

import signal
import threading
from datetime import datetime
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from cdg62_connect.cli.common import (
    ConfigOption,
    HourOption,
    JsonOption,
    VerboseOption,
    console,
    rehearsal_clock,
    say_json,
    settings_of,
    tell,
)

if TYPE_CHECKING:
    from cdg62_connect.journey import Journey, PassReport

_LONGEST_REST = 60.0
_SLICE = 1.0
"""Seconds between two looks at ``entrants/`` while nothing else is due."""


def passe(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    follow: Annotated[
        bool,
        typer.Option(
            "--suivre", help="Recommence sans fin ; Ctrl-C ou SIGTERM arrête après le dossier en main."
        ),
    ] = False,
    hour: HourOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Fait une passe : prend les dépôts, fait avancer ce qui peut l'être, rend ce qui est prêt.

    À lancer à intervalles réguliers (cron, minuterie), ou une fois avec --suivre (service). Deux passes à la
    fois ne se gênent pas.
    """
    from cdg62_connect.journey import Journey, Stage

    tell(verbose)
    settings = settings_of(config)
    stop = _stop_on_signal()
    with Journey(settings, clock=rehearsal_clock(settings, hour)) as journey:
        while True:
            report = journey.run_pass(stop=stop.is_set)
            following = journey.next_due()
            waiting = sum(row.stage is Stage.BLOCKED for row in journey.rows(in_course=True))
            if not follow or report.received or report.advanced or report.failed or report.alerts:
                _say(report, following, waiting, as_json=as_json)
            if not follow or _stopped(stop, _rest(journey, following)):
                break
    if report.failed and not follow:
        raise typer.Exit(1)


def _stop_on_signal() -> threading.Event:
    """Set by the first SIGTERM or Ctrl-C; a second Ctrl-C interrupts at once, which loses nothing either."""
    stop = threading.Event()

    def end(number: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)

    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):  # the last one is how Windows asks a console to end
        if (number := getattr(signal, name, None)) is not None:
            signal.signal(number, end)
    return stop


def _stopped(stop: threading.Event, seconds: float) -> bool:
    """Rest that long, or until the stop; in slices, since Windows delivers no signal during a wait."""
    while seconds > 0 and not stop.wait(min(seconds, _SLICE)):
        seconds -= _SLICE
    return stop.is_set()


def _rest(journey: Journey, following: datetime | None) -> float:
    if following is None:
        return _LONGEST_REST
    return min(max((following - journey.now()).total_seconds(), 1.0), _LONGEST_REST)


def _say(report: PassReport, following: datetime | None, waiting: int, *, as_json: bool) -> None:
    if as_json:
        say_json(
            {
                "recus": report.received,
                "avances": report.advanced,
                "echecs": report.failed,
                "alertes": [alert.message for alert in report.alerts],
                "bloques": waiting,
                "prochaine": following,
            }
        )
        return
    out = console()
    out.print(f"{len(report.received)} dépôt(s) reçu(s), {len(report.advanced)} dossier(s) avancé(s).")
    for id_depot, reason in report.failed.items():
        out.print(f"{id_depot} : erreur imprévue, sera repris. {reason}", style="red", markup=False)
    for alert in report.alerts:
        out.print(f"{alert.level.name} : {alert.message}", style="bold", markup=False)
    if waiting:
        out.print(f"{waiting} dossier(s) attendent une personne : cdg62-connect etat.", style="bold")
    if following:
        out.print(f"Prochaine échéance : {following.astimezone():%d/%m/%Y à %H h %M}.")
    elif not waiting:
        out.print("Plus rien en cours.")
