"""Real signatures, by signatories of the test authority, at the moment that is given: PAdES, detached CAdES."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from pyhanko.keys import load_cert_from_pemder, load_private_key_from_pemder
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko_certvalidator.registry import SimpleCertificateStore

from cdg62_connect.errors import InvalidFile
from cdg62_connect.simulator.pdf_update import ReproducibleUpdate
from cdg62_connect.simulator.pki import Signatory

_DIGEST = "sha256"
_RESERVED = 16 * 1024  # hexadecimal digits; a signature with its two certificates takes about half


def sign_pades(
    source: Path, into: Path, *, signer: Signatory, moment: datetime, reason: str, field: str
) -> None:
    """Write as ``into`` the PDF ``source`` plus one PAdES-B signature (sub-filter ETSI.CAdES.detached).

    The signature is an incremental update: earlier revisions, and so earlier signatures, keep their bytes.
    The content is copied and digested as a stream. ``field`` must not be a signature field already filled.

    Raises:
        InvalidFile: ``source`` is not a PDF that can be signed (broken, encrypted, field already signed).
    """
    metadata = PdfSignatureMetadata(
        field_name=field,
        md_algorithm=_DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        reason=reason,
        name=signer.name,
        location="SPÉCIMEN",
    )
    pdf_signer = _SignerAt(metadata, signer=_loaded(signer, signer.certificate.read_bytes()), moment=moment)
    part = into.with_name(into.name + ".part")
    try:
        with source.open("rb") as content, part.open("w+b") as out:
            writer = ReproducibleUpdate(content, moment=moment)
            pdf_signer.sign_pdf(writer, bytes_reserved=_RESERVED, output=out)
    except (PdfError, SigningError, ValueError) as problem:
        part.unlink(missing_ok=True)
        raise InvalidFile("PDF_NON_SIGNABLE", f"{source.name} : ce PDF ne peut pas être signé.") from problem
    part.replace(into)


def sign_cades(source: Path, *, signer: Signatory, moment: datetime) -> bytes:
    """A detached CAdES-B signature (PKCS#7, DER) of the bytes of ``source``, which is read as a stream."""
    settings = PdfCMSSignedAttributes(signing_time=moment)
    with source.open("rb") as content:
        digest = hashlib.file_digest(content, _DIGEST).digest()
    loaded = _loaded(signer, signer.certificate.read_bytes())
    signed = asyncio.run(
        loaded.async_sign(
            digest,
            digest_algorithm=_DIGEST,
            use_pades=False,
            is_pdf_sig=False,
            signed_attr_settings=settings,
        )
    )
    return bytes(signed.dump())


_TAIL = 2048
"""Bytes at the end of a PDF in which its end mark must be."""


def check_signable(source: Path) -> None:
    """Read the skeleton of ``source`` (cross-references, catalogue, first page).

    Raises:
        InvalidFile: it is not a PDF that :func:`sign_pades` could sign.
    """
    with source.open("rb") as content:
        if b"%PDF-" not in content.read(1024):
            raise InvalidFile("PAS_UN_PDF", f"{source.name} : ce n'est pas un PDF.")
        content.seek(max(0, source.stat().st_size - _TAIL))
        if b"%%EOF" not in content.read():  # pyHanko would look for it backwards, byte by byte
            raise InvalidFile("PAS_UN_PDF", f"{source.name} : ce PDF n'a pas de fin.")
        content.seek(0)
        try:
            reader = PdfFileReader(content, strict=False)
            if reader.encrypted:
                raise InvalidFile("PDF_CHIFFRE", f"{source.name} : ce PDF est chiffré.")
            reader.find_page_for_modification(0)
        except (PdfError, ValueError, KeyError, TypeError, IndexError, RecursionError) as problem:
            raise InvalidFile("PAS_UN_PDF", f"{source.name} : ce PDF n'est pas lisible.") from problem


class _SignerAt(PdfSigner):
    """pyHanko reads the machine's clock in one place: the session. This gives it another hour."""

    def __init__(self, metadata: PdfSignatureMetadata, *, signer: SimpleSigner, moment: datetime) -> None:
        super().__init__(metadata, signer=signer)
        self._moment = moment

    def init_signing_session(
        self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False
    ) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only=existing_fields_only)
        session.system_time = self._moment
        return session


class _LoadedSigner(SimpleSigner):
    """pyHanko reads and checks the private key again at each signature, which takes longer than to sign."""

    def __init__(self, signer: Signatory) -> None:
        store = SimpleCertificateStore()
        store.register(load_cert_from_pemder(str(signer.authority)))
        super().__init__(
            signing_cert=load_cert_from_pemder(str(signer.certificate)),
            signing_key=load_private_key_from_pemder(str(signer.key), passphrase=None),
            cert_registry=store,
        )
        key = serialization.load_pem_private_key(signer.key.read_bytes(), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError(f"{signer.key.name} : une clé RSA est attendue")
        self._key = key

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        if digest_algorithm != _DIGEST:
            raise ValueError(digest_algorithm)
        return self._key.sign(data, PKCS1v15(), hashes.SHA256())


@lru_cache(maxsize=64)
def _loaded(signer: Signatory, _certificate: bytes) -> _LoadedSigner:
    """One per certificate: another authority may one day have made others under the same names."""
    return _LoadedSigner(signer)
