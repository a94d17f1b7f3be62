"""A PES followed on S2LOW until Hélios has answered, or S2LOW has said no; then the acquit is brought home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdg62_connect.errors import NotFound, NotReady
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.helios.acquit import ACQUIT, answered_by_helios, judge_acquit
from cdg62_connect.journey.step import Context, Later
from cdg62_connect.s2low import StatusNotSaid

if TYPE_CHECKING:
    from datetime import datetime

    from cdg62_connect.journey.state import Dossier
    from cdg62_connect.s2low import Helios, HeliosStatus
    from cdg62_connect.settings import Settings

_LOOKS_BEFORE_LOST = 5
"""A transaction that S2LOW no longer shows, or whose status it does not say, is then a person's business."""

_LOOKS_FOR_ACQUIT = 6
"""Hélios has answered and S2LOW does not give the file: it may be on its way from the storage."""

_ACQUIT_LIMIT = 160 * 1024 * 1024
_PAGE = "/modules/helios/"

_WHO = {
    13: "le signataire désigné sur S2LOW : le PES y attend une signature",
    14: "l'agent télétransmetteur de l'autorité : il confirme l'envoi du PES sur S2LOW, avec son certificat",
}


class WatchPes:
    """``helios_transac_get_status`` until there is an answer; then ``helios_download_acquit``."""

    name = "suivre_pes"
    platform = "s2low"

    def applies(self, dossier: Dossier) -> bool:
        """Transmitted, without its end."""
        return dossier.pes_sent is not None and not dossier.finished

    def pace(self, settings: Settings, moment: datetime) -> float:
        """Each look may make S2LOW fetch files from its storage: no oftener than needed."""
        del moment
        return settings.rhythm.helios_seconds

    def look(self, context: Context) -> tuple[ev.Fact, ...] | Later:
        """What became of the PES."""
        sent = context.dossier.pes_sent
        assert sent is not None
        helios = context.assignment.platforms.require_s2low().helios
        try:
            status = helios.statut(sent.transaction)
        except NotFound as unknown:
            return self._lost(context, "TRANSACTION_INCONNUE", "ne connaît pas", advice=unknown.advice)
        except StatusNotSaid as silent:
            return self._lost(context, "STATUT_INATTENDU", "ne dit pas le statut de", advice=silent.advice)
        if status.waiting_for_person:
            return self._waiting(context, status)
        if context.dossier.waiting is not None:
            return (ev.PersonActed(statut=status.code),)
        if status.answered or status.refused:
            return self._answer(context, helios, status)
        if status.in_progress:
            return Later(f"sur S2LOW : {status.message or status.libelle}")
        if status.code == 0:
            return (ev.ActeCancelled(statut=0),)
        return (
            ev.Blocked(
                code="STATUT_INATTENDU",
                step=self.name,
                reason=f"Le PES est au statut {status.code} ({status.libelle}) sur S2LOW.",
                who="l'agent des finances et l'administrateur S2LOW",
                advice="Voyez sur S2LOW ce qui a été fait de ce PES, puis adoptez la transaction à suivre.",
            ),
        )

    def _lost(self, context: Context, code: str, what: str, *, advice: str) -> tuple[ev.Fact, ...] | Later:
        sent = context.dossier.pes_sent
        assert sent is not None
        reason = f"S2LOW {what} la transaction {sent.transaction} (PES {sent.nom_fic})."
        if context.same(code.lower()) < _LOOKS_BEFORE_LOST:
            return Later(reason, cause=code.lower())
        return (
            ev.Blocked(code=code, step=self.name, reason=reason, who="l'administrateur S2LOW", advice=advice),
        )

    def _waiting(self, context: Context, status: HeliosStatus) -> tuple[ev.Fact, ...] | Later:
        who = _WHO.get(status.code, _WHO[14])
        waiting = context.dossier.waiting
        if waiting is not None and waiting.statut == status.code:
            return Later(f"attend sur S2LOW {who}")
        sent = context.dossier.pes_sent
        assert sent is not None
        told = f"{who} (transaction {sent.transaction}, NomFic {sent.nom_fic})"
        lien = f"{context.settings.platform('s2low').url}{_PAGE}"
        return (ev.WaitingForPerson(statut=status.code, who=told, lien=lien),)

    def _answer(self, context: Context, helios: Helios, status: HeliosStatus) -> tuple[ev.Fact, ...] | Later:
        """The file that came back says what happened; without one, a refusal is S2LOW's own."""
        sent = context.dossier.pes_sent
        assert sent is not None
        nature, nom = ACQUIT
        with context.documents.workplace(context.dossier.id_depot) as folder:
            try:
                got = helios.acquit(sent.transaction, into=folder, limit=_ACQUIT_LIMIT)
            except NotReady as early:
                if status.code == -1:
                    return self._refusal(context, status)
                if context.same("acquit") < _LOOKS_FOR_ACQUIT:
                    return Later(f"Hélios a répondu ; {early.summary}", cause="acquit")
                return (self._no_acquit(status),)
            file = context.keep(got.path, nature=nature, nom=nom, sha256=got.sha256)
        judged = judge_acquit(context, context.documents.path(file.sha256), step=self.name, file=file)
        if isinstance(judged, ev.PesAcquitted):
            judged = judged.model_copy(update={"statut": status.code})
        return (judged,)

    def _refusal(self, context: Context, status: HeliosStatus) -> tuple[ev.Fact, ...] | Later:
        if answered_by_helios(status.message):
            if context.same("acquit") < _LOOKS_FOR_ACQUIT:
                return Later(f"S2LOW : {status.message}", cause="acquit")
            return (self._no_acquit(status),)
        typed = status.refus
        why = typed.advice if typed is not None else ""
        return (
            ev.PesRefused(
                statut=status.code,
                reason=status.message or status.libelle,
                advice=f"S2LOW n'a pas pris ce PES : rien n'est parvenu à Hélios. {why}".strip(),
            ),
        )

    def _no_acquit(self, status: HeliosStatus) -> ev.Blocked:
        return ev.Blocked(
            code="ACQUIT_ABSENT",
            step=self.name,
            reason=f"Hélios a répondu (statut {status.code}, {status.libelle}), et S2LOW ne donne pas l'acquit.",
            who="l'administrateur S2LOW",
            advice="Voyez l'acquit sur le site de S2LOW. Quand il s'y télécharge, adoptez de nouveau la transaction ; "
            "ne renvoyez rien avant de l'avoir lu.",
        )
