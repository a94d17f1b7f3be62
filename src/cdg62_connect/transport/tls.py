"""The TLS context of a session: exactly the configured trust, TLS 1.2 at least, our certificate."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from cdg62_connect.errors import ConfigurationError
from cdg62_connect.transport.credentials import ClientCertificate
from cdg62_connect.transport.pkcs12 import is_pkcs12, load_pkcs12

_WEAK = {"EE_KEY_TOO_SMALL", "CA_KEY_TOO_SMALL", "CA_MD_TOO_WEAK"}
_LONGEST_CERTIFICATE = 1024 * 1024


class TlsVersion(StrEnum):
    """A version of TLS; the former ones are not spoken."""

    TLS_1_2 = "1.2"
    TLS_1_3 = "1.3"


_OPENSSL_VERSIONS = {TlsVersion.TLS_1_2: ssl.TLSVersion.TLSv1_2, TlsVersion.TLS_1_3: ssl.TLSVersion.TLSv1_3}


@dataclass(frozen=True, slots=True)
class TlsTerms:
    """On what terms a session speaks TLS.

    Attributes:
        ca: the only authorities that are trusted (PEM); the public store when ``None``.
        certificate: what is shown when the server asks.
        oldest: lowest version that is spoken.
        newest: highest one; ``None`` for the highest of the installed OpenSSL.

    Raises:
        ConfigurationError: no version is left between the two.
    """

    ca: Path | None = None
    certificate: ClientCertificate | None = None
    oldest: TlsVersion = TlsVersion.TLS_1_2
    newest: TlsVersion | None = None

    def __post_init__(self) -> None:
        if self.newest is not None and self.newest < self.oldest:
            raise ConfigurationError(
                f"La version minimale de TLS ({self.oldest}) dépasse la version maximale ({self.newest})."
            )

    @property
    def bundle(self) -> Path:
        """The file of authorities: ``ca``, or the public store that comes with requests."""
        return Path(DEFAULT_CA_BUNDLE_PATH) if self.ca is None else self.ca

    @property
    def files(self) -> tuple[Path, ...]:
        """All files a context is made from."""
        return (self.bundle, *(self.certificate.files if self.certificate else ()))

    def context(self) -> ssl.SSLContext:
        """Build a context. Host names are verified, against the subject alternative names only.

        Raises:
            ConfigurationError: a file is missing or unreadable, or the passphrase does not open the key.
            MissingExtra: the certificate is in PKCS#12 and ``cryptography`` is not installed.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = _OPENSSL_VERSIONS[self.oldest]
        if self.newest is not None:
            context.maximum_version = _OPENSSL_VERSIONS[self.newest]
        context.hostname_checks_common_name = False
        try:
            context.load_verify_locations(cafile=self.bundle)
        except ssl.SSLError:
            raise ConfigurationError(
                f"« {self.bundle} » n'est pas un fichier d'autorités de certification (PEM)."
            ) from None
        except OSError as error:
            raise _missing("d'autorités de certification", self.bundle, error) from None
        if self.certificate is not None:
            # Apache asks for a certificate after the handshake when only one directory requires it.
            context.post_handshake_auth = True
            _load_certificate(context, self.certificate)
        return context


def tls_version(value: TlsVersion | str) -> TlsVersion:
    """The version that ``value`` names.

    Raises:
        ConfigurationError: it names none that is spoken.
    """
    try:
        return TlsVersion(value)
    except ValueError:
        raise ConfigurationError(
            f"La version de TLS {value!a} n'est pas parlée : donnez 1.2 ou 1.3."
        ) from None


def _load_certificate(context: ssl.SSLContext, ours: ClientCertificate) -> None:
    content, *_ = [_content(path) for path in ours.files]
    if is_pkcs12(content):
        if ours.key is not None:
            raise ConfigurationError(
                f"Le certificat client « {ours.certificate} » est un PKCS#12, qui contient sa clé : "
                "retirez le fichier de clé de la configuration."
            )
        _loaded(
            lambda: load_pkcs12(context, content, path=ours.certificate, passphrase=ours.passphrase), ours
        )
        return

    def passphrase() -> str:
        # Always given, or OpenSSL would ask on the terminal.
        if ours.passphrase is None:
            raise ConfigurationError(
                f"La clé du certificat client « {ours.certificate} » est chiffrée : "
                "donnez sa phrase secrète dans la configuration."
            )
        return ours.passphrase.reveal()

    _loaded(lambda: context.load_cert_chain(ours.certificate, ours.key, passphrase), ours)


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LONGEST_CERTIFICATE)
    except OSError as error:
        raise _missing("du certificat client", path, error) from None


def _loaded(load: Callable[[], None], ours: ClientCertificate) -> None:
    try:
        load()
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            why = "la clé n'est pas celle du certificat"
        elif error.reason in _WEAK:
            why = f"OpenSSL le juge trop faible ({error.reason}) ; demandez-en un plus récent"
        else:
            why = "le fichier n'est pas du PEM, ou la phrase secrète n'est pas la bonne"
        raise ConfigurationError(
            f"Le certificat client « {ours.certificate} » n'a pas pu être chargé : {why}."
        ) from None
    except (OSError, ValueError):
        # ValueError: OpenSSL takes no passphrase over 1023 bytes.
        raise ConfigurationError(
            f"Le certificat client « {ours.certificate} » n'a pas pu être chargé : "
            "vérifiez le fichier, et que sa phrase secrète fait moins de 1024 octets."
        ) from None


def _missing(what: str, path: Path, error: OSError) -> ConfigurationError:
    return ConfigurationError(
        f"Le fichier {what} « {path} » ne peut pas être lu : {error.strerror or 'erreur du système'}."
    )
