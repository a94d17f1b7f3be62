"""The number of a dossier of urbanisme, as people write it and as the Code de l'urbanisme fixes it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from cdg62_connect.errors import InvalidInput
from cdg62_connect.formats.insee import check_insee

_LETTERS = {
    "PC": "PC",
    "PCMI": "PC",
    "PA": "PA",
    "PD": "PD",
    "DP": "DP",
    "DPMI": "DP",
    "DPLT": "DP",
    "DPC": "DP",
    "CU": "CU",
    "CUA": "CU",
    "CUB": "CU",
    "AT": "AT",
    "AP": "AP",
    "DIA": "IA",
    "IA": "IA",
}
"""Type as written → the two letters of the number."""

_FOUR_DIGITS = ("AP", "DP")
"""The types whose running number may have four characters (enseignes, publicité)."""

_DECLARATIONS = re.compile(r"(?:DAACT|DOC)[0-9]{0,2}")
"""Suffixes of what the petitioner declares: opening of the site, completion of the works."""

_SEPARATOR = r"[ ._/-]*"
_TYPE = rf"(?P<type>PCMI|PC|PA|PD|DPMI|DPLT|DPC|DP|CU ?A|CU ?B|CU|AT|AP|DIA|IA){_SEPARATOR}"
_PLACE = (
    rf"(?P<dep>0[0-9]{{2}}|02[AB]|9[78][0-9]|[0-9]{{2}}|2[AB]){_SEPARATOR}(?P<com>[0-9]{{3}}){_SEPARATOR}"
)
_REST = rf"(?P<num>[0-9A-Z][0-9]{{4}}|[0-9]{{4}})(?:{_SEPARATOR}(?P<suf>[A-Z]{{1,5}}[0-9]{{0,2}}))?"

_NUMBER = re.compile(rf"{_TYPE}{_PLACE}(?P<year>[0-9]{{2}}){_SEPARATOR}{_REST}")
_LONG_YEAR = re.compile(rf"{_TYPE}{_PLACE}20(?P<year>[0-9]{{2}}){_SEPARATOR}{_REST}")
_STARTS_LIKE_ONE = re.compile(_TYPE)
_HEADING = re.compile(r"(?:DOSSIER[ .:]*)?(?:N[°O]?[ .:]+|N°)?")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")

_EXAMPLE = "Écrivez-le par exemple « PC 062 041 24 00123 »."


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierNumber:
    """A dossier's number (Code de l'urbanisme, A423-1 to A423-4), taken apart.

    Attributes:
        letters: the two statutory letters (``"PC"`` also for a PCMI, ``"IA"`` for a DIA).
        detailed_type: the type as written (``"PCMI"``, ``"CUB"``…).
        departement: three characters (``"062"``, ``"02A"``, ``"971"``).
        commune: three digits.
        year: two digits, of this century.
        number: the running number, five characters; four for an AP or a DP of publicité.
        suffix: ``"M01"``, ``"T01"``, ``"DAACT"``… or ``""`` for the initial dossier.
    """

    letters: str
    detailed_type: str
    departement: str
    commune: str
    year: str
    number: str
    suffix: str = ""

    @classmethod
    def parse(cls, text: str, *, today: date) -> DossierNumber:
        """Read a number in any usual writing: spaces, hyphens, two-digit département, ``N°`` before it.

        Nothing is guessed: a doubtful writing is refused, with the right one proposed when there is one.

        Raises:
            InvalidInput: not a dossier's number, or a year to come.
        """
        shown = " ".join(text.split())[:60]
        plain = _normalised(text)
        read = _NUMBER.fullmatch(plain)
        if read is None:
            raise InvalidInput(_refusal(shown, plain))
        number = _taken(read)
        if len(number.number) == 4 and number.letters not in _FOUR_DIGITS:
            raise InvalidInput(
                f"Numéro de dossier « {shown} » : il manque un caractère, le numéro d'ordre "
                f"d'un {number.letters} en compte cinq. {_EXAMPLE}"
            )
        if 2000 + int(number.year) > today.year:
            raise InvalidInput(
                f"Numéro de dossier « {shown} » : l'année 20{number.year} n'est pas encore commencée. "
                "Vérifiez l'année de dépôt."
            )
        if number.insee is not None:
            check_insee(number.insee)
        return number

    @property
    def initial(self) -> str:
        """The number of the initial dossier: 15 characters, or 14 when ``number`` has four."""
        return self.letters + self.departement + self.commune + self.year + self.number

    @property
    def canonical(self) -> str:
        """The number in one piece, suffix included: one dossier, one text."""
        return self.initial + self.suffix

    @property
    def display(self) -> str:
        """The number as people read it: ``PC 062 041 24 00123 M01``."""
        parts = (self.letters, self.departement, self.commune, self.year, self.number, self.suffix)
        return " ".join(part for part in parts if part)

    @property
    def insee(self) -> str | None:
        """The commune's INSEE code, or ``None`` overseas where the number does not give it."""
        return self.departement[1:] + self.commune if self.departement.startswith("0") else None

    @property
    def publicite(self) -> bool:
        """A four-character number: an AP, or a DP that is about publicité."""
        return len(self.number) == 4

    @property
    def is_decision(self) -> bool:
        """Whether an authority decides on it; a DAACT or a DOC is a declaration, sent for the record."""
        return _DECLARATIONS.fullmatch(self.suffix) is None

    def __str__(self) -> str:
        return self.canonical


def _normalised(text: str) -> str:
    plain = " ".join(unicodedata.normalize("NFKC", text).translate(_DASHES).upper().split())
    heading = _HEADING.match(plain)
    return plain[heading.end() :] if heading else plain


def _taken(read: re.Match[str]) -> DossierNumber:
    written = read["type"].replace(" ", "")
    suffix = read["suf"] or ""
    return DossierNumber(
        letters=_LETTERS[written],
        detailed_type="DIA" if written == "IA" else written,
        departement=read["dep"].zfill(3),
        commune=read["com"],
        year=read["year"],
        number=read["num"],
        suffix="" if suffix == "P0" else suffix,
    )


def _refusal(shown: str, plain: str) -> str:
    if not _STARTS_LIKE_ONE.match(plain):
        types = ", ".join(_LETTERS)
        return f"« {shown} » n'est pas un numéro de dossier : il commence par un type ({types}). {_EXAMPLE}"
    long_year = _LONG_YEAR.fullmatch(plain)
    if long_year is not None:
        return (
            f"Numéro de dossier « {shown} » : l'année s'écrit sur deux chiffres. "
            f"Si c'est bien lui, écrivez « {_taken(long_year).display} »."
        )
    return (
        f"Numéro de dossier « {shown} » mal formé : après le type viennent le département (3 caractères), "
        f"la commune (3), l'année (2) et le numéro d'ordre (5). {_EXAMPLE}"
    )
