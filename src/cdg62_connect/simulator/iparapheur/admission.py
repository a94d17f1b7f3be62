"""What the parapheur checks before it accepts a dossier."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import date

from cdg62_connect.errors import InvalidFile
from cdg62_connect.simulator.iparapheur import texts
from cdg62_connect.simulator.iparapheur.dossier import Account, Demande, Piece
from cdg62_connect.simulator.iparapheur.refusal import Refus
from cdg62_connect.simulator.iparapheur.signatures import PDF
from cdg62_connect.simulator.iparapheur.typage import Format, Protocole, SousType, Type
from cdg62_connect.simulator.iparapheur.xades import check_signable_xml, check_xml
from cdg62_connect.simulator.signing import check_signable

VISIBILITES = ("PUBLIC", "SERVICE", "CONFIDENTIEL")

_ID_LIMIT = 600  # characters
_ID_FORBIDDEN = re.compile(r'[\\&"£*/<>?%|+;:\x00-\x1f]')
_XML = ("application/xml", "text/xml")
_OTHERS = (
    "text/plain",
    "text/rtf",
    "application/rtf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.presentation",
    "image/jpeg",
    "image/png",
    "image/gif",
)
"""What else may be a main document; it cannot be signed within."""


def typage_for(account: Account, demande: Demande) -> tuple[Type, SousType]:
    """The type and the sous-type that a request asks for.

    Raises:
        Refus: the account may not use this type or this sous-type.
    """
    type_ = account.types.get(demande.type)
    sous_type = type_.sous_types.get(demande.sous_type) if type_ else None
    if type_ is None or sous_type is None:
        raise Refus(texts.NO_SUCH_SOUS_TYPE.format(sous_type=demande.sous_type, type=demande.type))
    return type_, sous_type


def check(demande: Demande, dossier_id: str, *, type_: Type, required: Collection[str] = ()) -> Piece:
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
    for piece in (demande.document, *demande.supplementaires):
        _check_document(piece, demande, type_)
    return demande.document


def typed(piece: Piece) -> Piece:
    """A main document whose type is known: a PDF, unless it says otherwise."""
    known = piece.content_type in (*_XML, *_OTHERS)
    return piece if known else replace(piece, content_type=PDF)


def _check_document(piece: Piece, demande: Demande, type_: Type) -> None:
    try:
        if piece.content_type in _XML:
            pes = demande.est_pes or (type_.protocole is Protocole.HELIOS and demande.xpath)
            if pes or (type_.format is Format.XADES):
                check_signable_xml(piece.path, xpath=demande.xpath)
            else:
                check_xml(piece.path)
        elif piece.content_type not in _OTHERS:
            check_signable(piece.path)
        elif not piece.path.stat().st_size:
            raise InvalidFile("FICHIER_VIDE", f"{piece.nom} : ce document est vide.")
    except InvalidFile as problem:
        text = texts.NOT_A_PES if piece.content_type in _XML else texts.BAD_DOCUMENT
        raise Refus(text.format(code=problem.code)) from problem
