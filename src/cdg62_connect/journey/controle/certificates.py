"""What a certificate says of itself. Private keys are neither read nor kept."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cdg62_connect.errors import InvalidFile
from cdg62_connect.extras import extra

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
    """

    subject: str
    issuer: str
    serial: str
    not_before: datetime
    not_after: datetime


def read_certificate_file(path: Path) -> tuple[CertificateFacts, ...]:
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
        return read_certificates(content)
    except InvalidFile as wrong:
        raise _unreadable(f"{path} : {wrong}") from None


def read_certificates(content: bytes) -> tuple[CertificateFacts, ...]:
    """The certificates in ``content``: PEM, several perhaps, among other things; or one in DER.

    Raises:
        InvalidFile: ``CERTIFICAT_ILLISIBLE``: there is none, or one is damaged.
        MissingExtra: the extra ``journey`` is not installed.
    """
    with extra("journey", needed_for="La lecture des certificats"):
        from cryptography import x509
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # old authorities are encoded in ways that are only deplored
            if b"-----BEGIN" in content:
                found = x509.load_pem_x509_certificates(content)
            else:
                found = [x509.load_der_x509_certificate(content)]
            return tuple(_facts(certificate) for certificate in found)
    except ValueError:
        raise _unreadable(_advice(content)) from None


def _facts(certificate: object) -> CertificateFacts:
    from cryptography import x509

    assert isinstance(certificate, x509.Certificate)
    return CertificateFacts(
        subject=_named(certificate.subject),
        issuer=_named(certificate.issuer),
        serial=f"{certificate.serial_number:x}",
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
    )


def _named(name: object) -> str:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    assert isinstance(name, x509.Name)
    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value) if common else name.rfc4514_string()


def _advice(content: bytes) -> str:
    # PKCS#12 begins like DER: SEQUENCE, long length, INTEGER 3.
    if content[:1] == b"\x30" and b"\x02\x01\x03\x30" in content[:8]:
        return (
            "c'est un fichier PKCS#12 (.p12, .pfx) ; convertissez-le en PEM : "
            "openssl pkcs12 -in FICHIER.p12 -out certificat.pem"
        )
    return "ce n'est pas un certificat, ou il est abîmé (PEM attendu)."


def _unreadable(message: str) -> InvalidFile:
    return InvalidFile("CERTIFICAT_ILLISIBLE", message)
