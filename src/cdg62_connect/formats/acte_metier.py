"""The message that accompanies an act (@ctes 1.1, Acte): read as it comes, built as the ministry wants it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from cdg62_connect.errors import InvalidFile, InvalidInput
from cdg62_connect.formats.actes_codes import ACTES_NAMESPACE
from cdg62_connect.formats.hardened_xml import as_date, attribute, child_text, children
from cdg62_connect.formats.written_xml import text_of

if TYPE_CHECKING:
    from cdg62_connect.formats.hardened_xml import Element

_A = f"{{{ACTES_NAMESPACE}}}"
_LEVELS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ActeMetier:
    """What is said of an act.

    Attributes:
        date: of the decision, not of the sending.
        matiere: dotted, two levels at least.
        classification: the version of the classification used, which must be the one in force.
        document: the name of the act's file, as in the archive.
        annexes: the names of the others, in order.
        papier: the file also goes on paper.
        precedent: the identifier of an earlier act that this one is about, or ``""``.
    """

    date: date
    numero: str
    nature: int
    matiere: str
    objet: str
    classification: date
    document: str
    annexes: tuple[str, ...] = ()
    papier: bool = False
    precedent: str = ""

    @classmethod
    def of(cls, element: Element) -> ActeMetier:
        """Read it in an element ``Acte`` or ``ActeRecu``.

        Raises:
            InvalidFile: ``ACTE_ILLISIBLE``: what identifies an act is missing.
        """
        day = as_date(attribute(element, "Date"))
        nature = attribute(element, "CodeNatureActe")
        version = as_date(child_text(element, "ClassificationDateVersion"))
        numero = attribute(element, "NumeroInterne")
        if day is None or version is None or not numero or not _is_code(nature):
            raise InvalidFile(
                "ACTE_ILLISIBLE",
                "Le message de l'acte n'a pas de date, de numéro, de nature ou de classification.",
            )
        levels = [
            code
            for level in range(1, _LEVELS + 1)
            for matiere in children(element, f"CodeMatiere{level}")
            if _is_code(code := attribute(matiere, "CodeMatiere"))
        ]
        documents = [child_text(one, "NomFichier") for one in children(element, "Document")]
        annexes = [
            child_text(annexe, "NomFichier")
            for group in children(element, "Annexes")
            for annexe in children(group, "Annexe")
        ]
        return cls(
            date=day,
            numero=numero,
            nature=int(nature),
            matiere=".".join(str(int(code)) for code in levels),
            objet=child_text(element, "Objet"),
            classification=version,
            document=next(iter(documents), ""),
            annexes=tuple(annexes),
            papier=child_text(element, "DocumentPapier").upper() in ("O", "1"),
            precedent=next(
                (attribute(one, "IDActe") for one in children(element, "PrecedentIdentifiantActe")), ""
            ),
        )

    def element(self) -> Element:
        """The message as an element ``Acte``.

        Raises:
            InvalidInput: the matière has not two to five levels.
        """
        from lxml import etree

        levels = self.matiere.split(".")
        if not 2 <= len(levels) <= _LEVELS or not all(_is_code(level) for level in levels):
            raise InvalidInput(f"La matière « {self.matiere} » doit avoir de deux à cinq niveaux, comme 2.2.")
        acte = etree.Element(f"{_A}Acte", nsmap={"actes": ACTES_NAMESPACE})
        acte.set(f"{_A}Date", self.date.isoformat())
        acte.set(f"{_A}NumeroInterne", text_of(self.numero))
        acte.set(f"{_A}CodeNatureActe", str(self.nature))
        for rank, level in enumerate(levels, start=1):
            etree.SubElement(acte, f"{_A}CodeMatiere{rank}").set(f"{_A}CodeMatiere", level)
        etree.SubElement(acte, f"{_A}Objet").text = text_of(self.objet)
        if self.precedent:
            etree.SubElement(acte, f"{_A}PrecedentIdentifiantActe").set(
                f"{_A}IDActe", text_of(self.precedent)
            )
        etree.SubElement(acte, f"{_A}ClassificationDateVersion").text = self.classification.isoformat()
        document = etree.SubElement(acte, f"{_A}Document")
        etree.SubElement(document, f"{_A}NomFichier").text = text_of(self.document)
        annexes = etree.SubElement(acte, f"{_A}Annexes")
        annexes.set(f"{_A}Nombre", str(len(self.annexes)))
        for name in self.annexes:
            etree.SubElement(etree.SubElement(annexes, f"{_A}Annexe"), f"{_A}NomFichier").text = text_of(name)
        etree.SubElement(acte, f"{_A}DocumentPapier").text = "O" if self.papier else "N"
        return acte


def _is_code(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 6
