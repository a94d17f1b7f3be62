"""What the people at the desks do with the dossier before them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cdg62_connect.simulator.iparapheur.circuits import Acte, Etape
from cdg62_connect.simulator.iparapheur.dossier import REJETS, Dossier, Statut
from cdg62_connect.simulator.iparapheur.signatures import signer_documents
from cdg62_connect.simulator.pki import TestAuthority

_SANS_SIGNATURE = {
    Acte.VISA: Statut.VISE,
    Acte.MAIL_SECURISE: Statut.EN_COURS_MAIL,
    Acte.TDT: Statut.TRANSMISSION_OK,
    Acte.AVIS: Statut.VISE,  # unverified
}
_AVEC_SIGNATURE = {
    Acte.SIGNATURE: Statut.SIGNE,
    Acte.SIGNATURE_EXTERNE: Statut.SIGNE,
    Acte.CACHET: Statut.CACHET_OK,
}


def agir(
    dossier: Dossier,
    moment: datetime,
    *,
    authority: TestAuthority,
    by: str | None = None,
    annotation: str = "",
) -> None:
    """Do what the present step asks: sign, seal, or pass; ``by`` is the name of its desk unless said otherwise.

    Raises:
        InvalidFile: a document cannot be signed; the dossier stays where it is.
    """
    acte = dossier.restantes[0].acte
    if acte in _AVEC_SIGNATURE:
        signer_documents(dossier, moment, signer=authority.signer(by or dossier.restantes[0].bureau))
        _advance(dossier, moment, _AVEC_SIGNATURE[acte], by=by, annotation=annotation)
    else:
        _advance(dossier, moment, _SANS_SIGNATURE[acte], by=by, annotation=annotation)


def signer_sur_papier(
    dossier: Dossier, moment: datetime, *, by: str | None = None, annotation: str = ""
) -> None:
    """Say that a paper was signed: the document stays as it is."""
    _advance(dossier, moment, Statut.SIGNATAIRE_PAPIER, by=by, annotation=annotation)


def passer(dossier: Dossier, moment: datetime, *, by: str, annotation: str) -> None:
    """Pass the present step without doing what it asks, as ``ForcerEtape`` does."""
    statut = _SANS_SIGNATURE[dossier.restantes[0].acte]
    _advance(dossier, moment, statut, by=by, annotation=annotation)


def refuser(dossier: Dossier, moment: datetime, *, motif: str, by: str | None = None) -> None:
    """End the circuit here, with a reason."""
    etape = dossier.restantes[0]
    dossier.note(moment, by or etape.bureau, REJETS[etape.acte], motif)
    dossier.refusee, dossier.restantes = etape, ()


def transferer(dossier: Dossier, moment: datetime, *, vers: str, by: str | None, annotation: str) -> None:
    """Give the present step to another desk. The words of the history are unverified."""
    etape = dossier.restantes[0]
    acteur = by or etape.bureau
    said = f"Dossier transféré du bureau {etape.bureau} au bureau {vers}"
    said = f"{said} : {annotation}" if annotation else said
    dossier.note(moment, acteur, Statut.NON_LU, said, geste="TRANSFER")
    dossier.restantes = (replace(etape, bureau=vers), *dossier.restantes[1:])
    dossier.deposer(moment, acteur)


def demander_avis(dossier: Dossier, moment: datetime, *, a: str, by: str | None, annotation: str) -> None:
    """Put the opinion of another desk before the present step. The words of the history are unverified."""
    acteur = by or dossier.restantes[0].bureau
    said = f"Avis demandé au bureau {a}"
    said = f"{said} : {annotation}" if annotation else said
    dossier.note(moment, acteur, Statut.NON_LU, said, geste="ASK_SECOND_OPINION")
    dossier.restantes = (Etape(Acte.AVIS, a), *dossier.restantes)
    dossier.deposer(moment, acteur)


def _advance(dossier: Dossier, moment: datetime, statut: Statut, *, by: str | None, annotation: str) -> None:
    etape = dossier.restantes[0]
    acteur = by or etape.bureau
    dossier.note(moment, acteur, statut, annotation)
    dossier.faites.append(etape)
    dossier.restantes = dossier.restantes[1:]
    dossier.deposer(moment, acteur)
