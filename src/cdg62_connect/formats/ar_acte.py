"""The préfecture's acknowledgement of an act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cdg62_connect.errors import InvalidFile, InvalidInput
from cdg62_connect.formats.acte_id import ActeId
from cdg62_connect.formats.hardened_xml import (
    as_date,
    attribute,
    child_text,
    children,
    local_name,
    read_returned_xml,
)

_WHAT = "L'accusé de réception"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArActe:
    """An acknowledgement (@ctes 1.1, ARActe): with publication, what makes the act enforceable.

    Attributes:
        acte_id: the act's unique identifier, as written (``str(ActeId)``).
        date_reception: the day the préfecture received it.
        numero: the act's number, from the copy of the act, else from the identifier, else ``""``.
        date_acte: the day of the decision, when the copy of the act says it.
        code_nature: the nature's number, when the copy of the act says it.
        classification_en_cours: the version of the classification in force; another one than ours means
            that ours is to be refreshed.
    """

    acte_id: str
    date_reception: date
    numero: str
    date_acte: date | None
    code_nature: int | None
    classification_en_cours: date | None

    @classmethod
    def read(cls, data: bytes) -> ArActe:
        """Read an acknowledgement as platforms really give them.

        Only the root's two attributes are indispensable. Prefixes, the real encoding, the order and the
        number of the children do not matter: some simulated ones of 2013 repeat them.

        Raises:
            InvalidFile: ``AR_ILLISIBLE``.
            HostileInput: a DTD, or elements nested beyond reason.
        """
        try:
            root = read_returned_xml(data, what=_WHAT)
        except InvalidFile as error:
            raise InvalidFile("AR_ILLISIBLE", str(error)) from None
        if local_name(root) != "ARActe":
            raise _unreadable(f"l'élément racine est « {local_name(root)[:60]} »")
        acte_id = attribute(root, "IDActe")
        reception = as_date(attribute(root, "DateReception"))
        if not acte_id or reception is None:
            raise _unreadable("il n'a pas d'identifiant d'acte ou pas de date de réception")
        copies = [*children(root, "ActeRecu"), *children(root, "Acte")]
        numero = next(filter(None, (attribute(copy, "NumeroInterne") for copy in copies)), "")
        nature = next(filter(None, (attribute(copy, "CodeNatureActe") for copy in copies)), "")
        return cls(
            acte_id=acte_id,
            date_reception=reception,
            numero=numero or _numero_of(acte_id),
            date_acte=next(filter(None, (as_date(attribute(copy, "Date")) for copy in copies)), None),
            code_nature=int(nature) if nature.isascii() and nature.isdigit() and len(nature) <= 3 else None,
            classification_en_cours=as_date(child_text(root, "ClassificationDateVersionEnCours")),
        )


def _numero_of(acte_id: str) -> str:
    try:
        return ActeId.parse(acte_id).numero
    except InvalidInput:
        return ""


def _unreadable(why: str) -> InvalidFile:
    return InvalidFile("AR_ILLISIBLE", f"{_WHAT} n'est pas celui d'un acte : {why}.")
