"""The ministry's refusal of an act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cdg62_connect.errors import InvalidFile
from cdg62_connect.formats.hardened_xml import (
    as_date,
    attribute,
    child_text,
    children,
    local_name,
    read_returned_xml,
)

_WHAT = "L'anomalie"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnomalieActe:
    """A refusal of one act or of its whole envelope (@ctes 1.1, AnomalieActe and AnomalieEnveloppe).

    Attributes:
        date: the day of the refusal, when it is readable.
        nature: the code as written; three digits by the schema, sometimes a word in reality.
        detail: the reason, which often starts with ``ODT-VERIF-`` and a number.
        numero: the act's number, or ``""`` (always so for an envelope).
        classification_en_cours: the version of the classification in force, when it is said.
    """

    date: date | None
    nature: str
    detail: str
    numero: str
    classification_en_cours: date | None

    @classmethod
    def read(cls, data: bytes) -> AnomalieActe:
        """Read a refusal, whatever its prefixes and its real encoding.

        Raises:
            InvalidFile: ``ANOMALIE_ILLISIBLE``: not a refusal, or one without nature nor reason.
            HostileInput: a DTD, or elements nested beyond reason.
        """
        try:
            root = read_returned_xml(data, what=_WHAT)
        except InvalidFile as error:
            raise InvalidFile("ANOMALIE_ILLISIBLE", str(error)) from None
        if local_name(root) not in ("AnomalieActe", "AnomalieEnveloppe"):
            raise _unreadable(f"l'élément racine est « {local_name(root)[:60]} »")
        nature, detail = child_text(root, "Nature"), child_text(root, "Detail")
        if not nature and not detail:
            raise _unreadable("elle ne donne ni nature ni détail")
        numeros = (attribute(copy, "NumeroInterne") for copy in children(root, "ActeRecu"))
        return cls(
            date=as_date(child_text(root, "Date")),
            nature=nature,
            detail=detail,
            numero=next(filter(None, numeros), ""),
            classification_en_cours=as_date(child_text(root, "ClassificationDateVersionEnCours")),
        )


def _unreadable(why: str) -> InvalidFile:
    return InvalidFile("ANOMALIE_ILLISIBLE", f"{_WHAT} n'est pas celle d'un acte : {why}.")
