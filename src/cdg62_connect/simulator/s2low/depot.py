"""A deposit as it was posted, and the checks that S2LOW makes before it answers.

Protocol: S2LOW API, ``actes_transac_create``. The order of the checks is that of the platform as far as it
is known: number, date, number already used, files, then what the database demands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cdg62_connect.simulator.s2low import texts
from cdg62_connect.simulator.s2low.accounts import Ko
from cdg62_connect.simulator.s2low.classification import Classification
from cdg62_connect.simulator.s2low.transactions import Acte, nature_of

NUMBER = re.compile(r"([A-Z0-9][A-Z0-9_]{0,13})?[A-Z0-9]")
PIECE = re.compile(r"[A-Z0-9_]{5}")
SUBJECT_LIMIT = 499

_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x1f\x8b", "application/gzip"),
    (b"PK\x03\x04", "application/zip"),
)
EXTENSIONS = {"application/pdf": "pdf", "text/xml": "xml", "image/png": "png", "image/jpeg": "jpg"}


class PlatformCrash(Exception):
    """The platform breaks on this input: HTTP 500 and an HTML page."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was posted: the name given, and where its bytes wait."""

    name: str
    path: Path

    @property
    def size(self) -> int:
        """In bytes."""
        return self.path.stat().st_size

    @property
    def mimetype(self) -> str:
        """What the content is, whatever the name says."""
        with self.path.open("rb") as content:
            head = content.read(1024)
        if b"%PDF-" in head:
            return "application/pdf"
        for magic, mimetype in _MAGIC:
            if head.startswith(magic):
                return mimetype
        if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<?xml"):
            return "text/xml"
        return "application/octet-stream" if b"\0" in head else "text/plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Depot:
    """The fields of a deposit, as posted.

    ``classif`` holds classif1 to classif5, ``""`` where absent. ``signature`` and ``signatures_annexes`` are
    the detached signatures, as text. ``diffusion``: who is told of the acknowledgement; ``lot``: the batch, on the
    web pages, that the acte is part of.
    """

    nature_code: str = ""
    number: str = ""
    subject: str = ""
    decision_date: str = ""
    classif: tuple[str, ...] = ()
    type_acte: str = ""
    document: Upload | None = None
    annexes: tuple[Upload, ...] = ()
    types_pj: tuple[str, ...] = ()
    signature: str = ""
    signatures_annexes: tuple[str, ...] = ()
    document_papier: bool = False
    en_attente: bool = False
    must_signed: bool = False
    diffusion: tuple[str, ...] = ()
    sources_jointes: bool = False
    lot: str = ""

    @property
    def files(self) -> tuple[Upload, ...]:
        """The document, then the annexes."""
        return (*([self.document] if self.document else []), *self.annexes)

    @property
    def decided_on(self) -> date | None:
        """The date of the decision, or ``None`` when it is not a date: the platform drops it in silence."""
        match = _DAY.fullmatch(self.decision_date)
        if not match:
            return None
        try:
            return date(*(int(part) for part in match.groups()))
        except ValueError:
            return None

    @property
    def matiere(self) -> tuple[int, ...]:
        """The levels given, without the holes.

        Raises:
            PlatformCrash: a level is not a number: no handler catches it on the platform.
        """
        try:
            return tuple(int(level) for level in self.classif if level)
        except ValueError as crash:
            raise PlatformCrash from crash


@dataclass(frozen=True, slots=True)
class Limites:
    """Sizes the platform stands.

    Attributes:
        archive: sum of the files, in bytes.
        corps: whole body of the request, in bytes; above, PHP drops it and every POST field with it.
        fichiers: number of files in one request.
        fichier: one file, in bytes.
        pes: one PES, in bytes.
        mail: the files of one secure mail, in bytes.
    """

    archive: int = 150 * 1024 * 1024
    corps: int = 200 * 1024 * 1024
    fichiers: int = 20
    fichier: int = 150 * 1024 * 1024
    pes: int = 128 * 1024 * 1024
    mail: int = 80 * 1024 * 1024


def check_sizes(depot: Depot, limites: Limites) -> None:
    """Refuse what is too big or too many."""
    if len(depot.files) > limites.fichiers:
        raise Ko(texts.TOO_MANY.format(limit=limites.fichiers))
    if sum(file.size for file in depot.files) > limites.archive:
        raise Ko(texts.TOO_BIG.format(limit=limites.archive))


def check_identity(depot: Depot, *, today: date) -> None:
    """Refuse a number out of shape and a decision of the future."""
    if not NUMBER.fullmatch(depot.number):
        raise Ko(texts.BAD_NUMBER)
    if depot.decided_on is not None and depot.decided_on > today:
        raise Ko(texts.FUTURE_DATE)


def check_files(depot: Depot, limites: Limites, *, typed: bool = True) -> None:
    """Refuse a missing, empty, too big or untyped file, and a content that is not what it must be.

    ``typed``: every file must say its typology; the oldest platforms leave it to their owner.
    """
    document = depot.document
    if document is None:
        raise Ko(texts.NO_DOCUMENT)
    if any(not file.size for file in depot.files):
        raise Ko(texts.EMPTY_FILE)
    if any(file.size > limites.fichier for file in depot.files):
        raise Ko(texts.BIG_FILE.format(limit=limites.fichier))
    if typed and not depot.type_acte:
        raise Ko(texts.NO_TYPOLOGY.format(name=document.name))
    _check_document(depot, document)
    for rank, annexe in enumerate(depot.annexes):
        code = depot.types_pj[rank] if rank < len(depot.types_pj) else ""
        if typed and not code:
            raise Ko(texts.NO_ANNEX_TYPOLOGY.format(name=annexe.name))
        _check_annexe(annexe, code, with_xml=document.mimetype == "text/xml")


def _check_document(depot: Depot, document: Upload) -> None:
    problems: list[str] = []
    if document.mimetype not in ("application/pdf", "text/xml"):
        problems.append(texts.DOCUMENT_TYPE.format(name=document.name, mimetype=document.mimetype))
    elif document.mimetype == "text/xml":
        if depot.nature_code != "5":
            problems.append(texts.XML_NATURE)
        elif depot.matiere[:2] != (7, 1):
            problems.append(texts.XML_MATIERE)
    if depot.type_acte and not PIECE.fullmatch(depot.type_acte):
        problems.append(texts.PIECE_CODE)
    if problems:
        raise Ko(texts.BAD_DOCUMENT + "\n".join(problems))


def _check_annexe(annexe: Upload, code: str, *, with_xml: bool) -> None:
    problem = ""
    if annexe.mimetype not in EXTENSIONS:
        problem = texts.ANNEX_TYPE.format(name=annexe.name, mimetype=annexe.mimetype)
    elif with_xml and annexe.mimetype != "application/pdf":
        problem = texts.ANNEX_OF_XML
    elif code and not PIECE.fullmatch(code):
        problem = texts.PIECE_CODE
    if problem:
        raise Ko(texts.BAD_ANNEX + problem)


def acte_of(depot: Depot, classification: Classification | None) -> Acte:
    """The acte deposited, once the database has its say."""
    nature, day, matiere = nature_of(depot.nature_code), depot.decided_on, depot.matiere
    if classification is None:
        raise Ko(texts.NO_CLASSIFICATION)
    if nature is None:
        raise Ko(texts.BAD_NATURE)
    if day is None:
        raise Ko(texts.NO_DATE)
    if not depot.subject.strip():
        raise Ko(texts.NO_SUBJECT)
    if len(depot.subject) > SUBJECT_LIMIT:
        raise Ko(texts.LONG_SUBJECT.format(limit=SUBJECT_LIMIT))
    if any(level <= 0 for level in matiere) or not _has_two_levels(depot.classif):
        raise Ko(texts.TWO_LEVELS)
    return Acte(
        nature=nature,
        numero=depot.number,
        objet=depot.subject,
        date=day,
        matiere=matiere,
        type_acte=depot.type_acte,
        document_papier=depot.document_papier,
        classification_version=classification.version,
        diffusion=depot.diffusion,
        sources_jointes=depot.sources_jointes,
    )


def _has_two_levels(classif: Sequence[str]) -> bool:
    return len(classif) >= 2 and bool(classif[0]) and bool(classif[1])
