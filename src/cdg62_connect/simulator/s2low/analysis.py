"""What S2LOW looks for once the acte is deposited: the reasons for a status -1 that no answer announced."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.x509 import Certificate, load_der_x509_certificate, load_pem_x509_certificate

from cdg62_connect.extras import extra
from cdg62_connect.simulator.s2low import texts
from cdg62_connect.simulator.s2low.transactions import Acte, StoredFile

if TYPE_CHECKING:
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature


def analyse(acte: Acte, files: Sequence[StoredFile], *, anchor: Path | None = None) -> str:
    """The first problem found in the files (the document, then the annexes), or ``""``.

    Typologies must be allowed for the nature; each PDF must be readable, not locked, and its signatures
    intact, except for public contracts (nature 4, matière 1.1), whose signatures S2LOW leaves alone. Whether
    the signer is trusted is judged only with an ``anchor``: the certificate (PEM) of the one authority that is.
    """
    trusted = load_certificate(anchor) if anchor else None
    for file in files:
        if file.code_pj and file.code_pj not in acte.nature.pieces:
            detail = texts.TYPOLOGY_NOT_ALLOWED.format(code=file.code_pj, nature=acte.nature.abrege)
            return texts.PROBLEM.format(name=file.name, detail=detail)
    signatures_matter = (acte.nature.code, acte.matiere[:2]) != (4, (1, 1))
    for file in files:
        if file.mimetype != "application/pdf":
            continue
        detail = _pdf_problem(file.path, signatures_matter=signatures_matter, trusted=trusted)
        if detail:
            return texts.PROBLEM.format(name=file.name, detail=detail)
    return ""


def _pdf_problem(path: Path, *, signatures_matter: bool, trusted: Certificate | None) -> str:
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
            signatures = reader.embedded_regular_signatures
            if signatures_matter and not all(map(_is_intact, signatures)):
                return texts.SIGNATURE_INVALID
            if signatures_matter and trusted and not all(_is_from(one, trusted) for one in signatures):
                return texts.SIGNER_UNKNOWN
        except (PdfError, ValueError, KeyError, TypeError, IndexError):
            return texts.SIGNATURE_INVALID if signatures_matter else ""
        return ""


def load_certificate(path: Path) -> Certificate:
    """The certificate of a file (PEM)."""
    return load_pem_x509_certificate(path.read_bytes())


def _is_from(signature: EmbeddedPdfSignature, authority: Certificate) -> bool:
    """Whether the authority itself certified the signer."""
    try:
        signer = load_der_x509_certificate(signature.signer_cert.dump())
        signer.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


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
