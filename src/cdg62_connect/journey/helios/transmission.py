"""A PES given to S2LOW, once; and what is done when its answer is lost, which may hide its number for good."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from cdg62_connect.errors import NotReady
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.helios.nom_fic import take
from cdg62_connect.journey.helios.search import Search, search_pes
from cdg62_connect.journey.keys import parapheur_key
from cdg62_connect.journey.step import PARIS, Context
from cdg62_connect.s2low import AlreadySent

if TYPE_CHECKING:
    from cdg62_connect.journey.state import Dossier

_STILL_AT_WORK = timedelta(minutes=10)
"""How long S2LOW may go on with a request whose answer was lost: nothing is concluded before."""


class PesPlan(BaseModel):
    """Which file is posted, under which name; ``le``: when it was decided."""

    model_config = ConfigDict(frozen=True)

    document: ev.StoredFile
    sha1: str
    nom: str
    nom_fic: str
    le: datetime


class TransmitPes:
    """``helios_importer_fichier``: the PES goes to S2LOW, which takes the same bytes only once, for ever.

    An answer that is lost leaves no number behind. An archivist's account finds the PES by its SHA-1. Without one,
    the very same file is presented again, much later: S2LOW takes it, so it had never arrived; or says that it has
    it, and a person is called to find its number. It is never sent in another form.
    """

    name = "transmettre_pes"
    platform = "s2low"
    blocks = True

    def applies(self, dossier: Dossier) -> bool:
        """A PES, signed when it had to be, that S2LOW does not have."""
        accepted = dossier.accepted
        if accepted is None or accepted.pes is None or accepted.flux:
            return False
        if dossier.pes_sent or dossier.rejected:
            return False
        return dossier.signed is not None or not accepted.signer

    def plan(self, context: Context) -> ev.IntentRecorded | tuple[ev.Fact, ...]:
        """The file, its SHA-1, and a name that is nobody else's; the NomFic is taken for ever."""
        dossier = context.dossier
        accepted = dossier.accepted
        assert accepted is not None
        assert accepted.pes is not None
        document = dossier.signed.files[0] if dossier.signed else accepted.document
        path = context.documents.verified(document.sha256)
        if (blocked := take(context, step=self.name)) is not None:
            return (blocked,)
        plan = PesPlan(
            document=document,
            sha1=_sha1(path),
            nom=f"{parapheur_key(dossier.id_depot, attempt=dossier.attempt)}.xml",
            nom_fic=accepted.pes.nom_fic,
            le=context.clock.now(),
        )
        return ev.IntentRecorded(step=self.name, key=plan.sha1, plan=plan.model_dump(mode="json"))

    def perform(self, context: Context, intent: ev.IntentRecorded) -> tuple[ev.Fact, ...]:
        """Post exactly the file that the intent names."""
        plan = PesPlan.model_validate(intent.plan)
        helios = context.assignment.platforms.require_s2low().helios
        try:
            transaction = helios.transmettre(context.payload(plan.document), nom=plan.nom)
        except AlreadySent:
            found = self._search(context, plan)
            if found.transaction is None:
                why = "S2LOW a déjà ce fichier, sous un numéro qu'elle ne dit pas"
                return (ev.IntentCleared(step=self.name, why=why), self._number_unknown(plan))
            return (_transmitted(found.transaction, plan, "found"),)
        return (_transmitted(transaction, plan, "created"),)

    def reconcile(self, context: Context, intent: ev.IntentRecorded) -> tuple[ev.Fact, ...]:
        """Look for it; when S2LOW does not let us look, its own refusal of duplicates will tell."""
        plan = PesPlan.model_validate(intent.plan)
        found = self._search(context, plan)
        if found.transaction is not None:
            return (_transmitted(found.transaction, plan, "found"),)
        until = plan.le + _STILL_AT_WORK
        if context.dossier.intent(self.name) is not None and context.clock.now() < until:
            raise NotReady(
                f"S2LOW traite peut-être encore le PES : rien n'est conclu avant {until.astimezone(PARIS):%H h %M}.",
                platform=self.platform,
                operation="helios_importer_fichier",
            )
        why = (
            "S2LOW n'a pas ce fichier"
            if found.whole
            else "ce compte ne peut pas chercher un PES : le même fichier lui est présenté, S2LOW reconnaît celui "
            "qu'elle a déjà"
        )
        return (ev.IntentCleared(step=self.name, why=why),)

    def _search(self, context: Context, plan: PesPlan) -> Search:
        s2low = context.assignment.platforms.require_s2low()
        return search_pes(s2low, sha1=plan.sha1, nom=plan.nom, since=plan.le.astimezone(PARIS).date())

    def _number_unknown(self, plan: PesPlan) -> ev.Blocked:
        return ev.Blocked(
            code="PES_DEJA_SUR_S2LOW",
            step=self.name,
            reason=f"S2LOW a déjà ce fichier PES (NomFic {plan.nom_fic}, SHA-1 {plan.sha1}), et ne dit pas sous quel "
            "numéro. Il n'est pas renvoyé.",
            who="l'agent télétransmetteur de l'autorité, ou un archiviste de S2LOW",
            advice=f"Cherchez sur le site de S2LOW, module Hélios, le PES « {plan.nom} » ou de NomFic "
            f"{plan.nom_fic}, puis adoptez son numéro de transaction. Ne le renvoyez pas sous un autre NomFic : il "
            "serait payé deux fois.",
        )


def _transmitted(transaction: int, plan: PesPlan, how: Literal["created", "found"]) -> ev.PesTransmitted:
    return ev.PesTransmitted(transaction=transaction, nom_fic=plan.nom_fic, sha1=plan.sha1, how=how)


def _sha1(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, lambda: hashlib.sha1(usedforsecurity=False)).hexdigest()
