"""What there is to say about the signatures of a PDF."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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
