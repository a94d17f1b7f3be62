"""What a PDF must be before it goes anywhere: real, whole, readable by all, not too big."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from cdg62_connect.errors import InvalidFile
from cdg62_connect.extras import extra


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfFacts:
    """What is known of a PDF that passed the checks: its size in bytes and the SHA-256 of its content."""

    size: int
    sha256: str


def check_pdf(path: Path, *, limit: int) -> PdfFacts:
    """Check a PDF from outside, without ever holding it in memory.

    Args:
        path: the file.
        limit: the largest size accepted, in bytes.

    Raises:
        InvalidFile: ``FICHIER_VIDE``, ``TAILLE``, ``PAS_UN_PDF`` (another format, cut, or broken) or
            ``PDF_CHIFFRE`` (a password, or protections, even without a password to open it).
        OSError: the file cannot be read at all.
        MissingExtra: pyHanko is not installed.
    """
    with extra("journey", needed_for="Vérifier un PDF"):
        from cdg62_connect.formats.pdf_structure import read_trailer

    with path.open("rb") as document:
        size = os.fstat(document.fileno()).st_size
        if size == 0:
            raise InvalidFile("FICHIER_VIDE", f"Le fichier « {path.name} » est vide : déposez-le à nouveau.")
        if size > limit:
            raise InvalidFile(
                "TAILLE",
                f"Le fichier « {path.name} » pèse {size} octets, plus que les {limit} admis : allégez-le "
                "(numérisation en noir et blanc, images réduites).",
            )
        if "/Encrypt" in read_trailer(document).flatten():
            raise InvalidFile(
                "PDF_CHIFFRE",
                f"Le PDF « {path.name} » est protégé (mot de passe ou restrictions) : "
                "produisez-le sans protection.",
            )
        document.seek(0)
        digest = hashlib.file_digest(document, "sha256")
    return PdfFacts(size=size, sha256=digest.hexdigest())
