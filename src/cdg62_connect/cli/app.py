"""The commands, each under its French name and its English alias."""

from __future__ import annotations

from collections.abc import Callable

import typer

from cdg62_connect.cli import controle, demo, dossier, etat, init, passe, reprendre, resoudre, simulateur

app = typer.Typer(
    name="cdg62-connect",
    help="Porte les documents d'Opéris à la signature et au contrôle de légalité, et les rapporte.",
    no_args_is_help=True,
    add_completion=False,
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
