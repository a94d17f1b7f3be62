"""The signatures inside a PDF (PAdES): are they whole, do they cover the document, whose are they."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cdg62_connect.errors import InvalidInput
from cdg62_connect.extras import extra


@dataclass(frozen=True, slots=True, kw_only=True)
class PadesSignature:
    """One signature, document timestamps apart.

    Attributes:
        field: the name of its field in the PDF.
        intact: what it signed is unchanged and the signature itself is right.
        covers_document: it covers the whole document, or all that came later is what signing brings: further
            signatures, or for the last one validation data and timestamps only.
        trusted: intact, and its certificate leads to an anchor at the given moment.
        signer: the common name on the certificate, or ``""`` when it cannot be read.
        signed_at: when, according to the signer; nobody vouches for it.
        problem: what is wrong, in French, or ``""``.
    """

    field: str
    intact: bool
    covers_document: bool
    trusted: bool
    signer: str
    signed_at: datetime | None
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PadesVerdict:
    """All the signatures of a document, in the order of signing."""

    signatures: tuple[PadesSignature, ...]

    @property
    def signed(self) -> bool:
        """At least one signature, every one intact, and the last one covers the whole document."""
        return (
            bool(self.signatures)
            and all(signature.intact for signature in self.signatures)
            and self.signatures[-1].covers_document
        )

    @property
    def trusted(self) -> bool:
        """Signed, and every signer is trusted."""
        return self.signed and all(signature.trusted for signature in self.signatures)

    @property
    def problem(self) -> str:
        """What is wrong with the signatures, in French, or ``""``."""
        if not self.signatures:
            return "Le document n'est pas signé."
        return " ".join(
            f"Signature « {signature.signer or signature.field} » : {signature.problem}"
            for signature in self.signatures
            if signature.problem
        )


def verify_pades(path: Path, *, anchors: Sequence[Path], moment: datetime) -> PadesVerdict:
    """Verify every signature of a PDF, offline, without holding the file in memory.

    Args:
        path: the signed PDF.
        anchors: PEM files of the authorities trusted to sign, one certificate or several in each. None
            means that nobody is trusted; the signatures are verified all the same.
        moment: the aware moment at which certificates must be valid. Revocation is not looked up.

    Raises:
        InvalidFile: ``PAS_UN_PDF``, ``PDF_CHIFFRE`` or ``FICHIER_VIDE``. A wrong signature is a verdict, not
            an error.
        HostileInput: signatures or form fields beyond reason.
        ConfigurationError: an anchor file cannot be read.
        OSError: the document cannot be read at all.
        MissingExtra: pyHanko is not installed.
    """
    if moment.tzinfo is None:
        raise InvalidInput("Le moment de vérification doit porter son fuseau horaire.")
    with extra("journey", needed_for="Vérifier une signature PAdES"):
        from cdg62_connect.formats.pades_validation import Trust, validated

    trust = Trust.of(anchors, moment=moment)
    with path.open("rb") as document:
        return PadesVerdict(signatures=validated(document, trust=trust))
