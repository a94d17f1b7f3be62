"""``reprendre``: after a failure or a repair, look again at once."""

from __future__ import annotations

from typing import Annotated

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
from cdg62_connect.cli.completion import dossiers_in_course

PROMISE = (
    "Rien ne sera envoyé deux fois : un envoi interrompu est d'abord vérifié auprès de sa plateforme, "
    "et repris seulement s'il n'y est pas."
)


def reprendre(
    id_depot: Annotated[
        str | None,
        typer.Argument(
            metavar="[ID]",
            help="Un seul dossier ; sans lui, tous ceux en cours.",
            autocompletion=dossiers_in_course,
        ),
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    hour: HourOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Reprend tout de suite un dossier, ou tous ceux en cours, sans attendre leur échéance."""
    from cdg62_connect.journey import Journey

    tell(verbose)
    settings = settings_of(config)
    if not as_json:
        console().print(PROMISE)
    with Journey(settings, clock=rehearsal_clock(settings, hour)) as journey:
        resumed = journey.resume(id_depot)
        report = journey.run_pass()
    if as_json:
        say_json({"repris": resumed, "avances": report.advanced, "echecs": report.failed})
    else:
        console().print(f"{resumed} dossier(s) repris, {len(report.advanced)} avancé(s).")
    if report.failed:
        raise typer.Exit(1)
