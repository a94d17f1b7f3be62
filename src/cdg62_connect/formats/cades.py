"""The signature of a document kept beside it (CAdES or PKCS#7, detached)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cdg62_connect.errors import InvalidFile, InvalidInput
from cdg62_connect.extras import extra

LARGEST_SIGNATURE = 4 * 1024 * 1024
"""Bytes of the signature itself; the document it is about may have any size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CadesSignature:
    """One signer.

    Attributes:
        intact: the document is unchanged and the signature itself is right.
        trusted: intact, and its certificate leads to an anchor at the given moment.
        signer: the common name on the certificate, or ``""``.
        signed_at: when, according to the signer; nobody vouches for it.
        weak: it uses SHA-1.
        problem: what is wrong, in French, or ``""``.
    """

    intact: bool
    trusted: bool
    signer: str
    signed_at: datetime | None
    weak: bool
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CadesVerdict:
    """All the signers of a detached signature."""

    signatures: tuple[CadesSignature, ...]

    @property
    def signed(self) -> bool:
        """At least one signer, and all of them right: each one signs the whole document."""
        return bool(self.signatures) and all(one.intact for one in self.signatures)

    @property
    def trusted(self) -> bool:
        """Signed, and every signer is trusted."""
        return self.signed and all(one.trusted for one in self.signatures)

    @property
    def problem(self) -> str:
        """What is wrong, in French, or ``""``."""
        if not self.signatures:
            return "Le document n'est pas signé."
        return " ".join(
            f"Signature de « {one.signer or 'inconnu'} » : {one.problem}"
            for one in self.signatures
            if one.problem
        )


def verify_cades(
    document: Path,
    signature: Path | bytes,
    *,
    anchors: Sequence[Path],
    moment: datetime,
    allow_sha1: bool = False,
) -> CadesVerdict:
    """Verify a detached signature, offline, without holding the document in memory.

    Args:
        document: what was signed.
        signature: DER, PEM, or plain base64.
        anchors: PEM files of the authorities trusted to sign.
        moment: the aware moment at which certificates must be valid. Revocation is not looked up.
        allow_sha1: whether a signature made with SHA-1 may be intact; it is reported as weak either way.

    Raises:
        InvalidFile: ``SIGNATURE_ILLISIBLE`` or ``TAILLE``: the signature is not one. A wrong one is a verdict.
        ConfigurationError: an anchor file cannot be read.
        OSError: the document or the signature cannot be read at all.
        MissingExtra: pyHanko is not installed.
    """
    if moment.tzinfo is None:
        raise InvalidInput("Le moment de vérification doit porter son fuseau horaire.")
    with extra("journey", needed_for="Vérifier une signature CAdES"):
        from cdg62_connect.formats.cades_validation import validated
        from cdg62_connect.formats.trust import Trust

    trust = Trust.of(anchors, moment=moment)
    if isinstance(signature, Path):
        with signature.open("rb") as file:
            signature = file.read(LARGEST_SIGNATURE + 1)
    if len(signature) > LARGEST_SIGNATURE:
        raise InvalidFile("TAILLE", f"La signature pèse plus que les {LARGEST_SIGNATURE} octets admis.")
    with document.open("rb") as content:
        return CadesVerdict(signatures=validated(content, signature, trust=trust, allow_sha1=allow_sha1))
