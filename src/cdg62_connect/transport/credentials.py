"""What proves who we are: an account and password, a token, or a client certificate."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from pathlib import Path

from requests import PreparedRequest
from requests.auth import AuthBase

from cdg62_connect.errors import ConfigurationError
from cdg62_connect.settings.secret import Secret

_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")


@dataclass(frozen=True, slots=True)
class BasicAuth:
    """HTTP Basic authentication; both parts are encoded in UTF-8 (RFC 7617).

    Raises:
        ConfigurationError: the login holds a colon, which the protocol uses as separator.
    """

    login: str
    password: Secret

    def __post_init__(self) -> None:
        if ":" in self.login:
            raise ConfigurationError("L'identifiant ne peut pas contenir « : ».")

    @property
    def secret(self) -> Secret:
        """What must never be shown."""
        return self.password

    def header(self) -> str:
        """The value of the Authorization header."""
        pair = f"{self.login}:{self.password.reveal()}"
        return "Basic " + base64.b64encode(pair.encode()).decode("ascii")


@dataclass(frozen=True, slots=True)
class BearerAuth:
    """A token that the platform has given (RFC 6750, §2.1); it is sent as it is and never renewed.

    Raises:
        ConfigurationError: the token is empty or holds a character that no token may have.
    """

    token: Secret

    def __post_init__(self) -> None:
        if not _TOKEN.fullmatch(self.token.reveal()):
            raise ConfigurationError(
                "Le jeton d'accès est vide ou contient un caractère interdit : recopiez-le sans espace, "
                "sans guillemet et sans le mot « Bearer »."
            )

    @property
    def secret(self) -> Secret:
        """What must never be shown."""
        return self.token

    def header(self) -> str:
        """The value of the Authorization header."""
        return f"Bearer {self.token.reveal()}"


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """A client certificate, in PEM or in PKCS#12: the content of the file tells which.

    PKCS#12 (``.p12``, ``.pfx``) needs the ``journey`` extra. Its key is never written unencrypted, and its
    intermediates are sent with the certificate.

    Attributes:
        certificate: the certificate, followed by its intermediates; or the PKCS#12 file.
        key: its private key; ``None`` when it is in the same file, as it always is in PKCS#12.
        passphrase: opens the key when it is encrypted, or the PKCS#12 file.
    """

    certificate: Path
    key: Path | None = None
    passphrase: Secret | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """The files it lies in."""
        return (self.certificate,) if self.key is None else (self.certificate, self.key)


class AuthorizationHeader(AuthBase):
    """Writes the Authorization header at the last moment, so that nothing else ever holds it."""

    def __init__(self, auth: BasicAuth | BearerAuth) -> None:
        self._auth = auth

    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        """Add the header to ``r``."""
        r.headers["Authorization"] = self._auth.header()
        return r
