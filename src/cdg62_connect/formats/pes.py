"""PES Aller read as a stream: memory does not depend on the size of the file (PES V2, DGFiP).

Only the root is in a namespace; every value is the attribute ``V`` of an empty element. Nothing is ever
written back: a PES is handled as bytes, since any other writing of it breaks its signatures.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from cdg62_connect.errors import HostileInput, InvalidFile
from cdg62_connect.formats.hardened_expat import LARGEST_FILE
from cdg62_connect.formats.pes_facts import (
    DomaineSummary,
    PesBordereau,
    PesDomaine,
    PesHeader,
    PesPart,
    PesPj,
    PesSignature,
    PesSummary,
    SignaturePlacement,
)
from cdg62_connect.formats.pes_open import ZERO
from cdg62_connect.formats.pes_reading import PesReading

_MOST_DOMAINES = 50


def iter_pes(path: Path, *, limit: int = LARGEST_FILE) -> Iterator[PesPart]:
    """Tell what a PES Aller holds, as it is read.

    Args:
        path: the file.
        limit: the largest size accepted, in bytes.

    Raises:
        InvalidFile: ``FICHIER_VIDE``, ``TAILLE``, ``XML_ILLISIBLE``, or ``PAS_UN_PES_ALLER``; perhaps after
            the first parts have been told.
        HostileInput: a DTD, or something beyond reason.
        OSError: the file cannot be read.
    """
    reading = PesReading(limit=limit)
    with path.open("rb") as document:
        for _ in reading.stream.blocks(document):
            yield from reading.told()


def read_pes(path: Path, *, limit: int = LARGEST_FILE) -> PesSummary:
    """Read a PES Aller whole and give it in brief, with the digests of its bytes.

    Raises:
        InvalidFile: as :func:`iter_pes`.
        HostileInput: as :func:`iter_pes`.
        OSError: the file cannot be read.
    """
    reading = PesReading(limit=limit)
    sha1, sha256 = hashlib.sha1(usedforsecurity=False), hashlib.sha256()
    totals, size = _Totals(), 0
    with path.open("rb") as document:
        for block in reading.stream.blocks(document):
            size += len(block)
            sha1.update(block)
            sha256.update(block)
            for part in reading.told():
                totals.take(part)
    return totals.summary(
        size=size, sha1=sha1.hexdigest(), sha256=sha256.hexdigest(), encoding=reading.stream.encoding
    )


class _Totals:
    """The sums that make a summary."""

    def __init__(self) -> None:
        self._header: PesHeader | None = None
        self._open = _Counts()
        self._domaines: list[DomaineSummary] = []
        self._pj = 0
        self._global = self._signed = False

    def take(self, part: PesPart) -> None:
        match part:
            case PesBordereau():
                self._open.add(part)
            case PesHeader():
                self._header = part
            case PesPj():
                self._pj += 1
            case PesDomaine():
                self._domaines.append(self._open.closed(part))
                self._open = _Counts()
                if len(self._domaines) > _MOST_DOMAINES:
                    raise HostileInput("Le PES répète ses parties sans fin : document écarté.")
            case PesSignature():
                self._global = self._global or part.bordereau is None
                self._signed = self._signed or part.bordereau is not None
            case _:
                pass

    def summary(self, *, size: int, sha1: str, sha256: str, encoding: str) -> PesSummary:
        if self._header is None:
            raise InvalidFile("PAS_UN_PES_ALLER", "Le fichier n'est pas un PES Aller.")
        placement = {
            (False, False): SignaturePlacement.NONE,
            (True, False): SignaturePlacement.GLOBAL,
            (False, True): SignaturePlacement.BORDEREAU,
            (True, True): SignaturePlacement.MIXED,
        }[self._global, self._signed]
        return PesSummary(
            header=self._header,
            domaines=tuple(self._domaines),
            pj=self._pj,
            signature=placement,
            size=size,
            sha1=sha1,
            sha256=sha256,
            encoding=encoding,
        )


class _Counts:
    def __init__(self) -> None:
        self.bordereaux = self.with_id = self.signed = self.pieces = self.lignes = 0
        self.ht = ZERO

    def add(self, bordereau: PesBordereau) -> None:
        self.bordereaux += 1
        self.with_id += bool(bordereau.id)
        self.signed += bordereau.signed
        self.pieces += bordereau.pieces
        self.lignes += bordereau.lignes
        self.ht += bordereau.total_ht

    def closed(self, part: PesDomaine) -> DomaineSummary:
        return DomaineSummary(
            domaine=part.domaine,
            dematerialise=part.info_dematerialisee in ("1", "true"),
            bordereaux=self.bordereaux,
            bordereaux_with_id=self.with_id,
            signed=self.signed,
            pieces=self.pieces,
            lignes=self.lignes,
            ht=self.ht,
        )
