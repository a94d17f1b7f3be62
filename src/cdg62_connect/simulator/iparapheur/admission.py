"""What the parapheur checks before it accepts a dossier."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date

from cdg62_connect.errors import InvalidFile
from cdg62_connect.simulator.iparapheur import texts
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
        raise Refus(texts.NO_SUCH_SOUS_TYPE.format(sous_type=demande.sous_type, type=demande.type))
    return circuit


def check(demande: Demande, dossier_id: str, *, required: Collection[str] = ()) -> Piece:
    """Refuse what the protocol forbids and what could not be signed later; give the main document.

    ``required`` are the métadonnées that the sous-type demands.

    Raises:
        Refus: with what is wrong.
    """
    if len(dossier_id) > _ID_LIMIT or _ID_FORBIDDEN.search(dossier_id):
        raise Refus(texts.BAD_ID.format(dossier_id=dossier_id[:_ID_LIMIT]))
    if demande.visibilite not in VISIBILITES:
        raise Refus(texts.BAD_VISIBILITE.format(valeur=demande.visibilite))
    if demande.date_limite:
        try:
            date.fromisoformat(demande.date_limite)
        except ValueError:
            raise Refus(texts.BAD_DATE.format(valeur=demande.date_limite)) from None
    filled = {nom for nom, valeur in demande.metadonnees if valeur}
    if not filled.issuperset(required):
        raise Refus(texts.METADATA_MISSING)
    if demande.document is None:
        raise Refus(texts.NO_DOCUMENT)
    try:
        check_signable(demande.document.path)
    except InvalidFile as problem:
        raise Refus(texts.BAD_DOCUMENT.format(code=problem.code)) from problem
    return demande.document
