"""A certification authority of test, made on the spot: TLS servers and clients, signers of PDF.

Nothing is shipped, so nothing expires: keys are drawn the first time they are asked for and kept in the
folder. Every certificate lives from ten years before the authority's start to thirty years after it, so that
an injected clock may travel while TLS, which always looks at the machine's own clock, still accepts them.

Keys and serial numbers are drawn by the machine, whatever the seed of the simulator.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Lock

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SPECIMEN = "SPÉCIMEN – autorité de test"

_YEARS_BEFORE = 10
_YEARS_AFTER = 30
_COMMON_NAME_LIMIT = 64  # bytes in UTF-8; RFC 5280 ub-common-name

_PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Signatory:
    """Someone who signs PDFs: certificate and key (PEM), and the authority that vouches for them."""

    name: str
    certificate: Path
    key: Path
    authority: Path


class TestAuthority:
    """The root authority and what it issues, kept in one folder under names that do not change.

    Asking twice for the same certificate gives the same files. One process at a time may fill a folder.

    Args:
        folder: where all of it is kept.
        start: the moment around which the certificates are valid.
        name: what the root is called.

    Attributes:
        ca: the certificate of the root (PEM).
        crl: the list of the certificates it revoked (PEM).
    """

    __test__ = False  # the name begins like a pytest class

    def __init__(self, folder: Path, *, start: datetime, name: str = SPECIMEN) -> None:
        self._folder = folder
        self._name = name
        self._not_before = _shifted(start, -_YEARS_BEFORE)
        self._not_after = _shifted(start, _YEARS_AFTER)
        self._lock = Lock()
        folder.mkdir(parents=True, exist_ok=True)
        self.ca = folder / "ca.pem"
        self._ca_key_file = folder / "ca.key"
        if not self.ca.exists():
            self._create_root()
        self._ca_key = _read_key(self._ca_key_file)
        self._ca_certificate = x509.load_pem_x509_certificate(self.ca.read_bytes())
        self.crl = folder / "crl.pem"
        if not self.crl.exists():
            self._write_crl([])

    def server_certificate(self, *hosts: str) -> tuple[Path, Path]:
        """Certificate and key for a TLS server answering to ``hosts`` (names or IP addresses)."""
        if not hosts:
            raise ValueError("au moins un nom d'hôte")
        extensions = [
            (x509.SubjectAlternativeName([_alternative_name(host) for host in hosts]), False),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
            (_key_usage(), True),
        ]
        return self._issue("serveur", "+".join(hosts), hosts[0], extensions)

    def client_certificate(self, name: str, *, until: datetime | None = None) -> tuple[Path, Path]:
        """Certificate and key with which ``name`` presents itself to a TLS server; ``until``: its last day."""
        extensions = [
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False),
            (_key_usage(), True),
        ]
        return self._issue("client", name, name, extensions, until=until)

    def revoke(self, certificate: Path) -> None:
        """Put a certificate of this authority on its list; nothing happens when it is there already."""
        serial = x509.load_pem_x509_certificate(certificate.read_bytes()).serial_number
        with self._lock:
            known = x509.load_pem_x509_crl(self.crl.read_bytes())
            if known.get_revoked_certificate_by_serial_number(serial) is None:
                self._write_crl([*(revoked.serial_number for revoked in known), serial])

    def issued(self, certificate: str) -> bool:
        """Whether a certificate (PEM) is one of this authority's."""
        try:
            x509.load_pem_x509_certificate(certificate.encode()).verify_directly_issued_by(
                self._ca_certificate
            )
        except (ValueError, TypeError, InvalidSignature):
            return False
        return True

    def signer(self, name: str) -> Signatory:
        """Someone called ``name`` who can sign PDFs (RSA 2048, key usage of non-repudiation)."""
        extensions = [(_key_usage(content_commitment=True), True)]
        certificate, key = self._issue("signataire", name, name, extensions, strong=True)
        return Signatory(name=name, certificate=certificate, key=key, authority=self.ca)

    def timestamp_certificate(self, name: str) -> tuple[Path, Path]:
        """Certificate and key of ``name``, who may only sign time-stamps (RFC 3161)."""
        extensions = [
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True),
            (_key_usage(), True),
        ]
        return self._issue("horodateur", name, name, extensions)

    def _create_root(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = _distinguished_name(self._name)
        extensions = [
            (x509.BasicConstraints(ca=True, path_length=0), True),
            (_key_usage(authority=True), True),
        ]
        certificate = self._certify(name, name, key, key, extensions)
        _write_pair(self.ca, self._ca_key_file, certificate, key)

    def _issue(
        self,
        role: str,
        label: str,
        common_name: str,
        extensions: Sequence[tuple[x509.ExtensionType, bool]],
        *,
        strong: bool = False,
        until: datetime | None = None,
    ) -> tuple[Path, Path]:
        stem = f"{role}-{_file_stem(label)}"
        certificate_file, key_file = self._folder / f"{stem}.pem", self._folder / f"{stem}.key"
        with self._lock:
            if not certificate_file.exists():
                key: _PrivateKey = (
                    rsa.generate_private_key(public_exponent=65537, key_size=2048)
                    if strong
                    else ec.generate_private_key(ec.SECP256R1())
                )
                certificate = self._certify(
                    _distinguished_name(common_name),
                    self._ca_certificate.subject,
                    key,
                    self._ca_key,
                    [(x509.BasicConstraints(ca=False, path_length=None), True), *extensions],
                    until=until,
                )
                _write_pair(certificate_file, key_file, certificate, key)
        return certificate_file, key_file

    def _certify(
        self,
        subject: x509.Name,
        issuer: x509.Name,
        key: _PrivateKey,
        issuer_key: _PrivateKey,
        extensions: Sequence[tuple[x509.ExtensionType, bool]],
        *,
        until: datetime | None = None,
    ) -> x509.Certificate:
        last = until or self._not_after
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(min(self._not_before, last - timedelta(days=365)))
            .not_valid_after(last)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
            )
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(issuer_key, hashes.SHA256())

    def _write_crl(self, serials: Sequence[int]) -> None:
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._ca_certificate.subject)
            .last_update(self._not_before)
            .next_update(self._not_after)
        )
        for serial in serials:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(serial)
                .revocation_date(self._not_before)
                .build()
            )
        listed = builder.sign(self._ca_key, hashes.SHA256())
        self.crl.write_bytes(listed.public_bytes(serialization.Encoding.PEM))


def _shifted(moment: datetime, years: int) -> datetime:
    aware = moment.astimezone(UTC).replace(microsecond=0)
    return aware.replace(year=aware.year + years, day=min(aware.day, 28))


def _distinguished_name(common_name: str) -> x509.Name:
    cut = common_name.encode()[:_COMMON_NAME_LIMIT].decode(errors="ignore")
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, SPECIMEN),
            x509.NameAttribute(NameOID.COMMON_NAME, cut),
        ]
    )


def _alternative_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _key_usage(*, authority: bool = False, content_commitment: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=content_commitment,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _file_stem(label: str) -> str:
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode("ascii")
    stem = re.sub(r"[^a-z0-9.]+", "-", plain.lower()).strip("-.")[:60]
    if stem == label:
        return stem
    return f"{stem or 'sans-nom'}-{sha256(label.encode()).hexdigest()[:8]}"


def _read_key(file: Path) -> _PrivateKey:
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        raise TypeError(f"{file.name} : ni RSA ni courbe elliptique")
    return key


def _write_pair(
    certificate_file: Path, key_file: Path, certificate: x509.Certificate, key: _PrivateKey
) -> None:
    """The key first: a certificate that exists always has its key."""
    key_file.touch(mode=0o600)
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
