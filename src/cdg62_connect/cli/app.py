"""The commands, each under its French name and its English alias."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer
from typer.main import get_command

from cdg62_connect.cli import (
    completion,
    controle,
    demo,
    dossier,
    etat,
    init,
    passe,
    reprendre,
    resoudre,
    schemas,
    simulateur,
)

app = typer.Typer(
    name="cdg62-connect",
    help="Porte les documents d'Opéris à la signature et au contrôle de légalité, et les rapporte.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

_COMMANDS: tuple[tuple[str, str, Callable[..., None]], ...] = (
    ("demo", "", demo.demo),
    ("init", "", init.init),
    ("controle", "doctor", controle.controle),
    ("passe", "run", passe.passe),
    ("etat", "status", etat.etat),
    ("dossier", "show", dossier.dossier),
    ("reprendre", "resume", reprendre.reprendre),
    ("resoudre", "resolve", resoudre.resoudre),
    ("simulateur", "simulator", simulateur.simulateur),
)

for _french, _english, _command in _COMMANDS:
    app.command(_french)(_command)
    if _english:
        app.command(_english, hidden=True, help=f"Comme « {_french} ».")(_command)

app.add_typer(schemas.app, name="schemas")

PROGRAM = "cdg62-connect"

_COMPLETION: dict[str | None, tuple[Callable[..., None], str]] = {
    "install_completion": (
        completion.install,
        "Installe la complétion (touche Tab) pour le shell qui appelle : bash, zsh, fish ou PowerShell.",
    ),
    "show_completion": (
        completion.show,
        "Écrit le script de complétion du shell qui appelle, pour l'installer vous-même.",
    ),
}


def run() -> None:
    """Run the command line; what Typer says of completion is said in French."""
    command = get_command(app)
    for parameter in command.params:
        if parameter.name in _COMPLETION:
            own: Any = parameter
            own.callback, own.help = _COMPLETION[parameter.name]
    command(prog_name=PROGRAM)
