"""``resoudre``: a person's decision on a blocked dossier."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from cdg62_connect.cli.common import ConfigOption, JsonOption, console, say_json, settings_of
from cdg62_connect.cli.completion import blocked_dossiers
from cdg62_connect.errors import ConfigurationError


def resoudre(
    id_depot: Annotated[
        str,
        typer.Argument(metavar="ID", help="L'identifiant du dépôt bloqué.", autocompletion=blocked_dossiers),
    ],
    motif: Annotated[str, typer.Option("--motif", help="Pourquoi : gardé au journal.")],
    adopter: Annotated[
        str | None,
        typer.Option(
            "--adopter",
            metavar="PLATEFORME=ID",
            help="L'élément qui existe déjà est celui de ce dossier (iparapheur=… ou s2low=…).",
        ),
    ] = None,
    jamais_parti: Annotated[
        bool, typer.Option("--jamais-parti", help="L'envoi n'est jamais parti : il sera refait.")
    ] = False,
    abandonner: Annotated[
        bool,
        typer.Option(
            "--abandonner", help="Clôt le dossier sans résultat ; ce qui est sur les plateformes y reste."
        ),
    ] = False,
    par: Annotated[str | None, typer.Option("--par", help="Qui décide (par défaut, votre session).")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Débloque un dossier : ce que vous dites est vérifié auprès de la plateforme, puis écrit au journal."""
    from cdg62_connect.journey import Journey, wording

    if sum((adopter is not None, jamais_parti, abandonner)) != 1:
        raise ConfigurationError(
            "Choisissez l'un des trois : --adopter PLATEFORME=ID, --jamais-parti ou --abandonner."
        )
    if not motif.strip():
        raise ConfigurationError("--motif ne peut pas être vide : il est gardé au journal.")
    by = par or getpass.getuser()
    with Journey(settings_of(config)) as journey:
        if adopter is not None:
            platform, _, remote_id = adopter.partition("=")
            if platform not in ("iparapheur", "s2low") or not remote_id:
                raise ConfigurationError("--adopter attend iparapheur=IDENTIFIANT ou s2low=TRANSACTION.")
            journey.adopt(id_depot, platform=platform, remote_id=remote_id, by=by, motif=motif)
        elif abandonner:
            journey.abandon(id_depot, by=by, motif=motif)
        else:
            journey.declare_never_left(id_depot, by=by, motif=motif)
        state = journey.dossier(id_depot)
    told = wording(state.stage, state.progress)
    if as_json:
        say_json({"id_depot": id_depot, "etat": told.etat})
    else:
        console().print(
            f"{id_depot} est débloqué ({told.label}). La prochaine passe le fera avancer.", markup=False
        )
