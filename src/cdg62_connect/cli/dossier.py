"""``dossier``: everything the journal knows of one dossier."""

from __future__ import annotations

from typing import Annotated

import typer

from cdg62_connect.cli.common import ConfigOption, JsonOption, console, say_json, settings_of
from cdg62_connect.cli.completion import dossiers


def dossier(
    id_depot: Annotated[
        str, typer.Argument(metavar="ID", help="L'identifiant du dépôt.", autocompletion=dossiers)
    ],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Raconte un dossier : son état, ce qu'il attend, tout ce qui lui est arrivé."""
    from cdg62_connect.journey import Journey, told, wording

    with Journey(settings_of(config)) as journey:
        state = journey.dossier(id_depot)
        history = journey.history(id_depot)
        returns = journey.tree.returns(id_depot)
    stage = wording(state.stage, state.progress)
    if as_json:
        say_json(
            {
                "id_depot": id_depot,
                "etat": stage.etat,
                "siren": state.siren,
                "acte_id": state.acknowledged.acte_id if state.acknowledged else None,
                "bloque": state.blocked.model_dump(mode="json", exclude={"files"}) if state.blocked else None,
                "retours": [str(folder) for folder in returns],
                "journal": [
                    {"seq": one.seq, "le": one.at, **one.fact.model_dump(mode="json")} for one in history
                ],
            }
        )
        return
    out = console()
    out.print(f"{id_depot} : {stage.label}", style="bold", markup=False)
    if state.blocked:
        out.print(f"  {state.blocked.reason}", markup=False)
        out.print(f"  Qui doit agir : {state.blocked.who}.", markup=False)
        out.print(f"  {state.blocked.advice}", markup=False)
    elif state.waiting:
        out.print(f"  Attend {state.waiting.who}.", markup=False)
    for one in history:
        out.print(f"  {one.at.astimezone():%d/%m/%Y %H:%M:%S}  {told(one.fact)}", markup=False)
    if returns:
        out.print("Rendu au déposant :")
    for folder in returns:
        out.print(f"  {folder}", markup=False, soft_wrap=True)
