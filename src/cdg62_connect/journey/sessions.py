"""One authority's sessions on the platforms, as the configuration describes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdg62_connect.transport import (
    FROM_ENVIRONMENT,
    BasicAuth,
    BearerAuth,
    ClientCertificate,
    HttpSession,
    Proxy,
    ProxySource,
    RetryPolicy,
    Timeouts,
    TlsTerms,
    TlsVersion,
)

if TYPE_CHECKING:
    from cdg62_connect.clock import Clock
    from cdg62_connect.settings import Authority, PastellAccount, Platform, S2lowAccount, Settings

_PATIENCE = 30.0  # seconds: a platform that is longer to answer a small question is worth telling


@dataclass(frozen=True, slots=True)
class Sessions:
    """Opens sessions.

    Attributes:
        settings: the addresses, accounts and limits.
        clock: dates and waits.
        hurried: for a check: no wait is long, and nothing is tried twice.
    """

    settings: Settings
    clock: Clock
    hurried: bool = False

    def pastell(self, account: PastellAccount) -> HttpSession:
        """A session on Pastell under ``account``.

        Raises:
            ConfigurationError: a file or a value of the configuration cannot be used.
        """
        if account.token is not None:
            return self._open("pastell", auth=BearerAuth(account.token))
        assert account.login is not None
        assert account.password is not None
        return self._open("pastell", auth=BasicAuth(login=account.login, password=account.password))

    def parapheur(self, authority: Authority) -> HttpSession:
        """A session on the parapheur as ``authority``.

        Raises:
            ConfigurationError: a file or a value of the configuration cannot be used.
        """
        account = authority.require_parapheur()
        return self._open("iparapheur", auth=BasicAuth(login=account.login, password=account.password))

    def parapheur_rest(self) -> HttpSession:
        """A session on the REST API of the parapheur, whose client asks for its tokens.

        Raises:
            ConfigurationError: a file or a value of the configuration cannot be used.
        """
        return self._open("iparapheur", auth=None)

    def s2low(self, account: S2lowAccount) -> HttpSession:
        """A session on S2LOW under ``account``.

        Raises:
            ConfigurationError: a file or a value of the configuration cannot be used.
        """
        login, password = account.login, account.password
        auth = BasicAuth(login=login, password=password) if login and password else None
        return self._open("s2low", auth=auth, certificate=client_certificate(account))

    def timeouts(self, platform: Platform) -> Timeouts:
        """The limits of the configuration; in a hurry, none above our patience."""
        asked = Timeouts(
            connect=platform.connect_seconds, read=platform.silence_seconds, total=platform.total_seconds
        )
        if not self.hurried:
            return asked
        return Timeouts(
            connect=min(asked.connect, _PATIENCE),
            read=min(asked.read, _PATIENCE),
            total=min(asked.total, 2 * _PATIENCE),
        )

    def _open(
        self, name: str, *, auth: BasicAuth | BearerAuth | None, certificate: ClientCertificate | None = None
    ) -> HttpSession:
        platform = self.settings.platform(name)
        return HttpSession(
            platform.url,
            platform=name,
            auth=auth,
            certificate=certificate,
            ca=platform.ca,
            timeouts=self.timeouts(platform),
            retry=RetryPolicy(attempts=1) if self.hurried else RetryPolicy(),
            tls_min=platform.tls_min,
            tls_max=platform.tls_max,
            proxy=proxy_of(platform),
            clock=self.clock,
        )


def client_certificate(account: S2lowAccount) -> ClientCertificate:
    """The client certificate of ``account``."""
    return ClientCertificate(certificate=account.certificate, key=account.key, passphrase=account.passphrase)


def tls_terms(platform: Platform, *, certificate: ClientCertificate | None = None) -> TlsTerms:
    """On what terms TLS is spoken with ``platform``.

    Raises:
        ConfigurationError: the two versions cross.
    """
    return TlsTerms(
        ca=platform.ca,
        certificate=certificate,
        oldest=TlsVersion(platform.tls_min),
        newest=TlsVersion(platform.tls_max) if platform.tls_max else None,
    )


def proxy_of(platform: Platform) -> Proxy | ProxySource | None:
    """The proxy between us and ``platform``.

    Raises:
        ConfigurationError: its address is not usable.
    """
    if platform.proxy is None:
        return None
    if platform.proxy == "environnement":
        return FROM_ENVIRONMENT
    login, password = platform.proxy_login, platform.proxy_password
    return Proxy(platform.proxy, BasicAuth(login=login, password=password) if login and password else None)
