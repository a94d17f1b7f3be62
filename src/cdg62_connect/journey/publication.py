"""What the depositor reads: acknowledgement, quarantine, return folders, archives. Each write is idempotent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdg62_connect.errors import InvalidInput
from cdg62_connect.journey import events as ev
from cdg62_connect.operis import (
    DepositReport,
    Finding,
    FindingCode,
    Resultat,
    ReturnedFile,
    ReturnEvent,
    ReturnState,
    manifest_digest,
)

if TYPE_CHECKING:
    from cdg62_connect.journey.documents import Documents
    from cdg62_connect.journey.state import Dossier
    from cdg62_connect.operis import DepositTree


_ACQUITS = ("ACQUIT_HELIOS", "ACQUIT_PARTIEL_HELIOS", "REFUSE_HELIOS")

_USAGES = {
    "pdf_signe": "a_notifier",
    "acte_tamponne": "copie_tamponnee",
    "annexe_tamponnee": "copie_tamponnee",
}
"""What each file is for: the signed document is the one to notify, since a stamp may break its signature."""


class WriteAcknowledgement:
    """``accuses/<lot>.json``: accepted, or refused with every reason."""

    name = "accuser_reception"

    def applies(self, dossier: Dossier) -> bool:
        """Checked, one way or the other, and not said yet."""
        return bool(dossier.accepted or dossier.quarantined) and not dossier.acknowledgement_written

    def publish(self, dossier: Dossier, *, tree: DepositTree, documents: Documents) -> tuple[ev.Fact, ...]:
        """Write it."""
        del documents
        tree.acknowledge(deposit_report(dossier))
        return (ev.AcknowledgementWritten(),)


class PublishReturn:
    """One folder ``retours/<lot>/<NNN>-<etat>/`` per event, in order."""

    name = "rendre"

    def applies(self, dossier: Dossier) -> bool:
        """The depositor has not been told of everything."""
        return dossier.acknowledgement_written and bool(dossier.pending_returns)

    def publish(self, dossier: Dossier, *, tree: DepositTree, documents: Documents) -> tuple[ev.Fact, ...]:
        """Write the oldest return that is pending."""
        pending = dossier.pending_returns[0]
        accepted = dossier.accepted
        assert accepted is not None
        sequence = len(dossier.returns) + 1
        event = ReturnEvent(
            id_depot=dossier.id_depot,
            sequence=sequence,
            etat=ReturnState(pending.etat),
            date=pending.at,
            dossier_numero=accepted.numero_dossier,
            dossier_id_externe=accepted.id_externe or None,
            document_code=accepted.code_document,
            plateformes=_platforms(dossier),
            refus=pending.refus,
            message=pending.message,
            prefecture=pending.prefecture,
            helios=_helios(dossier) if pending.etat in _ACQUITS else None,
        )
        files = [
            ReturnedFile(
                nature=file.nature,
                nom=file.nom,
                path=documents.path(file.sha256),
                sha256=file.sha256,
                usage=_USAGES.get(file.nature, ""),
                signature=file.signature,
            )
            for file in pending.files
        ]
        tree.publish_return(event, files)
        return (ev.Returned(cause=pending.cause, sequence=sequence, etat=pending.etat),)


class FileLot:
    """The lot leaves ``encours/``: to quarantine with its explanation, or to the archives when all is done."""

    name = "classer_lot"

    def applies(self, dossier: Dossier) -> bool:
        """Nothing more will be read from the lot, and the depositor was told."""
        if dossier.filed or not dossier.acknowledgement_written or dossier.pending_returns:
            return False
        if dossier.quarantined:
            return True
        ours = dossier.circuit is not None and dossier.pastell is None
        released = not ours or dossier.released or dossier.abandoned is not None
        return dossier.finished and released and not dossier.blocked

    def publish(self, dossier: Dossier, *, tree: DepositTree, documents: Documents) -> tuple[ev.Fact, ...]:
        """Move it."""
        del documents
        received = dossier.received
        assert received is not None
        assert dossier.changed_at is not None
        where = "quarantaine" if dossier.quarantined else "archives"
        folder = tree.lot_folder(received.taken)
        if folder.exists() and manifest_digest(folder) != received.empreinte_manifeste:
            # The lot was moved before a sudden end, and another has come in its place: intake deals with it.
            return (ev.Filed(where=where),)
        try:
            if dossier.quarantined:
                tree.quarantine(received.taken, deposit_report(dossier))
            else:
                tree.archive(received.taken, moment=dossier.changed_at)
        except InvalidInput:  # somebody took the folder away; the documents are in the store
            return (ev.Filed(where="introuvable"),)
        return (ev.Filed(where=where),)


class Close:
    """Nothing is left to do."""

    name = "clore"

    def applies(self, dossier: Dossier) -> bool:
        """The lot is filed."""
        return bool(dossier.filed) and not dossier.closed

    def publish(self, dossier: Dossier, *, tree: DepositTree, documents: Documents) -> tuple[ev.Fact, ...]:
        """Say so."""
        del tree
        documents.clear(dossier.id_depot)
        return (ev.Closed(),)


def deposit_report(dossier: Dossier) -> DepositReport:
    """The acknowledgement, made again from the journal: the same at each call."""
    received, received_at = dossier.received, dossier.received_at
    assert received is not None
    assert received_at is not None
    refused = dossier.quarantined
    warnings = (
        refused.avertissements if refused else (dossier.accepted.avertissements if dossier.accepted else ())
    )
    return DepositReport(
        id_depot=dossier.id_depot,
        recu_le=received_at,
        resultat=Resultat.REFUSE if refused else Resultat.ACCEPTE,
        erreurs=tuple(_finding(error) for error in refused.erreurs) if refused else (),
        avertissements=tuple(_finding(warning) for warning in warnings),
        empreinte_manifeste=received.empreinte_manifeste,
    )


def _finding(told: dict[str, str]) -> Finding:
    return Finding(code=FindingCode(told["code"]), champ=told["champ"], message=told["message"])


def _platforms(dossier: Dossier) -> dict[str, dict[str, str | int | None]]:
    known: dict[str, dict[str, str | int | None]] = {}
    if dossier.pastell:
        known["pastell"] = {
            "id_e": dossier.pastell.entite,
            "id_d": dossier.pastell.id_d,
            "flux": dossier.pastell.flux,
        }
    if dossier.circuit:
        known["iparapheur"] = {"dossier_id": dossier.circuit.dossier_id}
        if dossier.signed:
            known["iparapheur"]["date_signature"] = dossier.signed.signed_on.isoformat()
            signers = ", ".join(one.signer for one in dossier.signed.signatures)
            known["iparapheur"]["signataires"] = signers
    if dossier.transmitted:
        s2low: dict[str, str | int | None] = {
            "transaction": dossier.transmitted.transaction,
            "numero_acte": dossier.transmitted.numero,
        }
        if dossier.acknowledged:
            s2low["acte_id"] = dossier.acknowledged.acte_id
            s2low["recu_prefecture_le"] = dossier.acknowledged.received_on.isoformat()
        if dossier.refused:
            s2low["statut"] = dossier.refused.statut
        elif dossier.waiting:
            s2low["statut"] = dossier.waiting.statut
            s2low["lien"] = dossier.waiting.lien or None
        elif dossier.acknowledged:
            s2low["statut"] = dossier.acknowledged.statut
        known["s2low"] = s2low
    if dossier.pes_sent:
        known["s2low"] = _helios_transaction(dossier, dossier.pes_sent)
    return known


def _helios_transaction(dossier: Dossier, sent: ev.PesTransmitted) -> dict[str, str | int | None]:
    told: dict[str, str | int | None] = {"transaction": sent.transaction, "nom_fic": sent.nom_fic}
    ended = dossier.acquitted or dossier.pes_refused or dossier.refused or dossier.waiting
    if ended:
        told["statut"] = ended.statut
    if dossier.waiting:
        told["lien"] = dossier.waiting.lien or None
    return told


def _helios(dossier: Dossier) -> dict[str, object] | None:
    """The verdict as the contract tells it; ``None`` when Hélios has said nothing, S2LOW having refused."""
    acquit = dossier.acquitted
    if acquit is None:
        return None
    return {
        "verdict": acquit.verdict,
        "flux": [one.model_dump() for one in acquit.flux],
        "elements": [one.model_dump() for one in acquit.elements],
        "omis": acquit.omis,
    }
