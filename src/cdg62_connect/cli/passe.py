"""``passe``: take the waiting lots and move every dossier that is due."""

from __future__ import annotations

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


def passe(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    hour: HourOption = None,
    verbose: VerboseOption = 0,
) -> None:
    """Fait une passe : prend les dépôts, fait avancer ce qui peut l'être, rend ce qui est prêt.

    À lancer à intervalles réguliers (cron, minuterie). Deux passes à la fois ne se gênent pas.
    """
    from cdg62_connect.journey import Journey

    tell(verbose)
    settings = settings_of(config)
    with Journey(settings, clock=rehearsal_clock(settings, hour)) as journey:
        report = journey.run_pass()
        following = journey.next_due()
    if as_json:
        say_json(
            {
                "recus": report.received,
                "avances": report.advanced,
                "echecs": report.failed,
                "prochaine": following,
            }
        )
    else:
        out = console()
        out.print(f"{len(report.received)} dépôt(s) reçu(s), {len(report.advanced)} dossier(s) avancé(s).")
        for id_depot, reason in report.failed.items():
            out.print(f"{id_depot} : erreur imprévue, sera repris. {reason}", style="red", markup=False)
        if following:
            out.print(f"Prochaine échéance : {following.astimezone():%d/%m/%Y à %H h %M}.")
        else:
            out.print("Plus rien en cours.")
    if report.failed:
        raise typer.Exit(1)
