"""What the people at the desks do with the dossier before them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cdg62_connect.simulator.iparapheur.circuits import Acte
from cdg62_connect.simulator.iparapheur.dossier import Dossier, Statut
from cdg62_connect.simulator.pki import TestAuthority
from cdg62_connect.simulator.signing import sign_pades


def viser(dossier: Dossier, moment: datetime, *, by: str | None = None, annotation: str = "") -> None:
    """Give the visa of the present step; ``by`` is the name of its desk unless said otherwise."""
    _advance(dossier, moment, Statut.VISE, by=by, annotation=annotation)


def signer(
    dossier: Dossier,
    moment: datetime,
    *,
    authority: TestAuthority,
    by: str | None = None,
    annotation: str = "",
) -> None:
    """Sign the document: the signed one takes its place.

    Raises:
        InvalidFile: it cannot be signed; the dossier stays where it is.
    """
    before = dossier.document.path
    signed = dossier.folder / f"document-{dossier.signatures + 1}.pdf"
    sign_pades(
        before,
        signed,
        signer=authority.signer(by or dossier.restantes[0].bureau),
        moment=moment,
        reason=f"Signature du dossier {dossier.dossier_id}",
        field=f"Signature-{before.stat().st_size}",  # a name not taken: a signed file is a longer one
    )
    dossier.document = replace(dossier.document, path=signed)
    dossier.signatures += 1
    _advance(dossier, moment, Statut.SIGNE, by=by, annotation=annotation)


def signer_sur_papier(
    dossier: Dossier, moment: datetime, *, by: str | None = None, annotation: str = ""
) -> None:
    """Say that a paper was signed: the document stays as it is."""
    _advance(dossier, moment, Statut.SIGNATAIRE_PAPIER, by=by, annotation=annotation)


def refuser(dossier: Dossier, moment: datetime, *, motif: str, by: str | None = None) -> None:
    """End the circuit here, with a reason."""
    etape = dossier.restantes[0]
    statut = Statut.REJET_VISA if etape.acte is Acte.VISA else Statut.REJET_SIGNATAIRE
    dossier.note(moment, by or etape.bureau, statut, motif)
    dossier.restantes = ()


def _advance(dossier: Dossier, moment: datetime, statut: Statut, *, by: str | None, annotation: str) -> None:
    acteur = by or dossier.restantes[0].bureau
    dossier.note(moment, acteur, statut, annotation)
    dossier.restantes = dossier.restantes[1:]
    dossier.deposer(moment, acteur)
