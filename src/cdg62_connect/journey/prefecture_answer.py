"""Answering the préfecture: sent once, found again when its answer is lost, followed until it is acknowledged.

S2LOW takes as many answers to a message as it is sent: nothing on its side tells the second from the first. What
stands in the list of the acte before is therefore written in the intent; an answer that was not there, with the
very document that was to leave, is the one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from cdg62_connect.durable import write_durably
from cdg62_connect.errors import AccessRefused, InvalidInput, NotFound, NotReady
from cdg62_connect.formats import Echange, Nature, read_actes_message
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.acte_plan import main_document, piece
from cdg62_connect.journey.documents import digest_of
from cdg62_connect.journey.prefecture import COURRIER, DEMANDE, WRITTEN_THERE
from cdg62_connect.journey.prefecture_reading import bring
from cdg62_connect.journey.s2low_standing import foreign, not_shown, refused, unforeseen, waiting
from cdg62_connect.journey.step import Context, Later
from cdg62_connect.s2low import ActeFile, Envoi, NewReponse, Statut

if TYPE_CHECKING:
    from datetime import datetime

    from cdg62_connect.journey.state import Dossier
    from cdg62_connect.s2low import ActeStatus, S2low, TransactionLiee
    from cdg62_connect.settings import Settings


class AnswerPlan(BaseModel):
    """The fields and files of one answer, exactly as they will be posted, and what stood there before."""

    model_config = ConfigDict(frozen=True)

    message: int
    sorte: int
    refus: bool
    document: ev.StoredFile
    annexes: tuple[ev.StoredFile, ...]
    before: tuple[int, ...]

    def to_journal(self) -> dict[str, object]:
        """The plan as the intent keeps it."""
        return self.model_dump(mode="json")

    @classmethod
    def from_journal(cls, plan: dict[str, object]) -> AnswerPlan:
        """The plan of an intent."""
        return cls.model_validate(plan)


class SendAnswer:
    """``actes_transac_reponse_create``: the answer leaves, once."""

    name = "repondre"
    platform = "s2low"
    blocks = True

    def applies(self, dossier: Dossier) -> bool:
        """An answer that was not sent, and is signed when it had to be."""
        accepted = dossier.accepted
        if accepted is None or accepted.reponse_a is None or dossier.transmitted or dossier.rejected:
            return False
        return dossier.signed is not None or not accepted.signer

    def plan(self, context: Context) -> ev.IntentRecorded | tuple[ev.Fact, ...]:
        """What will be sent; a message that somebody else has answered stops it."""
        answer, dossier = _answer(context), context.dossier
        assert dossier.accepted is not None
        if not context.claim(f"s2low:{answer.key}:{answer.rang}"):
            return (_given(answer, "Un autre dépôt y répond."),)
        listed = _about(context, answer)
        unanswered = any(one.id == answer.message for one in listed)
        failed = any(one.statut == Statut.ERREUR for one in listed)
        if not (unanswered or failed or dossier.insisted):
            return (_given(answer, "Une réponse est déjà partie, sans doute du site de S2LOW."),)
        nature, classification = (
            Nature.of_code(dossier.accepted.nature),
            context.classification(context.assignment),
        )
        document, *annexes = (
            file.model_copy(update={"type_piece": piece(file.type_piece, nature, classification)})
            for file in (main_document(dossier), *dossier.accepted.annexes)
        )
        context.verify(document, *annexes)
        plan = AnswerPlan(
            message=answer.message,
            sorte=answer.sorte,
            refus=answer.refus,
            document=document,
            annexes=tuple(annexes),
            before=tuple(one.id for one in listed),
        )
        return ev.IntentRecorded(step=self.name, key=str(answer.message), plan=plan.to_journal())

    def perform(self, context: Context, intent: ev.IntentRecorded) -> tuple[ev.Fact, ...]:
        """Send exactly what the intent says."""
        plan, answer = AnswerPlan.from_journal(intent.plan), _answer(context)
        envoi = None if plan.sorte == COURRIER else Envoi.REFUS if plan.refus else Envoi.ENVOI
        transaction = context.assignment.platforms.require_s2low().actes.prefecture.repondre(
            NewReponse(
                message=plan.message,
                type_acte=plan.document.type_piece,
                document=_file(context, plan.document),
                envoi=envoi,
                annexes=tuple(_file(context, annexe) for annexe in plan.annexes),
            )
        )
        return (ev.Transmitted(transaction=transaction, numero=answer.numero, how="created"),)

    def reconcile(self, context: Context, intent: ev.IntentRecorded) -> tuple[ev.Fact, ...]:
        """An answer that was not in the list before and bears the document that was to leave is ours."""
        plan, answer = AnswerPlan.from_journal(intent.plan), _answer(context)
        s2low = context.assignment.platforms.require_s2low()
        listed = _about(context, answer)
        new = [one for one in listed if one.id not in plan.before and one.statut not in WRITTEN_THERE]
        for one in new:
            brought = bring(
                s2low,
                one.id,
                documents=context.documents,
                id_depot=context.dossier.id_depot,
                prefix=f"reponse_{one.id}",
            )
            if brought.ours and plan.document.sha256 in brought.digests:
                return (ev.Transmitted(transaction=one.id, numero=answer.numero, how="found"),)
        if new and not any(one.id == answer.message for one in listed):
            sent = ", ".join(str(one.id) for one in new)
            return (_given(answer, f"Une autre réponse est partie entre-temps (transaction {sent})."),)
        return (ev.IntentCleared(step=self.name, why="S2LOW n'a aucune réponse avec ce document"),)


class WatchAnswer:
    """``actes_transac_get_status`` of the answer, until the préfecture has it."""

    name = "suivre_reponse"
    platform = "s2low"

    def applies(self, dossier: Dossier) -> bool:
        """Sent, without its end."""
        sent = dossier.accepted is not None and dossier.accepted.reponse_a is not None and dossier.transmitted
        return bool(sent) and not (dossier.acknowledged or dossier.refused or dossier.delivered)

    def pace(self, settings: Settings, moment: datetime) -> float:
        """S2LOW's rhythm."""
        del moment
        return settings.rhythm.s2low_seconds

    def look(self, context: Context) -> tuple[ev.Fact, ...] | Later:
        """What became of the answer."""
        answer = _answer(context)
        s2low = context.assignment.platforms.require_s2low()
        try:
            status = s2low.actes.statut(context.dossier.transaction)
        except NotFound as unknown:
            return not_shown(context, self.name, unknown)
        if (waits := waiting(context, status)) is not None:
            return waits
        if status.acknowledged:
            return (self._acknowledged(context, s2low, status, answer),)
        if status.refused or status.cancelled:
            return (refused(status),)
        if answer.sorte == COURRIER and status.code == Statut.TRANSMIS:
            return (ev.AnswerDelivered(statut=status.code),)
        if status.in_progress:
            return Later(f"sur S2LOW : {status.libelle}")
        return (unforeseen(self.name, status),)

    def _acknowledged(
        self, context: Context, s2low: S2low, status: ActeStatus, answer: ev.AnswerTo
    ) -> ev.Fact:
        """The accusé when there is one: the oldest platforms only tell that it came."""
        content, said = status.flux_retour, None
        if content is None:
            try:
                content = s2low.actes.ar(context.dossier.transaction)
            except (NotReady, AccessRefused):
                content = None
        files: tuple[ev.StoredFile, ...] = ()
        if content is not None:
            try:
                said = read_actes_message(content)
            except InvalidInput as unreadable:
                return foreign(self.name, f"L'accusé de réception ne se lit pas : {unreadable}")
            if not isinstance(said, Echange) or (answer.acte_id and said.acte_id != answer.acte_id):
                return foreign(self.name, "L'accusé de réception n'est pas celui d'une réponse sur cet acte.")
            with context.documents.workplace(context.dossier.id_depot) as folder:
                path = folder / "ar_reponse.xml"
                write_durably(path, content)
                kept = context.keep(path, nature="ar_reponse", nom="ar_reponse.xml", sha256=digest_of(path))
            files = (kept,)
        received = (said.date if isinstance(said, Echange) else None) or context.today().date()
        again = "Le délai de recours du préfet repart de ce jour." if answer.sorte == DEMANDE else ""
        return ev.AcknowledgedByPrefecture(
            statut=status.code, acte_id=answer.acte_id, received_on=received, files=files, remark=again
        )


def _answer(context: Context) -> ev.AnswerTo:
    accepted = context.dossier.accepted
    assert accepted is not None
    assert accepted.reponse_a is not None
    return accepted.reponse_a


def _about(context: Context, answer: ev.AnswerTo) -> list[TransactionLiee]:
    prefecture = context.assignment.platforms.require_s2low().actes.prefecture
    return [one for one in prefecture.liees(answer.acte) if one.type == answer.sorte]


def _file(context: Context, file: ev.StoredFile) -> ActeFile:
    return ActeFile(nom=file.nom, content=context.payload(file), type_piece=file.type_piece)


def _given(answer: ev.AnswerTo, why: str) -> ev.Blocked:
    return ev.Blocked(
        code="REPONSE_DEJA_DONNEE",
        step=SendAnswer.name,
        reason=f"Le message {answer.message} de la préfecture a déjà une réponse. {why}",
        who="l'agent chargé du contrôle de légalité",
        advice="Voyez sur S2LOW ce qui a été répondu : adoptez cette transaction si c'est cette réponse, abandonnez "
        "ce dépôt si elle suffit, ou dites --jamais-parti pour envoyer celle-ci aussi.",
    )
