"""The session: one account on one platform, and the trust, limits and patience that go with it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self, TypeVar
from urllib.parse import urlsplit

import requests

from cdg62_connect.clock import Clock, SystemClock
from cdg62_connect.errors import ConfigurationError
from cdg62_connect.transport.answer import Answer
from cdg62_connect.transport.connection import WatchedAdapter
from cdg62_connect.transport.credentials import BasicAuth, BearerAuth, ClientCertificate
from cdg62_connect.transport.events import Observer, Observers
from cdg62_connect.transport.exchange import Channel, Exchange
from cdg62_connect.transport.proxy import Proxy, ProxySource, chosen_proxy
from cdg62_connect.transport.redaction import quiet_libraries
from cdg62_connect.transport.renewal import LivingContext
from cdg62_connect.transport.request import Request
from cdg62_connect.transport.retry import RetryPolicy
from cdg62_connect.transport.timeouts import Timeouts
from cdg62_connect.transport.tls import TlsTerms, TlsVersion, tls_version

T = TypeVar("T")

_TIMEOUTS = Timeouts()
_RETRY = RetryPolicy()
_CLOCK = SystemClock()


class HttpSession:
    """Exchanges with one platform, over connections that are kept alive.

    No redirect is followed, no cookie kept, no ``.netrc`` used, and no proxy but the one that is asked for. One
    session may serve several threads: it holds no state but its pool of connections, which is made for it. It
    is not picklable, and is to be closed.

    The files of the certificate and of the authorities may be replaced while it lives: connections opened
    from then on use the new ones; files that do not hold together are ignored, with a warning.

    Args:
        base_url: ``https://…`` (``http`` for tests on the machine itself); no account in it.
        platform: its name in errors and logs.
        auth: account and password, or a token.
        certificate: client certificate (PEM or PKCS#12).
        ca: the only authorities trusted for the server's certificate (PEM); ``None`` for the public store.
        timeouts: limits, phase by phase.
        retry: how often and how soon an exchange is tried again.
        clock: waits between attempts, and dates Retry-After; time limits are of the machine's own clock.
        chance: a number in [0, 1), for the jitter.
        tls_min: lowest version of TLS that is spoken, ``"1.2"`` or ``"1.3"``.
        tls_max: highest one; ``None`` for the highest of the installed OpenSSL.
        proxy: the HTTP proxy to go through (address, or :class:`Proxy` when it asks for an account), or
            ``FROM_ENVIRONMENT`` to take, now and once, the one of the environment; ``None`` for none.
        observers: told of each attempt once it has ended; one that fails disturbs nothing.

    Raises:
        ConfigurationError: an address, a file, a version or the passphrase of the certificate is wrong.
        MissingExtra: the certificate is in PKCS#12 and the ``journey`` extra is not installed.
    """

    def __init__(
        self,
        base_url: str,
        *,
        platform: str,
        auth: BasicAuth | BearerAuth | None = None,
        certificate: ClientCertificate | None = None,
        ca: Path | None = None,
        timeouts: Timeouts = _TIMEOUTS,
        retry: RetryPolicy = _RETRY,
        clock: Clock = _CLOCK,
        chance: Callable[[], float] = random.random,
        tls_min: TlsVersion | str = TlsVersion.TLS_1_2,
        tls_max: TlsVersion | str | None = None,
        proxy: Proxy | str | ProxySource | None = None,
        observers: Sequence[Observer] = (),
    ) -> None:
        _check_address(base_url, needs_tls=certificate is not None)
        quiet_libraries()
        terms = TlsTerms(
            ca=ca,
            certificate=certificate,
            oldest=tls_version(tls_min),
            newest=None if tls_max is None else tls_version(tls_max),
        )
        chosen = chosen_proxy(proxy, base_url=base_url)
        self._presents_certificate = certificate is not None
        self._http = _http(terms, platform=platform, proxy=chosen)
        self._channel = Channel(
            http=self._http,
            base_url=base_url.rstrip("/"),
            platform=platform,
            auth=auth,
            proxy=chosen,
            timeouts=timeouts,
            retry=retry,
            clock=clock,
            chance=chance,
            observers=Observers(observers),
        )

    @property
    def base_url(self) -> str:
        """What the paths of requests are joined to, without a final slash."""
        return self._channel.base_url

    @property
    def platform(self) -> str:
        """Its name in errors and logs."""
        return self._channel.platform

    @property
    def clock(self) -> Clock:
        """The clock that it waits on."""
        return self._channel.clock

    @property
    def presents_certificate(self) -> bool:
        """Whether a client certificate was configured."""
        return self._presents_certificate

    def exchange(self, request: Request, read: Callable[[Answer], T]) -> T:
        """Send ``request`` and give its answer to ``read``, whose result is returned.

        ``read`` runs again from the start when a read is repeated; the answer it is given ends with it.

        Raises:
            InvalidInput: the request cannot be written; nothing was sent.
            NotSent: the platform, or the proxy, could not be reached or refused to connect; nothing was sent.
            UntrustedServer: its certificate is not accepted; nothing was sent.
            AuthenticationRefused: the account (401; 407 for the proxy's) or the client certificate (TLS) is
                refused.
            InvalidRequest: too large for the platform (413).
            Unavailable: 429; or 502, 503, 504 to a read.
            AnswerLost: a read was cut or the platform fell silent.
            OutcomeUnknown: the same for an effect, or 502, 503, 504.
            UnreadableAnswer: what answers a read does not speak HTTP.
            PlatformError: whatever ``read`` raises, untouched.
        """
        return Exchange(self._channel, request).run(read)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<HttpSession {self._channel.platform} {self._channel.base_url}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an HttpSession is not serialised")


class _StraightSession(requests.Session):
    """Sees no redirect: requests would read the whole answer, without limit, to prepare the next request."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002 - requests' signature
        return None


def _http(terms: TlsTerms, *, platform: str, proxy: Proxy | None) -> requests.Session:
    adapter = WatchedAdapter(LivingContext(terms, platform=platform), proxy=proxy)
    http = _StraightSession()
    http.trust_env = False
    http.verify = str(terms.bundle)  # True would let requests add its own bundle to the context
    http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    http.headers.clear()
    http.headers.update({"User-Agent": "cdg62-connect", "Accept": "*/*", "Accept-Encoding": "gzip"})
    http.mount("https://", adapter)
    http.mount("http://", adapter)
    return http


def _check_address(base_url: str, *, needs_tls: bool) -> None:
    try:
        parts = urlsplit(base_url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise ConfigurationError("L'adresse de la plateforme n'est pas une adresse valable.") from None
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError(
            "L'adresse de la plateforme contient un compte : donnez l'identifiant et le mot de passe à part."
        )
    if not usable or parts.query or parts.fragment:
        raise ConfigurationError(
            f"L'adresse de la plateforme {base_url!a} n'est pas valable : elle doit être de la forme "
            "https://machine/chemin."
        )
    if needs_tls and parts.scheme != "https":
        raise ConfigurationError(
            "Un certificat client est configuré : l'adresse doit commencer par https://."
        )
