"""The NomFic of a PES is used once for a CodCol, for ever: S2LOW and Hélios know a flow by the two of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdg62_connect.journey import events as ev

if TYPE_CHECKING:
    from cdg62_connect.journey.step import Context


def taken_elsewhere(context: Context, *, step: str) -> ev.Blocked | None:
    """Why the PES must not go on, when another dossier has transmitted one of this name."""
    holder = context.owner(_key(context))
    return None if holder in (None, context.dossier.id_depot) else _taken(context, step=step, holder=holder)


def take(context: Context, *, step: str) -> ev.Blocked | None:
    """Take the name for this dossier, at the moment of transmitting; or say why it cannot be had."""
    if context.claim(_key(context)):
        return None
    return _taken(context, step=step, holder=context.owner(_key(context)))


def _key(context: Context) -> str:
    accepted = context.dossier.accepted
    assert accepted is not None
    assert accepted.pes is not None
    return f"helios:{accepted.pes.cod_col}:{accepted.pes.nom_fic.removesuffix('.xml')}"


def _taken(context: Context, *, step: str, holder: str | None) -> ev.Blocked:
    accepted = context.dossier.accepted
    assert accepted is not None
    assert accepted.pes is not None
    return ev.Blocked(
        code="NOM_FIC_UTILISE",
        step=step,
        reason=f"Le dossier {holder} a déjà transmis un PES de NomFic {accepted.pes.nom_fic} pour le CodCol "
        f"{accepted.pes.cod_col} : Hélios n'en prend pas un second.",
        who="l'agent des finances",
        advice="Si c'est le même envoi, abandonnez ce dossier-ci : rien n'est à refaire. Sinon, abandonnez-le et "
        "redéposez le flux sous un NomFic jamais employé.",
    )
