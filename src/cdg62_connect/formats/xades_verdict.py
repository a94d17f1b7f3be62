"""What there is to say about the signatures of an XML document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cdg62_connect.formats.pes_facts import SignaturePlacement


@dataclass(frozen=True, slots=True, kw_only=True)
class XadesPolicy:
    """The policy that the signer says to follow; nothing of it is fetched or compared here."""

    identifier: str
    digest_algorithm: str
    digest: str
    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class XadesSignature:
    """One enveloped signature.

    Attributes:
        id: its Id, or ``""``.
        target: the Id of the element that it signs: a bordereau, or the root.
        whole: it signs the whole document.
        intact: what it signs is unchanged, the signature itself is right, and its properties are signed.
        trusted: intact, and its certificate leads to an anchor at the given moment.
        signer: the common name on the certificate, or ``""``.
        signed_at: when, according to the signer; nobody vouches for it.
        policy: the signature policy, ``None`` when it names none (Hélios wants one).
        place: of the signature, as the signer gave it.
        roles: claimed by the signer.
        version: of XAdES (``"1.1.1"``, ``"1.2.2"``, ``"1.3.2"``), ``""`` for a plain XML signature.
        weak: where SHA-1 is used (``"signature"``, ``"empreinte"``, ``"certificat"``).
        problem: what is wrong, in French, or ``""``.
    """

    id: str
    target: str
    whole: bool
    intact: bool
    trusted: bool
    signer: str
    signed_at: datetime | None
    policy: XadesPolicy | None
    place: str
    roles: tuple[str, ...]
    version: str
    weak: tuple[str, ...]
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class XadesVerdict:
    """All the signatures of a document, in its order.

    Attributes:
        placement: on the whole, by bordereau, both, or none.
        unsigned: the bordereaux without a signature, by Id (or rank, when they have none).
    """

    signatures: tuple[XadesSignature, ...]
    placement: SignaturePlacement
    unsigned: tuple[str, ...]

    @property
    def signed(self) -> bool:
        """Every signature is intact, and together they cover the document or all of its bordereaux."""
        whole = any(signature.whole for signature in self.signatures)
        return (
            bool(self.signatures)
            and all(signature.intact for signature in self.signatures)
            and (whole or not self.unsigned)
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
        said = [
            f"Signature de « {signature.target or signature.id} » : {signature.problem}"
            for signature in self.signatures
            if signature.problem
        ]
        if self.unsigned and not any(signature.whole for signature in self.signatures):
            said.append(
                f"{len(self.unsigned)} bordereau(x) sans signature : {', '.join(self.unsigned[:10])}."
            )
        return " ".join(said)
