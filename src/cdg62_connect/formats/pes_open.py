"""The elements of a PES Aller that are still open, until they can be told."""

from __future__ import annotations

import re
from decimal import Decimal

from cdg62_connect.errors import HostileInput
from cdg62_connect.formats.pes_facts import (
    Domaine,
    PesBordereau,
    PesLigne,
    PesPiece,
    PesPj,
    PesPjRef,
    RefCompta,
)

ZERO = Decimal(0)

is_amount = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,6})?").fullmatch
_MOST_REFERENCES = 100_000

Fields = dict[str, list[str]]
"""The attributes of the elements met since the last group ended, under the elements' names."""


def value(fields: Fields, name: str) -> str:
    """The attribute ``V`` of that element, ``""`` when it has none or was not met."""
    attributes = fields.get(name)
    return attributes[1] if attributes and attributes[0] == "V" else ""


def amount(text: str) -> Decimal | None:
    """An amount as a PES writes it, ``None`` when it is not one."""
    return Decimal(text) if is_amount(text) else None


class Content:
    """Counts the text of a justificatif; the checks use one that also reads it."""

    def __init__(self) -> None:
        self.encoded = 0

    def take(self, text: str) -> None:
        """One more piece of text."""
        self.encoded += len(text.strip())

    def problem(self) -> str:
        """What is wrong with it, in French, or ``""``."""
        return "" if self.encoded else "il est vide"


class OpenBordereau:
    """A bordereau whose pièces are being read."""

    def __init__(self, domaine: Domaine, identifier: str, *, dematerialise: bool) -> None:
        self.domaine = domaine
        self.dematerialise = dematerialise
        self.id = identifier
        self.fields: dict[str, str] = {}
        self.pieces = 0
        self.lignes = 0
        self.total = ZERO
        self.signed = False
        self.tva = False

    def read(self, fields: Fields) -> None:
        """Keep the fields of its header."""
        for name in (
            "Exer", "IdBord", "TypBord", "DteBordEm", "NbrPce", "MtCumulAnnuel", "MtBordHT", "MtBordHt", "MtBordTVA"
        ):  # fmt: skip
            self.fields[name] = value(fields, name)

    def count(self, ligne: PesLigne) -> None:
        """One more line."""
        self.lignes += 1
        if ligne.ht is not None:
            self.total += ligne.ht
        if ligne.tva is not None and ligne.tva > ZERO:
            self.tva = True

    def closed(self) -> PesBordereau:
        """The bordereau as it is told."""
        get = self.fields.get
        return PesBordereau(
            domaine=self.domaine,
            id=self.id,
            exercice=get("Exer", ""),
            numero=get("IdBord", ""),
            type=get("TypBord", ""),
            date=get("DteBordEm", ""),
            nbr_pce=get("NbrPce", ""),
            cumul=amount(get("MtCumulAnnuel", "")),
            ht=amount(get("MtBordHT") or get("MtBordHt", "")),
            tva=amount(get("MtBordTVA", "")),
            pieces=self.pieces,
            lignes=self.lignes,
            total_ht=self.total,
            signed=self.signed,
            tva_on_lines=self.tva,
            dematerialise=self.dematerialise,
        )


class OpenPiece:
    """A pièce whose lines are being read."""

    __slots__ = ("_header", "_refs", "lignes")

    def __init__(self) -> None:
        self._header = ("", "", "", "")
        self._refs: tuple[PesPjRef, ...] = ()
        self.lignes: list[PesLigne] = []

    def read(self, fields: Fields, refs: list[PesPjRef]) -> None:
        """Keep its header."""
        objet = value(fields, "Obj") or value(fields, "ObjPce")
        self._header = (value(fields, "IdPce"), value(fields, "TypPce"), value(fields, "NatPce"), objet)
        self._refs = tuple(refs)

    def closed(self) -> PesPiece:
        """The pièce as it is told."""
        identifier, kind, nature, objet = self._header
        return PesPiece(identifier, kind, nature, objet, tuple(self.lignes), self._refs)


class OpenPj:
    """A justificatif whose content is being read."""

    def __init__(self, content: Content, *, depth: int) -> None:
        self.content = content
        self.depth = depth
        self.mime = ""
        self._references: list[RefCompta] = []

    def add(self, reference: RefCompta) -> None:
        """One more reference."""
        self._references.append(reference)
        if len(self._references) > _MOST_REFERENCES:
            raise HostileInput("Le PES a un justificatif aux références sans nombre : document écarté.")

    def closed(self, fields: Fields, *, misplaced: bool) -> PesPj:
        """The justificatif as it is told; ``fields`` holds its own."""
        return PesPj(
            id_unique=value(fields, "IdUnique"),
            nom=value(fields, "NomPJ"),
            type=value(fields, "TypePJ"),
            mime=self.mime,
            description=value(fields, "Description"),
            references=tuple(self._references),
            encoded=self.content.encoded,
            problem=self.content.problem(),
            misplaced=misplaced,
        )
