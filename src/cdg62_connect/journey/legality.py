"""The part of the journey that happens on S2LOW: transmit once, watch, bring the evidence home."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cdg62_connect.durable import write_durably
from cdg62_connect.errors import InvalidFile, NotFound, NotReady
from cdg62_connect.formats import ActeId, ArActe
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.acte_plan import ActePlan, plan_acte
from cdg62_connect.journey.acte_search import Verdict, search_acte
from cdg62_connect.journey.documents import digest_of
from cdg62_connect.journey.step import Context, Later
from cdg62_connect.s2low import ActeFile, ActeStatus, NewActe, S2low

if TYPE_CHECKING:
    from datetime import datetime

    from cdg62_connect.journey.state import Dossier
    from cdg62_connect.settings import Settings

_LOOKS_FOR_STAMP = 3
"""S2LOW answers the unstamped file when stamping fails: after so many looks we go on without the stamp."""

_LOOKS_BEFORE_LOST = 5
"""A transaction that S2LOW no longer shows after so many looks is a person's business."""

_DOWNLOAD_LIMIT = 1024**3

_WHO = {
    17: "l'agent télétransmetteur de l'autorité : il confirme l'envoi de l'acte sur S2LOW",
    18: "le signataire désigné sur S2LOW : l'acte y attend une signature",
}


class Transmit:
    """``actes_transac_create``: the acte goes to the contrôle de légalité, once, under a number kept for ever."""

    name = "transmettre"
    platform = "s2low"
    blocks = True

    def applies(self, dossier: Dossier) -> bool:
        """To be transmitted, and signed when it had to be."""
        accepted = dossier.accepted
        if accepted is None or not accepted.transmettre or dossier.transmitted or dossier.rejected:
            return False
        return dossier.signed is not None or not accepted.signer

    def plan(self, context: Context) -> ev.IntentRecorded | tuple[ev.Fact, ...]:
        """Everything that will be sent, decided and written down before it is."""
        planned = plan_acte(context)
        if isinstance(planned, ev.Blocked):
            return (planned,)
        context.verify(planned.document, *planned.annexes)
        return ev.IntentRecorded(step=self.name, key=planned.numero, plan=planned.to_journal())

    def perform(self, context: Context, intent: ev.IntentRecorded) -> tuple[ev.Fact, ...]:
        """Send exactly what the intent says."""
        plan = ActePlan.from_journal(intent.plan)
        transaction = context.assignment.platforms.require_s2low().actes.transmettre(
            NewActe(
                nature=plan.nature,
                numero=plan.numero,
                objet=plan.objet,
                date=plan.date,
                matiere=plan.matiere,
                type_acte=plan.document.type_piece,
                document=_acte_file(context, plan.document),
                annexes=tuple(_acte_file(context, annexe) for annexe in plan.annexes),
                document_papier=plan.document_papier,
            )
        )
        return (ev.Transmitted(transaction=transaction, numero=plan.numero, how="created"),)

    def reconcile(self, context: Context, intent: ev.IntentRecorded) -> tuple[ev.Fact, ...]:
        """The number is searched in every status; an acte that has it and differs is a person's business."""
        plan = ActePlan.from_journal(intent.plan)
        s2low = context.assignment.platforms.require_s2low()
        found = search_acte(s2low, plan, classification=context.classification(context.assignment))
        match found:
            case Verdict(transaction=int(transaction), differs=()):
                return (ev.Transmitted(transaction=transaction, numero=plan.numero, how="found"),)
            case Verdict(transaction=None):
                return (ev.IntentCleared(step=self.name, why="S2LOW n'a aucun acte de ce numéro"),)
            case Verdict():
                return (
                    ev.Blocked(
                        code="NUMERO_ACTE_UTILISE",
                        step=self.name,
                        reason=f"S2LOW a déjà un acte n° {plan.numero} (transaction {found.transaction}) qui "
                        f"diffère : {', '.join(found.differs)}.",
                        who="l'agent chargé du contrôle de légalité",
                        advice="Comparez les deux actes sur S2LOW ; adoptez la transaction si c'est le même.",
                    ),
                )


class WatchActe:
    """``actes_transac_get_status`` until the préfecture has acknowledged; then the evidence is brought home."""

    name = "suivre_acte"
    platform = "s2low"

    def applies(self, dossier: Dossier) -> bool:
        """Transmitted, without its end."""
        return dossier.transmitted is not None and not (dossier.acknowledged or dossier.refused)

    def pace(self, settings: Settings, moment: datetime) -> float:
        """S2LOW's rhythm: the préfecture's machines answer at any hour."""
        del moment
        return settings.rhythm.s2low_seconds

    def look(self, context: Context) -> tuple[ev.Fact, ...] | Later:
        """What became of the acte."""
        transmitted = context.dossier.transmitted
        assert transmitted is not None
        s2low = context.assignment.platforms.require_s2low()
        try:
            status = s2low.actes.statut(transmitted.transaction)
        except NotFound as unknown:
            if context.same("introuvable") < _LOOKS_BEFORE_LOST:
                return Later("S2LOW ne montre pas cette transaction", cause="introuvable")
            return (
                ev.Blocked(
                    code="TRANSACTION_INCONNUE",
                    step=self.name,
                    reason=f"S2LOW ne connaît pas la transaction {transmitted.transaction}.",
                    who="l'administrateur S2LOW",
                    advice=unknown.advice,
                ),
            )
        if status.waiting_for_person:
            if context.dossier.waiting is not None and context.dossier.waiting.statut == status.code:
                return Later(f"attend sur S2LOW {_WHO[status.code]}")
            return (ev.WaitingForPerson(statut=status.code, who=_WHO[status.code]),)
        if context.dossier.waiting is not None:
            return (ev.PersonActed(statut=status.code),)
        if status.acknowledged:
            return self._bring_evidence(context, s2low, status)
        if status.cancelled:
            return (ev.ActeCancelled(statut=status.code),)
        if status.refused:
            etape = "prefecture" if status.flux_retour else "tdt"
            reason = status.message or status.libelle
            return (ev.RefusedByLegality(statut=status.code, etape=etape, reason=reason),)
        if status.in_progress:
            return Later(f"sur S2LOW : {status.libelle}")
        return (
            ev.Blocked(
                code="STATUT_INATTENDU",
                step=self.name,
                reason=f"L'acte est au statut {status.code} ({status.libelle}) sur S2LOW.",
                who="l'agent chargé du contrôle de légalité",
                advice="Voyez sur S2LOW ce qui a été fait de cet acte, puis adoptez la transaction à suivre.",
            ),
        )

    def _bring_evidence(
        self, context: Context, s2low: S2low, status: ActeStatus
    ) -> tuple[ev.Fact, ...] | Later:
        transmitted = context.dossier.transmitted
        accepted = context.dossier.accepted
        assert transmitted is not None
        assert accepted is not None
        transaction = transmitted.transaction
        with context.documents.workplace(context.dossier.id_depot) as folder:
            try:
                content = status.flux_retour or s2low.actes.ar(transaction)
                listed = s2low.actes.fichiers(transaction)
            except NotReady as early:
                return Later(early.summary)
            try:
                ar = ArActe.read(content)
                acte_id = ActeId.parse(ar.acte_id)
            except InvalidFile as unreadable:
                return (_foreign(self.name, f"L'accusé de réception ne se lit pas : {unreadable}"),)
            if (acte_id.siren, acte_id.numero) != (context.dossier.siren, transmitted.numero):
                return (
                    _foreign(self.name, f"L'accusé de réception est celui d'un autre acte : {ar.acte_id}."),
                )
            ar_path = folder / "ar.xml"
            write_durably(ar_path, content)
            home = [(ar_path, "ar_prefecture", "ar_prefecture.xml", digest_of(ar_path))]
            slip = s2low.actes.bordereau(transaction, into=folder, limit=_DOWNLOAD_LIMIT)
            home.append((slip.path, "bordereau_acquittement", "bordereau_acquittement.pdf", slip.sha256))
            main = context.dossier.signed.files[0] if context.dossier.signed else accepted.document
            originals = {file.sha256 for file in (main, *accepted.annexes)}
            unstamped: list[str] = []
            for rank, file in enumerate(listed[1:]):
                if file.mimetype != "application/pdf":
                    continue
                got = s2low.actes.telecharger(file.id, into=folder, tampon=True, limit=_DOWNLOAD_LIMIT)
                stem = _plain(Path(file.posted_filename or file.name).stem)
                if got.sha256 in originals:
                    unstamped.append(stem)
                elif rank:
                    home.append(
                        (got.path, "annexe_tamponnee", f"annexe{rank}_{stem}_tamponnee.pdf", got.sha256)
                    )
                else:
                    home.append((got.path, "acte_tamponne", f"{stem}_tamponne.pdf", got.sha256))
            if unstamped and context.same("tampon") < _LOOKS_FOR_STAMP:
                return Later("S2LOW n'a pas encore tamponné " + ", ".join(unstamped), cause="tampon")
            files = tuple(
                context.keep(path, nature=nature, nom=nom, sha256=sha256)
                for path, nature, nom, sha256 in home
            )
        remark = f"S2LOW n'a pas tamponné : {', '.join(unstamped)}." if unstamped else ""
        return (
            ev.AcknowledgedByPrefecture(
                statut=status.code,
                acte_id=ar.acte_id,
                received_on=ar.date_reception,
                files=files,
                remark=remark,
            ),
        )


def _acte_file(context: Context, file: ev.StoredFile) -> ActeFile:
    return ActeFile(nom=file.nom, content=context.payload(file), type_piece=file.type_piece)


def _foreign(step: str, reason: str) -> ev.Blocked:
    return ev.Blocked(
        code="AR_ETRANGER",
        step=step,
        reason=reason,
        who="l'agent chargé du contrôle de légalité et l'administrateur S2LOW",
        advice="Vérifiez la transaction sur S2LOW avant toute autre action.",
    )


def _plain(stem: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "_" for c in stem)[:60] or "fichier"
