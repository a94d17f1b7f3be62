"""What a certificate says of itself. Private keys are not kept."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cdg62_connect.errors import InvalidFile
from cdg62_connect.extras import extra
from cdg62_connect.settings import Secret

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, Name

_LARGEST_FILE = 8 * 1024 * 1024  # bytes; the public stores are under one


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """A certificate (X.509).

    Attributes:
        subject: whom it names: its common name, or its whole subject when it has none.
        issuer: who vouches for it, in the same form.
        serial: in hexadecimal.
        not_before: the moment from which it counts.
        not_after: the last moment at which it counts.
        fingerprint: SHA-256 of the whole certificate, in hexadecimal: no other has the same.
    """

    subject: str
    issuer: str
    serial: str
    not_before: datetime
    not_after: datetime
    fingerprint: str

    def replaced_by(self, others: Iterable[CertificateFacts]) -> bool:
        """Whether one of ``others`` is the same authority's for longer."""
        return any(
            (other.subject, other.issuer) == (self.subject, self.issuer) and other.not_after > self.not_after
            for other in others
        )


def read_certificate_file(path: Path, *, passphrase: Secret | None = None) -> tuple[CertificateFacts, ...]:
    """The certificates of a file, in its order.

    Raises:
        InvalidFile: ``CERTIFICAT_ILLISIBLE``.
    """
    try:
        with path.open("rb") as source:
            content = source.read(_LARGEST_FILE + 1)
    except OSError as unreadable:
        raise _unreadable(f"Le fichier {path} ne se lit pas : {unreadable.strerror}.") from None
    if len(content) > _LARGEST_FILE:
        raise _unreadable(f"Le fichier {path} est trop gros pour être un certificat.")
    try:
        return read_certificates(content, passphrase=passphrase)
    except InvalidFile as wrong:
        raise _unreadable(f"{path} : {wrong}") from None


def read_certificates(content: bytes, *, passphrase: Secret | None = None) -> tuple[CertificateFacts, ...]:
    """The certificates in ``content``: PEM, several perhaps, among other things; one in DER; or PKCS#12.

    Args:
        content: of the file.
        passphrase: opens PKCS#12; the rest is never encrypted.

    Raises:
        InvalidFile: ``CERTIFICAT_ILLISIBLE``: there is none, one is damaged, or the passphrase is wrong.
        MissingExtra: the extra ``journey`` is not installed.
    """
    with extra("journey", needed_for="La lecture des certificats"):
        from cryptography.exceptions import UnsupportedAlgorithm
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # old authorities are encoded in ways that are only deplored
            found = tuple(_facts(certificate) for certificate in _certificates(content, passphrase))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        found = ()
    if not found:
        raise _unreadable(
            "ce n'est pas un certificat, il est abîmé, ou (PKCS#12) sa phrase secrète n'est pas la bonne."
        )
    return found


def _certificates(content: bytes, passphrase: Secret | None) -> Iterator[Certificate]:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import pkcs12

    if b"-----BEGIN" in content:
        yield from x509.load_pem_x509_certificates(content)
        return
    try:
        yield x509.load_der_x509_certificate(content)
    except ValueError:
        opened = pkcs12.load_pkcs12(content, passphrase.reveal().encode() if passphrase else None)
        held = [opened.cert, *opened.additional_certs]
        yield from (one.certificate for one in held if one is not None)


def _facts(certificate: Certificate) -> CertificateFacts:
    from cryptography.hazmat.primitives.hashes import SHA256

    return CertificateFacts(
        subject=_named(certificate.subject),
        issuer=_named(certificate.issuer),
        serial=f"{certificate.serial_number:x}",
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        fingerprint=certificate.fingerprint(SHA256()).hex(),
    )


def _named(name: Name) -> str:
    from cryptography.x509.oid import NameOID

    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value) if common else name.rfc4514_string()


def _unreadable(message: str) -> InvalidFile:
    return InvalidFile("CERTIFICAT_ILLISIBLE", message)
