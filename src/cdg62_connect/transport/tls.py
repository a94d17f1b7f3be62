"""The TLS context of a session: exactly the configured trust, TLS 1.2 at least, our certificate."""

from __future__ import annotations

import ssl
from pathlib import Path

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from cdg62_connect.errors import ConfigurationError
from cdg62_connect.transport.credentials import ClientCertificate


def trust_bundle(ca: Path | None) -> Path:
    """The file of authorities a session trusts: ``ca``, or the public store that comes with requests."""
    return Path(DEFAULT_CA_BUNDLE_PATH) if ca is None else ca


def tls_context(*, ca: Path | None, certificate: ClientCertificate | None) -> ssl.SSLContext:
    """Build the context. Host names are verified, against the subject alternative names only.

    Args:
        ca: the only authorities that are trusted (PEM); the public store when ``None``.
        certificate: what is shown when the server asks.

    Raises:
        ConfigurationError: a file is missing or unreadable, or the passphrase does not open the key.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.hostname_checks_common_name = False
    bundle = trust_bundle(ca)
    try:
        context.load_verify_locations(cafile=bundle)
    except ssl.SSLError:
        raise ConfigurationError(
            f"« {bundle} » n'est pas un fichier d'autorités de certification (PEM)."
        ) from None
    except OSError as error:
        raise _missing("d'autorités de certification", bundle, error) from None
    if certificate is not None:
        _load_certificate(context, certificate)
    return context


def _load_certificate(context: ssl.SSLContext, certificate: ClientCertificate) -> None:
    # Apache asks for a certificate after the handshake when only one directory requires it.
    context.post_handshake_auth = True
    for path in (certificate.certificate, certificate.key):
        if path is None:
            continue
        try:
            path.open("rb").close()
        except OSError as error:
            raise _missing("du certificat client", path, error) from None

    def passphrase() -> str:
        # Always given, or OpenSSL would ask on the terminal.
        if certificate.passphrase is None:
            raise ConfigurationError(
                f"La clé du certificat client « {certificate.certificate} » est chiffrée : "
                "donnez sa phrase secrète dans la configuration."
            )
        return certificate.passphrase.reveal()

    try:
        context.load_cert_chain(certificate.certificate, certificate.key, passphrase)
    except ssl.SSLError as error:
        why = (
            "la clé n'est pas celle du certificat"
            if error.reason == "KEY_VALUES_MISMATCH"
            else "le fichier n'est pas du PEM, ou la phrase secrète n'est pas la bonne"
        )
        raise ConfigurationError(
            f"Le certificat client « {certificate.certificate} » n'a pas pu être chargé : {why}."
        ) from None
    except (OSError, ValueError):
        # ValueError: OpenSSL takes no passphrase over 1023 bytes.
        raise ConfigurationError(
            f"Le certificat client « {certificate.certificate} » n'a pas pu être chargé : "
            "vérifiez le fichier, et que sa phrase secrète fait moins de 1024 octets."
        ) from None


def _missing(what: str, path: Path, error: OSError) -> ConfigurationError:
    return ConfigurationError(
        f"Le fichier {what} « {path} » ne peut pas être lu : {error.strerror or 'erreur du système'}."
    )
