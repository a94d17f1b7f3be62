"""What is new of a PES that Pastell carries, once it has left the circuit: transmitted, held back, answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdg62_connect.journey import events as ev
from cdg62_connect.journey.helios.acquit import ACQUIT, answered_by_helios, judge_acquit
from cdg62_connect.journey.helios.nom_fic import take
from cdg62_connect.journey.pastell.evidence import Harvest
from cdg62_connect.journey.pastell.forms import FORMS

if TYPE_CHECKING:
    from cdg62_connect.journey.pastell.standing import Standing
    from cdg62_connect.journey.step import Context
    from cdg62_connect.pastell import DocumentDetail

_HELD_BACK = 14
_IN_ERROR = -1


def pes_news(context: Context, detail: DocumentDetail, standing: Standing, *, step: str) -> list[ev.Fact]:
    """The facts, in order: S2LOW has it, it waits for an agent, S2LOW refused it, or the acquit with its verdict."""
    dossier = context.dossier
    document, accepted = dossier.pastell, dossier.accepted
    assert document is not None
    assert accepted is not None
    assert accepted.pes is not None
    facts: list[ev.Fact] = []
    number = detail.texte(FORMS[document.flux].transaction)
    if dossier.pes_sent is None and number.isascii() and number.isdigit():
        take(context, step=step)  # from now on, no other dossier may use its NomFic
        facts.append(
            ev.PesTransmitted(transaction=int(number), nom_fic=accepted.pes.nom_fic, sha1="", how="created")
        )
    if standing.waits_for_agent and dossier.waiting is None:
        facts.append(ev.WaitingForPerson(statut=_HELD_BACK, who=standing.waits_for_agent))
    elif dossier.waiting is not None and not standing.waits_for_agent:
        facts.append(ev.PersonActed(statut=dossier.waiting.statut))
    if standing.answered or answered_by_helios(standing.refused):
        facts.append(_answer(context, detail, step=step))
    elif standing.refused:
        facts.append(
            ev.PesRefused(
                statut=_IN_ERROR,
                reason=standing.refused,
                advice="S2LOW n'a pas pris ce PES : rien n'est parvenu à Hélios. Corrigez la cause, puis redéposez le "
                "flux sous un NomFic nouveau.",
            )
        )
    return facts


def _answer(context: Context, detail: DocumentDetail, *, step: str) -> ev.PesAcquitted | ev.Blocked:
    document = context.dossier.pastell
    assert document is not None
    nature, nom = ACQUIT
    with context.documents.workplace(context.dossier.id_depot) as folder:
        file = Harvest(context, detail, folder).file(FORMS[document.flux].acquit, nature=nature, nom=nom)
    if file is None:
        return ev.Blocked(
            code="ACQUIT_ABSENT",
            step=step,
            reason=f"Hélios a répondu au document {detail.id_d}, et Pastell ne donne pas l'acquit.",
            who="l'administrateur de Pastell",
            advice="Voyez l'acquit dans Pastell ou sur S2LOW. Quand il est dans le document, adoptez de nouveau ce "
            "document ; ne renvoyez rien avant de l'avoir lu.",
        )
    return judge_acquit(context, context.documents.path(file.sha256), step=step, file=file)
