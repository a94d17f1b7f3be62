"""What proves who we are: an account and password, or a client certificate."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

from requests import PreparedRequest
from requests.auth import AuthBase

from cdg62_connect.errors import ConfigurationError
from cdg62_connect.settings.secret import Secret


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


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """A client certificate in PEM.

    Attributes:
        certificate: the certificate, followed by its intermediates.
        key: its private key; ``None`` when it is in the same file.
        passphrase: opens the key when it is encrypted.
    """

    certificate: Path
    key: Path | None = None
    passphrase: Secret | None = None


class BasicHeader(AuthBase):
    """Writes the Authorization header at the last moment, so that nothing else ever holds it."""

    def __init__(self, auth: BasicAuth) -> None:
        self._auth = auth

    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        """Add the header to ``r``."""
        pair = f"{self._auth.login}:{self._auth.password.reveal()}"
        r.headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode("ascii")
        return r
