"""One door for the signatures of a document, whatever their kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

from cdg62_connect.errors import InvalidFile
from cdg62_connect.formats.cades import CadesVerdict, verify_cades
from cdg62_connect.formats.file_kinds import FileKind, kind_of
from cdg62_connect.formats.pades import verify_pades
from cdg62_connect.formats.pades_verdict import PadesVerdict
from cdg62_connect.formats.xades import verify_xades
from cdg62_connect.formats.xades_verdict import XadesVerdict


class SignatureKind(Enum):
    """How a document carries its signatures."""

    PADES = "PAdES"
    CADES = "CAdES détachée"
    XADES = "XAdES enveloppée"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureVerdict:
    """What there is to say of the signatures of a document.

    Attributes:
        kind: their kind.
        signers: the common names on the certificates, in the order of the signatures.
        detail: the verdict of that kind, signature by signature.
    """

    kind: SignatureKind
    signers: tuple[str, ...]
    detail: PadesVerdict | CadesVerdict | XadesVerdict

    @property
    def signed(self) -> bool:
        """Signed as a whole (a PES: as a whole or in every bordereau), and nothing was changed since."""
        return self.detail.signed

    @property
    def trusted(self) -> bool:
        """Signed, and every signer is trusted."""
        return self.detail.trusted

    @property
    def weak(self) -> bool:
        """A signature uses SHA-1 (not told of PAdES, where it is a refusal)."""
        return not isinstance(self.detail, PadesVerdict) and any(one.weak for one in self.detail.signatures)

    @property
    def problem(self) -> str:
        """What is wrong, in French, or ``""``."""
        return self.detail.problem


def verify_signatures(
    document: Path,
    *,
    signature: Path | bytes | None = None,
    anchors: Sequence[Path],
    moment: datetime,
    allow_sha1: bool = False,
) -> SignatureVerdict:
    """Verify the signatures of a document, offline: those of a PDF, of an XML, or the one kept beside it.

    Args:
        document: what was signed; its kind is judged by its first bytes.
        signature: the detached signature, when there is one; the document itself is then of any kind.
        anchors: PEM files of the authorities trusted to sign.
        moment: the aware moment at which certificates must be valid.
        allow_sha1: whether SHA-1 is accepted (CAdES and XAdES).

    Raises:
        InvalidFile: the document or the signature is not what it must be; ``SIGNATURE_ABSENTE``: neither a PDF
            nor an XML, and no signature beside it.
        HostileInput: something beyond reason.
        ConfigurationError: an anchor file cannot be read.
        OSError: a file cannot be read at all.
        MissingExtra: pyHanko or signxml is not installed.
    """
    if signature is not None:
        detached = verify_cades(document, signature, anchors=anchors, moment=moment, allow_sha1=allow_sha1)
        return _verdict(SignatureKind.CADES, detached)
    kind = kind_of(document)
    if kind is FileKind.PDF:
        return _verdict(SignatureKind.PADES, verify_pades(document, anchors=anchors, moment=moment))
    if kind is FileKind.XML:
        enveloped = verify_xades(document, anchors=anchors, moment=moment, allow_sha1=allow_sha1)
        return _verdict(SignatureKind.XADES, enveloped)
    raise InvalidFile(
        "SIGNATURE_ABSENTE",
        f"« {document.name} » n'est ni un PDF ni un XML, et aucune signature ne l'accompagne.",
    )


def _verdict(kind: SignatureKind, detail: PadesVerdict | CadesVerdict | XadesVerdict) -> SignatureVerdict:
    return SignatureVerdict(kind=kind, signers=tuple(one.signer for one in detail.signatures), detail=detail)
