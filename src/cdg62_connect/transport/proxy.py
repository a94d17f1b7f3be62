"""The proxy between us and a platform, chosen once when the session is made."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final
from urllib.parse import unquote, urlsplit

from requests.utils import get_environ_proxies, select_proxy

from cdg62_connect.errors import ConfigurationError
from cdg62_connect.settings.secret import Secret
from cdg62_connect.transport.credentials import BasicAuth

_MACHINE = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")


class ProxySource(Enum):
    """Where a proxy is looked for, when it is not named."""

    ENVIRONMENT = "environment"


FROM_ENVIRONMENT: Final = ProxySource.ENVIRONMENT
"""Take the proxy that ``HTTPS_PROXY``, ``ALL_PROXY`` and ``NO_PROXY`` give for the platform's address."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy, spoken to in clear; what goes through it to an ``https`` platform is a TLS tunnel.

    Attributes:
        url: ``http://machine:port``; port 80 when it has none. No account in it.
        auth: account and password that the proxy asks for (Basic).

    Raises:
        ConfigurationError: the address is not of that form.
    """

    url: str
    auth: BasicAuth | None = None

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            usable = parts.scheme == "http" and bool(_MACHINE.fullmatch(parts.netloc)) and parts.port != 0
        except ValueError:
            raise ConfigurationError("L'adresse du proxy n'est pas une adresse valable.") from None
        if parts.username is not None or parts.password is not None:
            raise ConfigurationError(
                "L'adresse du proxy contient un compte : donnez l'identifiant et le mot de passe à part."
            )
        if not usable or parts.path.strip("/") or parts.query or parts.fragment:
            raise ConfigurationError(
                f"L'adresse du proxy {self.url!a} n'est pas valable : elle doit être de la forme "
                "http://machine:3128 (un proxy HTTP ; ni https, ni socks)."
            )

    def headers(self) -> dict[str, str]:
        """What the proxy is told, and never the platform."""
        return {} if self.auth is None else {"Proxy-Authorization": self.auth.header()}


def chosen_proxy(proxy: Proxy | str | ProxySource | None, *, base_url: str) -> Proxy | None:
    """The proxy for ``base_url``, or ``None`` to connect directly.

    Raises:
        ConfigurationError: its address is not usable, wherever it was found.
    """
    if isinstance(proxy, ProxySource):
        return _of_the_environment(base_url)
    return Proxy(proxy) if isinstance(proxy, str) else proxy


def _of_the_environment(base_url: str) -> Proxy | None:
    found = select_proxy(base_url, get_environ_proxies(base_url))
    if not found:
        return None
    address = found if "://" in found else f"http://{found}"
    account, at, machine = address.partition("://")[2].rpartition("@")
    try:
        login, _, password = (unquote(part, errors="strict") for part in account.partition(":"))
        auth = BasicAuth(login, Secret(password)) if at else None
        return Proxy(f"{address.partition('://')[0]}://{machine}", auth)
    except (ConfigurationError, UnicodeDecodeError):
        raise ConfigurationError(
            "L'adresse du proxy donnée par l'environnement (HTTPS_PROXY, HTTP_PROXY ou ALL_PROXY) n'est pas "
            "valable : elle doit être de la forme http://machine:3128 (un proxy HTTP ; ni https, ni socks)."
        ) from None
