"""``etat``: one line per dossier."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn

import typer

from cdg62_connect.cli.common import ConfigOption, JsonOption, console, say_json, settings_of
from cdg62_connect.cli.completion import authorities
from cdg62_connect.errors import ConfigurationError


def etat(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    everything: Annotated[bool, typer.Option("--tous", help="Aussi les dossiers terminés.")] = False,
    siren: Annotated[
        str | None,
        typer.Option(
            "--autorite",
            metavar="SIREN",
            help="Les dossiers d'une seule autorité.",
            autocompletion=authorities,
        ),
    ] = None,
    alert: Annotated[
        bool,
        typer.Option(
            "--alerte", help="Pour la supervision : ce qui appelle une personne, et le code 0, 1 ou 2."
        ),
    ] = False,
) -> None:
    """Montre où en est chaque dossier.

    Avec --alerte, le code de sortie est 0 (rien à signaler), 1 (attention) ou 2 (critique).
    """
    if alert:
        _watch(config, as_json=as_json)
    from rich.table import Column, Table

    from cdg62_connect.journey import Journey, wording

    settings = settings_of(config)
    if siren is not None and settings.authority(siren) is None:
        known = ", ".join(f"{one.siren} ({one.name})" for one in settings.authorities)
        raise ConfigurationError(f"--autorite : {siren} n'est pas dans la configuration. Y sont : {known}.")
    with Journey(settings) as journey:
        rows = [row for row in journey.rows(in_course=not everything) if siren in (None, row.siren)]
    if as_json:
        say_json(
            {
                "dossiers": [
                    {
                        "id_depot": row.id_depot,
                        "siren": row.siren,
                        "etat": wording(row.stage, row.progress).etat,
                        "depuis": row.changed_at,
                        "prochaine": row.due_at,
                        "probleme": row.problem,
                    }
                    for row in rows
                ]
            }
        )
        return
    out = console()
    if not rows:
        out.print("Aucun dossier en cours." if not everything else "Aucun dossier.")
        return
    table = Table(
        *(Column(title, overflow="fold") for title in ("Dépôt", "État", "Depuis", "Prochaine échéance"))
    )
    for row in rows:
        told = wording(row.stage, row.progress).label
        table.add_row(
            row.id_depot,
            f"{told}\n{row.problem}" if row.problem else told,
            f"{row.changed_at.astimezone():%d/%m/%Y %H:%M}",
            f"{row.due_at.astimezone():%d/%m/%Y %H:%M}" if row.due_at else "",
        )
    out.print(table)


def _watch(config: Path | None, *, as_json: bool) -> NoReturn:
    from cdg62_connect.journey import Journey, Level

    with Journey(settings_of(config)) as journey:
        alerts = journey.alerts()
    worst = max((alert.level for alert in alerts), default=Level.OK)
    if as_json:
        say_json(
            {
                "niveau": worst.name,
                "alertes": [{"cle": a.key, "niveau": a.level.name, "message": a.message} for a in alerts],
            }
        )
    else:
        out = console()
        out.print(worst.name if alerts else "OK : rien n'appelle une personne.")
        for one in alerts:
            out.print(f"{one.level.name} : {one.message}", markup=False, soft_wrap=True)
    raise typer.Exit(int(worst))
