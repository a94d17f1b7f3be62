"""PKCS#12 client certificates: opened in memory, handed to OpenSSL encrypted under a key nobody knows.

Python's :mod:`ssl` reads certificates from PEM files only. So the PKCS#12 is opened by ``cryptography``, its
key encrypted again under a passphrase drawn at random, and the result given as a file that lies in memory
where the system can, on disk for an instant otherwise.
"""

from __future__ import annotations

import os
import secrets
import ssl
import tempfile
import warnings
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cdg62_connect.errors import ConfigurationError
from cdg62_connect.extras import extra
from cdg62_connect.settings.secret import Secret

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_DER_SEQUENCE = b"\x30"
_PEM_MARK = b"-----BEGIN "
_OWN_FILES = Path("/proc/self/fd")


def is_pkcs12(content: bytes) -> bool:
    """Whether a file of certificates holds PKCS#12 rather than PEM."""
    return content.startswith(_DER_SEQUENCE) and _PEM_MARK not in content


def load_pkcs12(context: ssl.SSLContext, content: bytes, *, path: Path, passphrase: Secret | None) -> None:
    """Put the key, the certificate and its intermediates into ``context``.

    Both the present encryption (PBES2 with AES) and the former one (RC2 and triple DES under SHA-1) are
    read, where the installed OpenSSL still knows the latter.

    Args:
        context: given the certificate.
        content: of the file.
        path: of the file, for the errors.
        passphrase: opens it.

    Raises:
        MissingExtra: ``cryptography`` is not installed.
        ConfigurationError: wrong passphrase, damaged file, no key in it, encryption unknown to OpenSSL.
        ssl.SSLError: OpenSSL does not want this certificate.
    """
    with extra("journey", needed_for="Lire un certificat client PKCS#12"):
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.serialization import pkcs12
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of BER where DER is wanted: many tools write it
            opened = pkcs12.load_pkcs12(content, passphrase.reveal().encode() if passphrase else None)
    except UnsupportedAlgorithm:
        raise ConfigurationError(
            f"Le certificat client « {path} » est chiffré par un procédé ancien que l'OpenSSL installé refuse : "
            f"convertissez-le (« openssl pkcs12 -legacy -in {path.name} -aes256 -out certificat.pem ») et donnez "
            "le fichier obtenu avec sa nouvelle phrase secrète."
        ) from None
    except (ValueError, TypeError, OverflowError):
        why = (
            "la phrase secrète n'est pas la bonne, ou le fichier est abîmé"
            if passphrase
            else "le fichier est abîmé, ou il faut donner sa phrase secrète dans la configuration"
        )
        raise ConfigurationError(f"Le certificat client PKCS#12 « {path} » ne s'ouvre pas : {why}.") from None
    if opened.key is None or opened.cert is None:
        raise ConfigurationError(
            f"Le certificat client PKCS#12 « {path} » ne contient pas la clé privée et son certificat : "
            "exportez-le de nouveau avec sa clé privée."
        )
    again = Secret(secrets.token_urlsafe(32))
    pem = opened.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(again.reveal().encode()),
    )
    others = [each.certificate for each in opened.additional_certs]
    for certificate in _chain(opened.cert.certificate, others):
        pem += certificate.public_bytes(serialization.Encoding.PEM)
    with _passing_file(pem) as file:
        context.load_cert_chain(file, password=again.reveal)


def _chain(own: Certificate, others: Sequence[Certificate]) -> list[Certificate]:
    """The certificate then each issuer in turn, the order TLS wants; a root is for the server to know."""
    chain = [own]
    while chain[-1].issuer != chain[-1].subject:
        above = next((c for c in others if c.subject == chain[-1].issuer and c not in chain), None)
        if above is None or above.issuer == above.subject:
            break
        chain.append(above)
    return chain


@contextmanager
def _passing_file(content: bytes) -> Generator[Path]:
    """A file that only this process knows, for as long as the block lasts."""
    if hasattr(os, "memfd_create") and _OWN_FILES.is_dir():
        number = os.memfd_create("certificat", os.MFD_CLOEXEC)
        path = _OWN_FILES / str(number)
    else:
        number, name = tempfile.mkstemp(suffix=".pem")  # readable by its owner only
        path = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            yield path
    finally:
        if path.parent != _OWN_FILES:
            path.unlink()
