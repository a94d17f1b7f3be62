"""What S2LOW looks for once the acte is deposited: the reasons for a status -1 that no answer announced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cdg62_connect.extras import extra
from cdg62_connect.simulator.s2low import texts
from cdg62_connect.simulator.s2low.transactions import Acte, StoredFile

if TYPE_CHECKING:
    from pathlib import Path

    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature


def analyse(acte: Acte, files: Sequence[StoredFile]) -> str:
    """The first problem found in the files (the document, then the annexes), or ``""``.

    Typologies must be allowed for the nature; each PDF must be readable, not locked, and its signatures
    intact, except for public contracts (nature 4, matière 1.1), whose signatures S2LOW leaves alone. Whether
    the signer is trusted is not judged: the test authority is the only one that could be.
    """
    for file in files:
        if file.code_pj not in acte.nature.pieces:
            detail = texts.TYPOLOGY_NOT_ALLOWED.format(code=file.code_pj, nature=acte.nature.abrege)
            return texts.PROBLEM.format(name=file.name, detail=detail)
    signatures_matter = (acte.nature.code, acte.matiere[:2]) != (4, (1, 1))
    for file in files:
        if file.mimetype != "application/pdf":
            continue
        detail = _pdf_problem(file.path, signatures_matter=signatures_matter)
        if detail:
            return texts.PROBLEM.format(name=file.name, detail=detail)
    return ""


def _pdf_problem(path: Path, *, signatures_matter: bool) -> str:
    with extra("simulator", needed_for="La vérification des PDF par le S2LOW simulé"):
        from pyhanko.pdf_utils.misc import PdfError
        from pyhanko.pdf_utils.reader import PdfFileReader

    with path.open("rb") as content:
        try:
            reader = PdfFileReader(content, strict=False)
            if reader.encrypted:
                return texts.PDF_LOCKED
            reader.find_page_for_modification(0)
        except (PdfError, ValueError, KeyError, TypeError, IndexError, RecursionError):
            return texts.PDF_DAMAGED
        try:
            intact = all(_is_intact(signature) for signature in reader.embedded_regular_signatures)
        except (PdfError, ValueError, KeyError, TypeError, IndexError):
            intact = False
        return texts.SIGNATURE_INVALID if signatures_matter and not intact else ""


def _is_intact(signature: EmbeddedPdfSignature) -> bool:
    """Whether a whole revision was signed, its bytes have not moved, and the certificate's key signed it."""
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    try:
        signature.compute_integrity_info(skip_diff=True)
        intact, valid = validate_sig_integrity(
            signature.signer_info,
            signature.signer_cert,
            expected_content_type="data",
            actual_digest=signature.compute_digest(),
        )
    except SignatureValidationError:
        return False
    return intact and valid and signature.coverage >= SignatureCoverageLevel.ENTIRE_REVISION
