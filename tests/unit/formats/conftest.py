"""Material of the tests: small PDFs written by hand, a certification authority, signers."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import keys, x509
from cryptography import x509 as pyca
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

VALID_FROM = datetime(2000, 1, 1, tzinfo=UTC)
VALID_UNTIL = datetime(2049, 12, 31, tzinfo=UTC)


def pdf_bytes(
    text: str = "Bonjour", *, trailer: str = "", catalogue: str = "", padding: bytes = b""
) -> bytes:
    """A one-page PDF; ``trailer`` and ``catalogue`` are added to its own, ``padding`` fills a stream."""
    content = f"BT /F1 24 Tf 72 720 Td ({text}) Tj ET".encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalogue.encode("latin-1"),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(padding), padding),
    ]
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets: list[int] = []
    for number, body in enumerate(objects, start=1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % offset for offset in offsets)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (len(objects) + 1, trailer.encode("latin-1")))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


@pytest.fixture(scope="session")
def make_pdf() -> Callable[..., bytes]:
    return pdf_bytes


@pytest.fixture
def pdf(tmp_path: Path) -> Callable[[bytes], Path]:
    """Writes the bytes of a PDF into a file."""

    def write(content: bytes) -> Path:
        path = tmp_path / "document.pdf"
        path.write_bytes(content)
        return path

    return write


@dataclass(frozen=True)
class Authority:
    """A certification authority of the test, with its certificate on disk."""

    anchor: Path
    certificate: pyca.Certificate
    key: ec.EllipticCurvePrivateKey

    def signer(self, name: str, *, key_usage: str = "content_commitment") -> signers.SimpleSigner:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(
            name, key, issuer=self.certificate, issuer_key=self.key, key_usage=key_usage
        )
        return signers.SimpleSigner(
            signing_cert=x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)),
            signing_key=keys.PrivateKeyInfo.load(
                key.private_bytes(
                    serialization.Encoding.DER,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            ),
            cert_registry=SimpleCertificateStore(),
        )


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    *,
    issuer: pyca.Certificate | None,
    issuer_key: ec.EllipticCurvePrivateKey,
    key_usage: str,
) -> pyca.Certificate:
    usages = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    subject = pyca.Name([pyca.NameAttribute(NameOID.COMMON_NAME, name)])
    return (
        pyca.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(pyca.random_serial_number())
        .not_valid_before(VALID_FROM)
        .not_valid_after(VALID_UNTIL)
        .add_extension(pyca.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(pyca.KeyUsage(**{**usages, key_usage: True}), critical=True)
        .add_extension(pyca.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            pyca.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
        .sign(issuer_key, hashes.SHA256())
    )


def new_authority(folder: Path, name: str) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate(name, key, issuer=None, issuer_key=key, key_usage="key_cert_sign")
    anchor = folder / f"{name}.pem"
    anchor.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return Authority(anchor=anchor, certificate=certificate, key=key)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return new_authority(tmp_path_factory.mktemp("autorite"), "AC de test")


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return new_authority(tmp_path_factory.mktemp("autre"), "AC inconnue")


@pytest.fixture(scope="session")
def maire(authority: Authority) -> signers.SimpleSigner:
    return authority.signer("Camille Martin")


@pytest.fixture(scope="session")
def sign() -> Callable[..., bytes]:
    return signed


def signed(
    content: bytes, signer: signers.SimpleSigner, *, field: str = "Signature1", md_algorithm: str = "sha256"
) -> bytes:
    """The PDF with one more PAdES signature."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    fields.append_signature_field(writer, fields.SigFieldSpec(field, box=(50, 50, 250, 120)))
    out = signers.sign_pdf(
        writer,
        signers.PdfSignatureMetadata(
            field_name=field, subfilter=fields.SigSeedSubFilter.PADES, md_algorithm=md_algorithm
        ),
        signer=signer,
    )
    return out.getvalue()
