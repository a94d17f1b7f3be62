"""Asking Pastell for an action: to send the document on its way, or to move one that does not move by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdg62_connect.errors import Refused
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.pastell.draft import DRAFT
from cdg62_connect.journey.pastell.forms import FORMS
from cdg62_connect.pastell import Busy

if TYPE_CHECKING:
    from cdg62_connect.journey.state import Dossier
    from cdg62_connect.journey.step import Context


class Act:
    """``POST action``: Pastell's own states see to it that nothing is done twice.

    An action is only asked for in the state that it was planned for. When its answer is lost, the state tells:
    another one than planned means that it was done, by us or by Pastell's own worker.
    """

    name = "agir_pastell"
    platform = "pastell"
    blocks = True

    def applies(self, dossier: Dossier) -> bool:
        """Filled and not launched, or in a state that waits for us."""
        document = dossier.pastell
        if document is None or not document.filled or dossier.rejected or dossier.refused:
            return False
        return not document.launched or bool(document.todo)

    def plan(self, context: Context) -> ev.IntentRecorded | tuple[ev.Fact, ...]:
        """The action, and the state in which it is asked for."""
        document, accepted = context.dossier.pastell, context.dossier.accepted
        assert document is not None
        assert accepted is not None
        detail = context.assignment.platforms.require_pastell().documents.detail(
            document.entite, document.id_d
        )
        if document.launched:
            if detail.etat != document.etat:
                return (ev.PastellActed(action=document.todo, etat=document.etat, how="found"),)
            action = document.todo
        else:
            form = FORMS[document.flux]
            action = form.start if accepted.signer else form.start_unsigned
            if detail.etat not in DRAFT:
                return (ev.PastellActed(action=action, etat="modification", how="found"),)
        plan: dict[str, object] = {"action": action, "etat": detail.etat}
        return ev.IntentRecorded(step=self.name, key=f"{document.id_d}/{action}", plan=plan)

    def perform(self, context: Context, intent: ev.IntentRecorded) -> tuple[ev.Fact, ...]:
        """Ask for it once; what Pastell answers to a document that waits is the reason why it waits."""
        document = context.dossier.pastell
        assert document is not None
        action, etat = str(intent.plan["action"]), str(intent.plan["etat"])
        documents = context.assignment.platforms.require_pastell().documents
        try:
            result = documents.agir(document.entite, document.id_d, action)
        except Busy:
            raise
        except Refused as refused:
            if documents.detail(document.entite, document.id_d).etat != etat:
                return (ev.PastellActed(action=action, etat=etat, how="found"),)
            said = refused.said or refused.summary
            if not document.launched:
                why = f"Pastell refuse « {action} » : {said}"
                return (ev.IntentCleared(step=self.name, why=why), _not_launched(self.name, why))
            return (ev.PastellActed(action=action, etat=etat, how="refused", said=said),)
        return (ev.PastellActed(action=action, etat=etat, how="done", said=result.message),)

    def reconcile(self, context: Context, intent: ev.IntentRecorded) -> tuple[ev.Fact, ...]:
        """A document that left the state it was in has done what was asked."""
        document = context.dossier.pastell
        assert document is not None
        action, etat = str(intent.plan["action"]), str(intent.plan["etat"])
        detail = context.assignment.platforms.require_pastell().documents.detail(
            document.entite, document.id_d
        )
        if detail.etat != etat:
            return (ev.PastellActed(action=action, etat=etat, how="found"),)
        return (ev.IntentCleared(step=self.name, why=f"le document est encore à l'état « {etat} »"),)


def _not_launched(step: str, reason: str) -> ev.Blocked:
    return ev.Blocked(
        code="ENVOI_REFUSE_PAR_PASTELL",
        step=step,
        reason=reason,
        who="l'administrateur de Pastell, avec l'agent instructeur",
        advice="Rien n'est parti. Corrigez la cause dans Pastell, puis dites --jamais-parti : l'envoi sera redemandé.",
    )
