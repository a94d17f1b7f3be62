"""A document as it is shown, and the secure mails that its recipients open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cdg62_connect.simulator.pastell.accounts import ROOT, WORKER
from cdg62_connect.simulator.pastell.document import Document, Mail, shown
from cdg62_connect.simulator.pastell.errors import not_found
from cdg62_connect.simulator.pastell.execution import record

if TYPE_CHECKING:
    from cdg62_connect.simulator.pastell.flux import Flux
    from cdg62_connect.simulator.pastell.platform import PastellState

HIDDEN_SECRET = "MOT DE PASSE NON RECUPERABLE"  # noqa: S105 - what Pastell shows in place of one


def shown_detail(
    platform: PastellState, document: Document, flux: Flux, possible: Sequence[str]
) -> dict[str, Any]:
    """The detail that the API gives, with the actions that its reader may call."""
    mails: dict[str, Any] = {}
    if document.mails and platform.profile.documents.mails_in_detail:
        mails = {"email_info": [_mail(one, document) for one in document.mails]}
    last = document.passages[-1]
    return {
        "info": {
            "id_d": document.id_d,
            "type": document.type,
            "titre": document.titre,
            "creation": document.creation,
            "modification": document.modification,
        },
        "data": {
            name: HIDDEN_SECRET if _is_secret(flux, name) else shown(value)
            for name, value in document.data.items()
        },
        **mails,
        "action_possible": list(possible),
        "action-possible": list(possible),
        # What is made on the root has no row that tells its states.
        "last_action": {
            "action": last.action,
            "message": platform.journal.message_of(last.id_j),
            "date": last.date,
        }
        if document.id_e != ROOT
        else False,
    }


def _is_secret(flux: Flux, name: str) -> bool:
    known = flux.fields.get(name)
    return known is not None and known.type == "password"


def _mail(one: Mail, document: Document) -> dict[str, Any]:
    return {
        "id_de": one.id_de,
        "id_d": document.id_d,
        "email": one.email,
        "lu": "1" if one.lu else "0",
        "date_envoie": one.date_envoie,
        "date_lecture": one.date_lecture,
        "type_destinataire": one.type_destinataire,
        "date_renvoi": one.date_renvoi,
        "nb_renvoi": str(one.nb_renvoi),
        "reponse": "",
        "has_error": "1" if one.has_error else "0",
        "last_error": one.last_error,
        "non_recu": "1" if one.non_recu else "0",
    }


def opened(platform: PastellState, document: Document, flux: Flux, email: str) -> None:
    """A recipient opens a secure mail: the document becomes received, in part or by all.

    Raises:
        ApiError: 404, nothing was sent to that address.
    """
    mails = [one for one in document.mails if one.email == email]
    if not mails:
        raise not_found(f"Aucun mail du document {document.id_d} n'a été envoyé à {email}")
    for one in mails:
        one.lu, one.date_lecture = True, platform.local_now()
    everyone = all(one.lu for one in document.mails)
    state = "reception" if everyone else "reception-partielle"
    if state not in flux.actions or document.state == state:
        return
    said = (
        "Tous les destinataires ont consulté le message"
        if everyone
        else "Un destinataire a consulté le message"
    )
    record(platform, document, state, said, WORKER)
    platform.worker.schedule(document, flux, state)
