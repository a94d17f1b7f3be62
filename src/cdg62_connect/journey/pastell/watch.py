"""Reading one document of Pastell: what has come of it, what it needs, and when to ask by hand why it stays.

A document is read when the watch of its whole entity saw it move, and when it has stayed too long in a state
that should pass: some failures leave no trace that a list or the journal would show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdg62_connect.errors import NotFound
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.helios.signed_pes import judge_signed_pes
from cdg62_connect.journey.pastell.evidence import Harvest, read_ar
from cdg62_connect.journey.pastell.forms import FORMS
from cdg62_connect.journey.pastell.pes import pes_news
from cdg62_connect.journey.pastell.standing import Needs, Standing, standing_of
from cdg62_connect.journey.s2low_standing import link_of
from cdg62_connect.journey.signed_document import judge_signed, unsigned
from cdg62_connect.journey.stamped import BROKEN_BY_THE_STAMP, judge_stamped
from cdg62_connect.journey.step import Context, Later
from cdg62_connect.pastell import FLUX_CONNUS

if TYPE_CHECKING:
    from datetime import datetime

    from cdg62_connect.journey.state import Dossier, PastellDocument
    from cdg62_connect.pastell import DocumentDetail
    from cdg62_connect.settings import Settings

_LOOKS_BEFORE_LOST = 3

_TOO_LATE = (
    "Pastell enchaîne de lui-même la signature et la télétransmission : vérifiez sur S2LOW si l'acte est parti, "
    "et annulez-le s'il le faut. Adoptez ensuite un document de Pastell bien signé, ou abandonnez."
)


class WatchDocument:
    """``GET document`` until Pastell has nothing more to give; the evidence is brought home on the way."""

    name = "suivre_pastell"
    platform = "pastell"

    def applies(self, dossier: Dossier) -> bool:
        """On its way, without its end, and not waiting for an action of ours."""
        document = dossier.pastell
        return document is not None and document.launched and not document.todo and not dossier.finished

    def pace(self, settings: Settings, moment: datetime) -> float:
        """Used for a document that Pastell does not show; the others wait for the watch of their entity."""
        del moment
        return settings.rhythm.pastell_seconds

    def look(self, context: Context) -> tuple[ev.Fact, ...] | Later:
        """Everything that is new in the document, at once: one read."""
        document = context.dossier.pastell
        assert document is not None
        documents = context.assignment.platforms.require_pastell().documents
        try:
            detail = documents.detail(document.entite, document.id_d)
        except NotFound as unknown:
            if context.same("introuvable") < _LOOKS_BEFORE_LOST:
                return Later("Pastell ne montre pas ce document", cause="introuvable", problem=True)
            return (
                ev.Blocked(
                    code="DISPARU_DE_PASTELL",
                    step=self.name,
                    reason=f"Pastell ne montre plus le document {document.id_d} de l'entité {document.entite}.",
                    who="l'administrateur de Pastell",
                    advice=unknown.advice,
                ),
            )
        known = FLUX_CONNUS.get(detail.flux) or context.assignment.platforms.require_pastell().comprendre(
            detail.flux
        )
        standing = standing_of(context.dossier, detail, known, now=context.clock.now())
        facts = [*self._moved(document, detail), *self._news(context, detail, standing)]
        over = any(
            isinstance(
                fact,
                ev.Blocked
                | ev.RejectedInCircuit
                | ev.AcknowledgedByPrefecture
                | ev.PesAcquitted
                | ev.PesRefused,
            )
            for fact in facts
        )
        if over or _ends(context.dossier, facts):
            return tuple(facts)
        match standing.needs:
            case Needs.ACTION:
                facts = [fact for fact in facts if not isinstance(fact, ev.PastellSeen)]
                return (_seen(detail, todo=standing.action, why=standing.reason), *facts)
            case Needs.PERSON:
                return (*facts, _person(self.name, document, detail, standing))
            case Needs.TIME:
                reason = f"dans Pastell ({detail.etat})"
                if document.answer:
                    reason += f" : {document.answer}"
                problem = document.refused
                wait = standing.wait.total_seconds()
                return Later(reason, cause=detail.etat, facts=tuple(facts), seconds=wait, problem=problem)

    def _moved(self, document: PastellDocument, detail: DocumentDetail) -> tuple[ev.Fact, ...]:
        same = (detail.etat, detail.etat_date) == (document.etat, document.since)
        return () if same else (_seen(detail),)

    def _news(self, context: Context, detail: DocumentDetail, standing: Standing) -> list[ev.Fact]:
        dossier = context.dossier
        accepted = dossier.accepted
        assert accepted is not None
        facts: list[ev.Fact] = []
        if accepted.signer and dossier.circuit is None and standing.in_circuit:
            known = detail.texte("iparapheur_dossier_id") or detail.id_d
            facts.append(ev.CircuitOpened(dossier_id=known, how="created"))
        if standing.rejected and dossier.rejected is None:
            return [*facts, self._rejection(context, detail)]
        if accepted.signer and dossier.signed is None and standing.signed:
            judged = self._signature(context, detail)
            facts.append(judged)
            if isinstance(judged, ev.Blocked):
                return facts
        if accepted.pes is not None:
            return [*facts, *pes_news(context, detail, standing, step=self.name)]
        transaction = detail.texte("tedetis_transaction_id")
        if accepted.transmettre and dossier.transmitted is None and transaction:
            number = int(transaction) if transaction.isascii() and transaction.isdigit() else 0
            facts.append(ev.Transmitted(transaction=number, numero=dossier.numero, how="created"))
        if standing.waits_for_agent and dossier.waiting is None and accepted.transmettre:
            lien = link_of(context, int(transaction)) if transaction.isdecimal() else ""
            facts.append(ev.WaitingForPerson(statut=17, who=standing.waits_for_agent, lien=lien))
        elif dossier.waiting is not None and not standing.waits_for_agent:
            facts.append(ev.PersonActed(statut=dossier.waiting.statut))
        if standing.refused:
            facts.append(ev.RefusedByLegality(statut=6, etape="tdt", reason=standing.refused))
        elif standing.cancelled:
            facts.append(ev.ActeCancelled(statut=21))
        elif accepted.transmettre and standing.acknowledged:
            facts.append(self._acknowledgement(context, detail))
        return facts

    def _rejection(self, context: Context, detail: DocumentDetail) -> ev.RejectedInCircuit:
        with context.documents.workplace(context.dossier.id_depot) as folder:
            files = Harvest(context, detail, folder).circuit()
        said = detail.texte("parapheur_last_message") or detail.etat_message or ""
        etape = "visa" if "visa" in said.lower() else "signature"
        return ev.RejectedInCircuit(
            etape=etape,
            by="une personne du circuit (voir l'historique joint)",
            reason=said or "sans motif dans Pastell",
            on=detail.etat_date,
            files=files,
        )

    def _signature(self, context: Context, detail: DocumentDetail) -> ev.Signed | ev.Blocked:
        dossier = context.dossier
        accepted, document = dossier.accepted, dossier.pastell
        assert accepted is not None
        assert document is not None
        form = FORMS[document.flux]
        with context.documents.workplace(dossier.id_depot) as folder:
            harvest = Harvest(context, detail, folder)
            stem = accepted.document.nom.rpartition(".")[0][:80]
            nature, suffix = ("pes_signe", "xml") if accepted.pes is not None else ("pdf_signe", "pdf")
            signed = harvest.file(form.signed, nature=nature, nom=f"{stem}_signe.{suffix}")
            others = harvest.circuit()
        if signed is None:
            return unsigned(
                self.name, "Pastell ne rend aucun document signé.", advice=_TOO_LATE, files=others
            )
        judge = judge_signed_pes if accepted.pes is not None else judge_signed
        return judge(
            context,
            context.documents.path(signed.sha256),
            step=self.name,
            files=(signed, *others),
            advice=_TOO_LATE,
            detached=[
                context.documents.path(one.sha256) for one in others if one.nature == "signature_detachee"
            ],
            signed_at=detail.etat_date,
            adopted=f"Le document {detail.id_d} de Pastell" if document.foreign else "",
        )

    def _acknowledgement(self, context: Context, detail: DocumentDetail) -> ev.Fact:
        dossier, document = context.dossier, context.dossier.pastell
        assert document is not None
        with context.documents.workplace(dossier.id_depot) as folder:
            files = Harvest(context, detail, folder).legality()
        ar_file = next((file for file in files if file.nature == "ar_prefecture"), None)
        if ar_file is None:
            return _foreign(self.name, "Pastell donne une date d'accusé de réception sans le fichier.")
        ar = read_ar(context.documents.path(ar_file.sha256), siren=dossier.siren, numero=dossier.numero)
        if isinstance(ar, str):
            return _foreign(self.name, ar)
        files = tuple(_judged(context, file) for file in files)
        natures = {file.nature for file in files}
        remarks = [document.remark] if document.remark else []
        if "acte_tamponne" not in natures:
            remarks.append("Pastell n'a pas d'acte tamponné.")
        if any(file.signature == "rompue" for file in files):
            remarks.append(BROKEN_BY_THE_STAMP)
        return ev.AcknowledgedByPrefecture(
            statut=4,
            acte_id=ar.acte_id,
            received_on=ar.date_reception,
            files=files,
            remark=" ".join(remarks),
        )


def _judged(context: Context, file: ev.StoredFile) -> ev.StoredFile:
    """A stamped copy says what became of its signatures."""
    if file.nature not in ("acte_tamponne", "annexe_tamponnee"):
        return file
    verdict = judge_stamped(context.documents.path(file.sha256), moment=context.clock.now())
    return file.model_copy(update={"signature": verdict})


def _ends(dossier: Dossier, facts: list[ev.Fact]) -> bool:
    """The facts answer the last thing that was asked."""
    accepted = dossier.accepted
    assert accepted is not None
    if any(isinstance(fact, ev.RefusedByLegality | ev.ActeCancelled) for fact in facts):
        return True
    return not accepted.transmettre and any(isinstance(fact, ev.Signed) for fact in facts)


def _seen(detail: DocumentDetail, *, todo: str = "", why: str = "") -> ev.PastellSeen:
    return ev.PastellSeen(
        etat=detail.etat, since=detail.etat_date, said=detail.etat_message or "", todo=todo, why=why
    )


def _person(step: str, document: PastellDocument, detail: DocumentDetail, standing: Standing) -> ev.Blocked:
    return ev.Blocked(
        code="ARRETE_DANS_PASTELL",
        step=step,
        reason=f"Le document {document.id_d} est arrêté dans Pastell, à l'état « {detail.etat} ». "
        f"{document.answer or detail.etat_message or ''}".strip(),
        who=standing.who,
        advice=standing.reason,
    )


def _foreign(step: str, reason: str) -> ev.Blocked:
    return ev.Blocked(
        code="AR_ETRANGER",
        step=step,
        reason=reason,
        who="l'agent chargé du contrôle de légalité et l'administrateur de Pastell",
        advice="Vérifiez le document dans Pastell et l'acte sur S2LOW avant toute autre action.",
    )
