"""What signing does to the documents of a dossier, by the format of its type."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from cdg62_connect.errors import InvalidFile
from cdg62_connect.simulator.iparapheur.dossier import Dossier, Piece, Principal
from cdg62_connect.simulator.iparapheur.typage import Format
from cdg62_connect.simulator.iparapheur.xades import sign_xades
from cdg62_connect.simulator.pki import Signatory
from cdg62_connect.simulator.signing import sign_cades, sign_pades

PDF = "application/pdf"
_P7S = "application/pkcs7-signature"


def signer_documents(dossier: Dossier, moment: datetime, *, signer: Signatory) -> None:
    """Sign every main document: the signed one takes its place, or a detached signature comes beside it.

    Raises:
        InvalidFile: one of them cannot be signed; none is changed.
    """
    rank = dossier.signatures + 1
    signed = [
        _signed(dossier, principal, moment, signer=signer, name=f"{place}-{rank}")
        for place, principal in enumerate(dossier.principaux)
    ]
    dossier.principaux[:] = signed
    dossier.signatures = rank


def _signed(
    dossier: Dossier, principal: Principal, moment: datetime, *, signer: Signatory, name: str
) -> Principal:
    piece = principal.piece
    match format_of(dossier, piece):
        case Format.PADES:
            path = dossier.folder / f"document-{name}.pdf"
            sign_pades(
                piece.path,
                path,
                signer=signer,
                moment=moment,
                reason=f"Signature du dossier {dossier.dossier_id}",
                field=f"Signature-{piece.path.stat().st_size}",  # not taken: a signed file is a longer one
            )
        case Format.XADES:
            path = dossier.folder / f"document-{name}.xml"
            sign_xades(piece.path, path, xpath=dossier.demande.xpath, signer=signer, moment=moment)
        case _:
            path = dossier.folder / f"signature-{name}.p7s"
            path.write_bytes(sign_cades(piece.path, signer=signer, moment=moment))
            detached = Piece(f"{piece.nom}.p7s", path, _P7S)
            return replace(principal, signatures=(*principal.signatures, detached))
    return replace(principal, piece=replace(piece, path=path))


def format_of(dossier: Dossier, piece: Piece) -> Format:
    """How a document of a dossier is signed.

    Raises:
        InvalidFile: its type wants a signature within a PDF, and it is none.
    """
    if dossier.format is Format.PADES and piece.content_type != PDF:
        raise InvalidFile("PDF_NON_SIGNABLE", f"{piece.nom} : le type du dossier ne signe que des PDF.")
    if dossier.format is not Format.AUTO:
        return dossier.format
    if piece.content_type == PDF:
        return Format.PADES
    return Format.XADES if dossier.est_pes else Format.CADES


def together(signatures: Sequence[Piece]) -> tuple[Piece, bytes | None] | None:
    """Detached signatures as one file: the only one, or a ZIP of them, whose bytes come besides."""
    if len(signatures) < 2:
        return (signatures[0], None) if signatures else None
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for rank, piece in enumerate(signatures, start=1):
            entry = zipfile.ZipInfo(f"{rank}-{piece.nom}", date_time=(1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, piece.path.read_bytes())
    return replace(signatures[0], nom="signatures.zip", content_type="application/zip"), out.getvalue()
