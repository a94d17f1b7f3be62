"""Is what came out of a circuit signed? Verified, whatever the parapheur says of it.

A verdict is a fact about files, as a digest is one. What follows from it (transmit, block, ask a person) is decided
by whoever asked.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from cdg62_connect.errors import HostileInput, InvalidFile
from cdg62_connect.formats import (
    CadesSignature,
    PadesSignature,
    SignatureVerdict,
    XadesSignature,
    verify_signatures,
)
from cdg62_connect.iparapheur.parapheur import Evidence
from cdg62_connect.iparapheur.unpacking import BadArchive, Unpacked

_ZIP = b"PK\x03\x04"
_UNPACKED_LIMIT = 64 * 1024 * 1024  # bytes of all the signatures of one ZIP
_MOST_SIGNATURES = 100
_HEAD = 16  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentVerdict:
    """What there is to say of the signatures of one document.

    Attributes:
        nom: the document, as the parapheur names it.
        embedded: the verdict on the signatures within it (PAdES, XAdES); ``None`` when it has none.
        detached: one verdict per detached signature.
        unverified: what came as a signature and cannot be verified, or why the document itself cannot be; in French.
    """

    nom: str
    embedded: SignatureVerdict | None = None
    detached: tuple[SignatureVerdict, ...] = ()
    unverified: tuple[str, ...] = ()

    @property
    def verdicts(self) -> tuple[SignatureVerdict, ...]:
        """All of them, those within first."""
        return (*((self.embedded,) if self.embedded else ()), *self.detached)

    @property
    def signatures(self) -> tuple[PadesSignature | CadesSignature | XadesSignature, ...]:
        """Every signature, one by one."""
        return tuple(signature for verdict in self.verdicts for signature in verdict.detail.signatures)

    @property
    def signers(self) -> tuple[str, ...]:
        """The names on the certificates."""
        return tuple(name for verdict in self.verdicts for name in verdict.signers)

    @property
    def signed(self) -> bool:
        """There is a signature, and everything that came as one is right, on the whole document."""
        return (
            bool(self.verdicts) and all(verdict.signed for verdict in self.verdicts) and not self.unverified
        )

    @property
    def trusted(self) -> bool:
        """Signed, and every signer is trusted."""
        return self.signed and all(verdict.trusted for verdict in self.verdicts)

    @property
    def problem(self) -> str:
        """What is wrong, in French, or ``""``."""
        said = [*(verdict.problem for verdict in self.verdicts if verdict.problem), *self.unverified]
        return " ".join(said) or ("" if self.verdicts else "Le document n'est pas signé.")


def verify_evidence(
    evidence: Evidence, *, anchors: Sequence[Path], moment: datetime, allow_sha1: bool = False
) -> tuple[DocumentVerdict, ...]:
    """One verdict per document of ``evidence``, in their order, offline.

    Args:
        evidence: what ``collect`` brought.
        anchors: PEM files of the authorities trusted to sign.
        moment: the aware moment at which certificates must be valid.
        allow_sha1: whether SHA-1 is accepted (CAdES and XAdES).

    Raises:
        ConfigurationError: an anchor file cannot be read.
        OSError: a file cannot be read at all.
        MissingExtra: pyHanko or signxml is not installed.
    """
    return tuple(
        verify_document(
            one.file.path,
            nom=one.file.nom,
            detached=[signature.path for signature in one.signatures],
            anchors=anchors,
            moment=moment,
            allow_sha1=allow_sha1,
        )
        for one in evidence.documents
    )


def verify_document(
    document: Path,
    *,
    nom: str,
    detached: Sequence[Path] = (),
    anchors: Sequence[Path],
    moment: datetime,
    allow_sha1: bool = False,
) -> DocumentVerdict:
    """The verdict on one document and the detached signatures that came with it; a ZIP holds several of them.

    A damaged document or signature is a verdict, never an error.

    Raises:
        ConfigurationError, OSError, MissingExtra: as :func:`verify_evidence`.
    """

    def verified(signature: Path | None) -> SignatureVerdict | str:
        try:
            return verify_signatures(
                document, signature=signature, anchors=anchors, moment=moment, allow_sha1=allow_sha1
            )
        except (InvalidFile, HostileInput) as unusable:
            return str(unusable)

    found: list[SignatureVerdict | str] = []
    for path in detached:
        with _opened(path) as signatures:
            found += [one if isinstance(one, str) else verified(one) for one in signatures]
    within = verified(None)
    embedded = within if isinstance(within, SignatureVerdict) and within.detail.signatures else None
    unverified = [one for one in found if isinstance(one, str)]
    if isinstance(within, str) and not found:
        unverified.append(within)
    return DocumentVerdict(
        nom=nom,
        embedded=embedded,
        detached=tuple(one for one in found if isinstance(one, SignatureVerdict)),
        unverified=tuple(unverified),
    )


@contextmanager
def _opened(path: Path) -> Generator[list[Path | str]]:
    """The signatures that a file holds, or why it cannot be one."""
    with path.open("rb") as content:
        head = content.read(_HEAD)
    if not head.startswith(_ZIP):
        yield [_cms(path, head)]
        return
    with TemporaryDirectory(prefix="cdg62-signatures-") as folder:
        unpacked = Unpacked(Path(folder), limit=_UNPACKED_LIMIT)
        try:
            members = list(unpacked.members(path))
            unpacked.publish()
        except BadArchive as problem:
            yield [f"Le ZIP des signatures ne peut pas être lu : {problem}."]
            return
        if not 1 <= len(members) <= _MOST_SIGNATURES:
            yield [f"Le ZIP des signatures contient {len(members)} fichiers."]
            return
        yield [_cms(member.path, _head(member.path)) for member in members]


def _head(path: Path) -> bytes:
    with path.open("rb") as content:
        return content.read(_HEAD)


def _cms(path: Path, head: bytes) -> Path | str:
    """A detached signature, unless it is an XML one."""
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return "Une signature XAdES détachée accompagne le document : elle ne peut pas être vérifiée ici."
    return path
