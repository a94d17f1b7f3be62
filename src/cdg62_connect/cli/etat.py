"""``etat``: one line per dossier."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Column, Table

from cdg62_connect.cli.common import ConfigOption, JsonOption, console, say_json, settings_of


def etat(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    everything: Annotated[bool, typer.Option("--tous", help="Aussi les dossiers terminés.")] = False,
) -> None:
    """Montre où en est chaque dossier."""
    from cdg62_connect.journey import Journey, wording

    with Journey(settings_of(config)) as journey:
        rows = journey.rows(in_course=not everything)
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
