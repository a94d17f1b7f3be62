"""The part of the journey that happens on S2LOW: transmit once, watch, bring the evidence home."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cdg62_connect.durable import write_durably
from cdg62_connect.errors import InvalidFile, NotFound, NotReady
from cdg62_connect.formats import ActeId, ArActe
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.acte_plan import ActePlan, main_document, plan_acte
from cdg62_connect.journey.acte_search import Verdict, search_acte
from cdg62_connect.journey.classification import outdated
from cdg62_connect.journey.documents import digest_of
from cdg62_connect.journey.s2low_standing import foreign, not_shown, refused, unforeseen, waiting
from cdg62_connect.journey.stamped import BROKEN_BY_THE_STAMP, day_nobody_gave, judge_stamped
from cdg62_connect.journey.step import Context, Later
from cdg62_connect.s2low import ActeFile, ActeStatus, NewActe, OutdatedClassification, S2low

if TYPE_CHECKING:
    from datetime import datetime

    from cdg62_connect.journey.state import Dossier
    from cdg62_connect.settings import Settings

_LOOKS_FOR_STAMP = 3
"""S2LOW answers the unstamped file when stamping fails: after so many looks we go on without the stamp."""

_DOWNLOAD_LIMIT = 1024**3

_MOST_RESENDS = 3
"""An acte refused so many times for its classification has another trouble."""


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
        if dossier.outdated or dossier.refused:
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
            return not_shown(context, self.name, unknown)
        if (waits := waiting(context, status)) is not None:
            return waits
        if status.acknowledged:
            return self._bring_evidence(context, s2low, status)
        if status.cancelled:
            return (ev.ActeCancelled(statut=status.code),)
        if status.refused:
            again = (
                isinstance(status.refus, OutdatedClassification) and context.dossier.resends < _MOST_RESENDS
            )
            return (outdated(context, status) if again else refused(status),)
        if status.in_progress:
            return Later(f"sur S2LOW : {status.libelle}")
        return (unforeseen(self.name, status),)

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
                return (foreign(self.name, f"L'accusé de réception ne se lit pas : {unreadable}"),)
            if (acte_id.siren, acte_id.numero) != (context.dossier.siren, transmitted.numero):
                return (
                    foreign(self.name, f"L'accusé de réception est celui d'un autre acte : {ar.acte_id}."),
                )
            ar_path = folder / "ar.xml"
            write_durably(ar_path, content)
            home = [(ar_path, "ar_prefecture", "ar_prefecture.xml", digest_of(ar_path))]
            slip = s2low.actes.bordereau(transaction, into=folder, limit=_DOWNLOAD_LIMIT)
            home.append((slip.path, "bordereau_acquittement", "bordereau_acquittement.pdf", slip.sha256))
            ours = [
                context.documents.path(file.sha256)
                for file in (main_document(context.dossier), *accepted.annexes)
            ]
            unstamped: list[str] = []
            stamped: list[ev.StoredFile] = []
            day_of_publication: list[str] = []
            for rank, file in enumerate(listed[1:]):
                if file.mimetype != "application/pdf":
                    continue
                sent = ours[rank] if rank < len(ours) and file.size == ours[rank].stat().st_size else None
                got = s2low.actes.tamponne(
                    file.id,
                    into=folder,
                    original_sha256=sent.name if sent else None,
                    date_affichage=accepted.date_affichage,
                    limit=_DOWNLOAD_LIMIT,
                )
                stem = _plain(Path(file.posted_filename or file.name).stem)
                if not got.tamponne:
                    unstamped.append(stem)
                    continue
                nature = "annexe_tamponnee" if rank else "acte_tamponne"
                nom = f"annexe{rank}_{stem}_tamponnee.pdf" if rank else f"{stem}_tamponne.pdf"
                if not rank and accepted.date_affichage is None:
                    day_of_publication += filter(None, [day_nobody_gave(got.download.path)])
                verdict = judge_stamped(got.download.path, moment=context.clock.now())
                kept = context.keep(got.download.path, nature=nature, nom=nom, sha256=got.download.sha256)
                stamped.append(kept.model_copy(update={"signature": verdict}))
            if unstamped and context.same("tampon") < _LOOKS_FOR_STAMP:
                return Later("S2LOW n'a pas encore tamponné " + ", ".join(unstamped), cause="tampon")
            files = (
                *(
                    context.keep(path, nature=nature, nom=nom, sha256=sha256)
                    for path, nature, nom, sha256 in home
                ),
                *stamped,
            )
        remark = " ".join(
            (
                *([f"S2LOW n'a pas tamponné : {', '.join(unstamped)}."] if unstamped else []),
                *day_of_publication,
                *([BROKEN_BY_THE_STAMP] if any(one.signature == "rompue" for one in stamped) else []),
            )
        )
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


def _plain(stem: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "_" for c in stem)[:60] or "fichier"
