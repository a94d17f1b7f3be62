"""What the parapheur checks before it accepts a dossier."""

from __future__ import annotations

import re
from datetime import date

from cdg62_connect.errors import InvalidFile
from cdg62_connect.simulator.iparapheur.circuits import Circuit
from cdg62_connect.simulator.iparapheur.dossier import Account, Demande, Piece
from cdg62_connect.simulator.iparapheur.refusal import Refus
from cdg62_connect.simulator.signing import check_signable

VISIBILITES = ("PUBLIC", "SERVICE", "CONFIDENTIEL")

_ID_LIMIT = 600  # characters
_ID_FORBIDDEN = re.compile(r'[\\&"£*/<>?%|+;:\x00-\x1f]')


def circuit_for(account: Account, demande: Demande) -> Circuit:
    """The circuit that a request asks for.

    Raises:
        Refus: the account may not use this type or this sous-type.
    """
    circuit = account.sous_types.get(demande.sous_type) if demande.type == account.type else None
    if circuit is None:
        raise Refus(f"Le sous-type {demande.sous_type} n'existe pas pour le type '{demande.type}'")
    return circuit


def check(demande: Demande, dossier_id: str) -> Piece:
    """Refuse what the protocol forbids and what could not be signed later; give the main document.

    Raises:
        Refus: with what is wrong.
    """
    if len(dossier_id) > _ID_LIMIT or _ID_FORBIDDEN.search(dossier_id):
        raise Refus(
            f"Le DossierID '{dossier_id[:_ID_LIMIT]}' est trop long ou contient un caractère interdit."
        )
    if demande.visibilite not in VISIBILITES:
        raise Refus(f"La visibilité '{demande.visibilite}' n'est pas une de {', '.join(VISIBILITES)}.")
    if demande.date_limite:
        try:
            date.fromisoformat(demande.date_limite)
        except ValueError:
            raise Refus(f"La date limite '{demande.date_limite}' n'est pas de la forme AAAA-MM-JJ.") from None
    if demande.document is None:
        raise Refus("Le document principal est absent.")
    try:
        check_signable(demande.document.path)
    except InvalidFile as problem:
        raise Refus(f"Le document principal n'est pas un PDF valide : {problem.code}.") from problem
    return demande.document
