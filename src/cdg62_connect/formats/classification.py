"""The classification that a préfecture publishes: natures, types of pieces, matières."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

from cdg62_connect.errors import InvalidFile
from cdg62_connect.formats.hardened_xml import (
    as_date,
    attribute,
    child_text,
    children,
    local_name,
    read_returned_xml,
)
from cdg62_connect.formats.matieres import skeleton
from cdg62_connect.formats.natures import Nature

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cdg62_connect.formats.hardened_xml import Element

_WHAT = "La classification"
_LEVELS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class NatureEntry:
    """A nature as the classification describes it; ``pieces`` maps the codes it allows to their labels."""

    code: int
    abrege: str
    libelle: str
    pieces: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """A classification (@ctes 1.1, RetourClassification).

    Two classifications are equal when their bytes are, which is how S2LOW and Pastell compare them.

    Attributes:
        date: the version; an act sent under another one is refused by the ministry (anomaly 002).
        natures: by code.
        matieres: labels by dotted code, in numerical order (7.2 before 7.10); some labels are blank.
        raw: the document as received.
    """

    date: date = field(compare=False)
    natures: Mapping[int, NatureEntry] = field(compare=False)
    matieres: Mapping[str, str] = field(compare=False)
    raw: bytes = field(repr=False)

    @classmethod
    def read(cls, data: bytes) -> Classification:
        """Read the XML that S2LOW gives, whatever its prefixes and its real encoding.

        Raises:
            InvalidFile: ``CLASSIFICATION_ILLISIBLE``.
            HostileInput: a DTD, or elements nested beyond reason.
        """
        try:
            root = read_returned_xml(data, what=_WHAT)
        except InvalidFile as error:
            raise InvalidFile("CLASSIFICATION_ILLISIBLE", str(error)) from None
        if local_name(root) != "RetourClassification":
            raise _unreadable(f"l'élément racine est « {local_name(root)[:60]} »")
        version = as_date(child_text(root, "DateClassification"))
        if version is None:
            raise _unreadable("la date de version manque")
        natures = {
            entry.code: entry
            for group in children(root, "NaturesActes")
            for nature in children(group, "NatureActe")
            for entry in _nature(nature)
        }
        matieres = {
            codes: label
            for group in children(root, "Matieres")
            for codes, label in _matieres(group, level=1, above=())
        }
        return cls(
            date=version,
            natures=MappingProxyType(dict(sorted(natures.items()))),
            matieres=MappingProxyType(
                {".".join(map(str, codes)): matieres[codes] for codes in sorted(matieres)}
            ),
            raw=data,
        )

    def libelle(self, matiere: str) -> str | None:
        """The label of a dotted code, perhaps blank; ``None`` when this classification has no such code."""
        return self.matieres.get(matiere)

    def search(self, words: str) -> tuple[tuple[str, str], ...]:
        """The matières whose code begins so, or whose label holds every word, accents and case ignored.

        Gives the codes with their whole path of labels, in the order of the classification.
        """
        wanted = [word for word in map(skeleton, words.split()) if word]
        code = words.strip()
        found: list[tuple[str, str]] = []
        for dotted in self.matieres:
            path = self.path(dotted)
            label = skeleton(path)
            if wanted and (
                dotted == code or dotted.startswith(f"{code}.") or all(word in label for word in wanted)
            ):
                found.append((dotted, path))
        return tuple(found)

    def path(self, matiere: str) -> str:
        """The labels that lead to a dotted code, from the general to the particular."""
        levels = matiere.split(".")
        codes = (".".join(levels[:depth]) for depth in range(1, len(levels) + 1))
        return " > ".join(self.matieres.get(code, "") or code for code in codes)

    def is_in_force(self, version: date | None) -> bool:
        """Whether it is the version in force, as the last message of the ministry said it (``None``: unknown)."""
        return version is None or self.date >= version

    def pieces_for(self, nature: Nature | int, matiere: str = "") -> tuple[tuple[str, str], ...]:
        """The types of pieces allowed with that nature: the default ones, those of the matière, the others."""
        entry = self.natures.get(nature.code if isinstance(nature, Nature) else nature)
        if entry is None:
            return ()
        first, _, rest = matiere.partition(".")
        own, whole = f"{first}{rest.partition('.')[0]}_", f"{first}0_"

        def rank(code: str) -> int:
            if code.startswith("99_"):
                return 0
            return 1 if matiere and code.startswith((own, whole)) else 2

        return tuple(sorted(entry.pieces.items(), key=lambda piece: (rank(piece[0]), piece[0])))

    def allows_piece(self, nature: Nature | int, code: str) -> bool:
        """Whether a piece of that type may go with an act of that nature."""
        entry = self.natures.get(nature.code if isinstance(nature, Nature) else nature)
        return entry is not None and code in entry.pieces


def _nature(element: Element) -> Iterator[NatureEntry]:
    code = attribute(element, "CodeNatureActe")
    if _is_code(code):
        pieces = {
            attribute(piece, "CodeTypePJ"): attribute(piece, "Libelle")
            for piece in children(element, "TypePJNatureActe")
        }
        pieces.pop("", None)
        yield NatureEntry(
            code=int(code),
            abrege=attribute(element, "TypeAbrege"),
            libelle=attribute(element, "Libelle"),
            pieces=MappingProxyType(pieces),
        )


def _matieres(
    element: Element, *, level: int, above: tuple[int, ...]
) -> Iterator[tuple[tuple[int, ...], str]]:
    for matiere in children(element, f"Matiere{level}"):
        code = attribute(matiere, "CodeMatiere")
        if _is_code(code):
            codes = (*above, int(code))
            yield codes, attribute(matiere, "Libelle")
            if level < _LEVELS:
                yield from _matieres(matiere, level=level + 1, above=codes)


def _is_code(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 6


def _unreadable(why: str) -> InvalidFile:
    return InvalidFile("CLASSIFICATION_ILLISIBLE", f"{_WHAT} n'est pas celle d'@ctes : {why}.")
