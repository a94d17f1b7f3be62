"""The calls of one account: where each page is, and what every call carries."""

from __future__ import annotations

import base64
import datetime as dt
import re
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from cdg62_connect.errors import ConfigurationError, InvalidInput
from cdg62_connect.transport import Answer, FilePart, HttpSession, Kind, Multipart, Request

T = TypeVar("T")
Pairs = Sequence[tuple[str, str]]

ENCODING = "iso-8859-1"
"""Of what is sent: the older versions know no other, the newer ones convert it where ``api=1`` is posted."""

API = (("api", "1"),)
ACTES = "/modules/actes"
ACTES_API = "/modules/actes/api"
HELIOS = "/modules/helios"
HELIOS_API = "/modules/helios/api"
MAIL_API = "/modules/mail/api"

_FORWARDED = "org.s2low.forward-x509-identification"
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----")


@dataclass(frozen=True, slots=True)
class ForwardedIdentity:
    """The certificate of the person on whose behalf an application calls (« RGS 2 étoiles »).

    The application still presents its own certificate. Versions 4 and 5.0 read this; the newest one ignores
    it, and the call is then made as the application: compare ``connexion.infos()`` with who is expected.

    Attributes:
        header: the certificate as S2LOW expects it.
    """

    header: str = field(repr=False)

    @classmethod
    def from_pem(cls, certificate: Path) -> ForwardedIdentity:
        """That of the first certificate of a PEM file; a private key in it stays where it is.

        Raises:
            ConfigurationError: the file cannot be read, or holds no certificate.
        """
        try:
            der = ssl.PEM_cert_to_DER_cert(pem_certificates(certificate)[0])
        except ValueError:
            raise _no_certificate(certificate) from None
        return cls(base64.b64encode(der).decode("ascii"))


def pem_certificates(path: Path) -> list[str]:
    """The certificates of a PEM file, and nothing else of it.

    Raises:
        ConfigurationError: the file cannot be read, or holds no certificate.
    """
    try:
        found = _CERTIFICATE.findall(path.read_text(encoding="ascii", errors="replace"))
    except OSError as error:
        raise ConfigurationError(f"« {path.name} » ne se lit pas ({error.strerror}).") from None
    if not found:
        raise _no_certificate(path)
    return found


def _no_certificate(path: Path) -> ConfigurationError:
    return ConfigurationError(
        f"« {path.name} » ne contient pas de certificat PEM lisible : corrigez le chemin."
    )


class Api:
    """The calls of one account. An operation bears the name of the page that answers it."""

    def __init__(self, session: HttpSession, *, identite: ForwardedIdentity | None = None) -> None:
        self.session = session
        self._headers = {} if identite is None else {_FORWARDED: identite.header}

    def get(
        self,
        page: str,
        read: Callable[[Answer], T],
        *,
        folder: str,
        params: Pairs = (),
        kind: Kind = Kind.READ,
    ) -> T:
        """Ask for a page. S2LOW has effects that are asked so: they say it by ``kind``."""
        request = Request(
            "GET", f"{folder}/{page}.php", operation=page, kind=kind, params=params, headers=self._headers
        )
        return self.session.exchange(request, read)

    def post(
        self,
        page: str,
        read: Callable[[Answer], T],
        *,
        folder: str,
        fields: Pairs = (),
        files: Sequence[FilePart] = (),
        params: Pairs = (),
    ) -> T:
        """Send a form: always an effect."""
        request = Request(
            "POST",
            f"{folder}/{page}.php",
            operation=page,
            kind=Kind.EFFECT,
            params=params,
            headers=self._headers,
            body=Multipart(fields, files, charset=ENCODING),
        )
        return self.session.exchange(request, read)


def identifier(number: int) -> str:
    """``number`` as a parameter.

    Raises:
        InvalidInput: no element of S2LOW can have that number.
    """
    if number < 1:
        raise InvalidInput(f"{number} n'est pas un identifiant de S2LOW : il est supérieur à zéro.")
    return str(number)


def page_params(offset: int, limit: int) -> list[tuple[str, str]]:
    """The parameters of a page of a list.

    Raises:
        InvalidInput: there is no such page.
    """
    if offset < 0 or limit < 1:
        raise InvalidInput("Une page de liste commence à 0 et compte au moins un élément.")
    return [("offset", str(offset)), ("limit", str(limit))]


def between(since: dt.date | None, until: dt.date | None) -> list[tuple[str, str]]:
    """The bounds of the date on which a transaction entered the status that is listed."""
    bounds = (("min_date", since), ("max_date", until))
    return [(name, day.strftime("%Y-%m-%d")) for name, day in bounds if day is not None]
