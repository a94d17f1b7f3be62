"""The simulated platforms inside the test process: requests are answered without any network.

::

    with simulated_platforms() as plateformes:
        acces = plateformes.describe()["iparapheur_soap"]  # url, login, password…
        requests.post(acces["url"], auth=(acces["login"], acces["password"]), data=…)

Every call of ``requests`` made in the process, by any thread and any session, :class:`HttpSession` included,
goes to the applications that ``SimulatorServer`` serves: state, faults and refusals are the same. For S2LOW
(``https``) a true TLS handshake is made in memory with the certificates of the session, so that ``cert=``,
``verify=`` and the SSL context of an adapter all count, and a session without certificate is refused. An address
of no platform is refused.

What only a network shows is not here. A program in another language or another library is not caught. Time limits
are judged once the answer is there. Of :class:`HttpSession`: whatever breaks may have been sent, hence no
``NotSent`` and no ``UntrustedServer`` (``OutcomeUnknown`` for an effect, ``AnswerLost`` for a read); the moment
``wire.sent`` is not reached, and the log counts no bytes. Connection retries of urllib3 do not happen; those on
a status do, without waiting.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast
from urllib.parse import urlsplit

import requests
from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ProtocolError, ReadTimeoutError
from urllib3.response import HTTPResponse

from cdg62_connect.extras import extra
from cdg62_connect.testing import memory_tls

with extra("testing", needed_for="Les plateformes en mémoire"):
    import responses

    from cdg62_connect.simulator import Simulator, admin
    from cdg62_connect.simulator.iparapheur.rest import routes as iparapheur
    from cdg62_connect.simulator.listening import TlsTerms
    from cdg62_connect.simulator.pastell import front as pastell
    from cdg62_connect.simulator.s2low import routes as s2low
    from cdg62_connect.simulator.web import Mishaps, application
    from cdg62_connect.testing.wsgi_call import OutgoingBody, WsgiApp, call

PARAPHEUR = "http://iparapheur.simulateur.invalid"
"""Where the parapheur answers; the domain ``.invalid`` exists nowhere (RFC 2606)."""
S2LOW = "https://s2low.simulateur.invalid"
"""Where S2LOW answers, to who presents a client certificate."""
PASTELL = "http://pastell.simulateur.invalid"
"""Where Pastell answers."""
ADMIN = "http://guichet.simulateur.invalid"
"""Where the admin desk answers."""


@dataclass(frozen=True, slots=True)
class _Site:
    application: WsgiApp
    tls: ssl.SSLContext | None = None
    extra: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class _Sending:
    """One call of ``HTTPAdapter.send``: what ``responses`` does not hand to a callback."""

    adapter: HTTPAdapter
    body: OutgoingBody
    timeout: object
    verify: bool | str | None
    cert: str | tuple[str, str] | None


_SENDING: ContextVar[_Sending] = ContextVar("cdg62_connect.testing.mocks")
_BUSY = threading.Lock()


class SimulatedPlatforms:
    """A :class:`Simulator` answering in the process.

    Attributes:
        simulator: the platforms and their inhabitants.
    """

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self._mishaps = mishaps = Mishaps()
        certificate, key = simulator.authority.server_certificate(_host(S2LOW))
        terms = TlsTerms(certificate, key, client_ca=simulator.certificates.trusted)
        self._sites = {
            PARAPHEUR: _Site(
                application("iparapheur", iparapheur.served(simulator), mishaps=mishaps).wsgi_app
            ),
            S2LOW: _Site(
                application("s2low", s2low.blueprint(simulator), mishaps=mishaps).wsgi_app,
                tls=terms.context,
                extra={"HTTPS": "on"},
            ),
            PASTELL: _Site(application("pastell", pastell.blueprint(simulator), mishaps=mishaps).wsgi_app),
            ADMIN: _Site(
                application("admin", admin.blueprint(simulator, mishaps=mishaps), mishaps=mishaps).wsgi_app,
                extra={"HTTP_HOST": "localhost"},  # the desk answers to nothing else
            ),
        }

    @property
    def erreurs(self) -> list[str]:
        """Tracebacks of what the simulator did not expect; empty when all is well."""
        return self._mishaps.seen

    def describe(self) -> dict[str, object]:
        """What a program needs to use the platforms: the same JSON as ``SimulatorServer.describe()``."""
        return self.simulator.describe(parapheur=PARAPHEUR, s2low=S2LOW, pastell=PASTELL, admin=ADMIN)

    def answer(self, request: PreparedRequest, sending: _Sending) -> HTTPResponse:
        """What the platform at the address of ``request`` answers.

        Raises:
            requests.RequestException: what a network would make of a refused certificate, an unknown address, a
                connection cut, an answer too late.
        """
        url = urlsplit(str(request.url))
        site = self._sites.get(f"{url.scheme}://{url.netloc.rpartition('@')[2]}")
        if site is None:
            raise requests.ConnectionError(
                f"Aucune plateforme simulée à l'adresse {url.scheme}://{url.hostname} ; "
                f"adresses connues : {', '.join(self._sites)}.",
                request=request,
            )
        environ = dict(site.extra or {})
        if site.tls is not None:
            environ["SSL_CLIENT_CERT"] = _presented(request, sending, site.tls)
        try:
            response, silence = call(site.application, request, sending.body, environ)
        except ProtocolError as cut:
            raise requests.ConnectionError(cut, request=request) from cut
        limit = _read_timeout(sending.timeout)
        if limit is not None and silence > limit:
            response.close()
            late = ReadTimeoutError(
                cast("Any", None), str(request.url), f"Read timed out. (read timeout={limit})"
            )
            raise requests.ReadTimeout(late, request=request)
        return response


@contextmanager
def simulated_platforms(simulator: Simulator | None = None) -> Generator[SimulatedPlatforms]:
    """Answer every call of ``requests`` by the simulated platforms until the block ends.

    Args:
        simulator: the platforms; by default new ones, at the present moment, whose clock stands still and whose
            files last as long as the block.

    Raises:
        MissingExtra: the complement ``testing`` is not installed.
        RuntimeError: a block is open already in this process.
    """
    if not _BUSY.acquire(blocking=False):
        raise RuntimeError("Les plateformes en mémoire sont déjà en service dans ce programme.")
    try:
        with TemporaryDirectory(prefix="cdg62-simulateur-") if simulator is None else nullcontext() as folder:
            platforms = SimulatedPlatforms(simulator or Simulator(folder=Path(str(folder))))
            mock = _Interception()
            mock.add(_Everything(platforms))
            with mock, platforms.simulator.served_at(parapheur=PARAPHEUR, s2low=S2LOW):
                yield platforms
    finally:
        _BUSY.release()


class _Everything(responses.BaseResponse):
    """The one answer registered: any method, any address."""

    def __init__(self, platforms: SimulatedPlatforms) -> None:
        super().__init__("*", "*")
        self._platforms = platforms

    def matches(self, request: PreparedRequest) -> tuple[bool, str]:  # noqa: ARG002 - responses' signature
        return True, ""

    def get_response(self, request: PreparedRequest) -> HTTPResponse:
        return self._platforms.answer(request, _SENDING.get())


class _Interception(responses.RequestsMock):
    """Remembers which adapter sends and with what, and keeps nothing of what went by: it may be large."""

    def __init__(self) -> None:
        super().__init__(assert_all_requests_are_fired=False)

    def unbound_on_send(self) -> Any:  # noqa: ANN401 - a private type of responses
        caught = super().unbound_on_send()

        def send(
            adapter: HTTPAdapter,
            request: PreparedRequest,
            stream: bool = False,
            timeout: object = None,
            verify: bool | str = True,
            cert: str | tuple[str, str] | None = None,
            proxies: Mapping[str, str] | None = None,
        ) -> requests.Response:
            given = request.body
            body = OutgoingBody(given)
            current = _SENDING.set(_Sending(adapter, body, timeout, verify, cert))
            if hasattr(given, "read"):
                request.body = cast("bytes", body)
            try:
                return caught(
                    adapter,
                    request,
                    stream=stream,
                    timeout=timeout,
                    verify=verify,
                    cert=cert,
                    proxies=proxies,
                )
            finally:
                request.body = given
                _SENDING.reset(current)
                self.calls.reset()
                for one in self.registered():
                    one.calls.reset()

        return send


def _presented(request: PreparedRequest, sending: _Sending, terms: ssl.SSLContext) -> str:
    """The client certificate of the session (PEM), after the handshake that a connection would make."""
    adapter, verify = sending.adapter, cast("Any", sending.verify)
    pool = adapter.get_connection_with_tls_context(request, verify, cert=sending.cert)
    _, options = adapter.build_connection_pool_key_attributes(request, verify, sending.cert)
    connection = cast("Any", pool)._new_conn()  # urllib3 has no other door to a connection
    context = memory_tls.client_context(connection, cast("Mapping[str, Any]", options))
    try:
        return memory_tls.presented(context, terms, host=_host(str(request.url)))
    except ssl.SSLError as refused:
        raise requests.exceptions.SSLError(refused, request=request) from refused


def _read_timeout(timeout: object) -> float | None:
    """The longest silence allowed, in each of the forms that requests takes."""
    if isinstance(timeout, tuple):
        timeout = cast("tuple[object, object]", timeout)[1]
    limit = getattr(timeout, "read_timeout", timeout)
    return limit if isinstance(limit, int | float) else None


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""
