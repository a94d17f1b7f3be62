"""One exchange: its attempts, and what each of them may do before, during and after the wire."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast
from urllib.parse import urlencode

import requests
import tenacity
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from cdg62_connect.clock import Clock
from cdg62_connect.errors import AnswerLost, InvalidInput, NotSent, PlatformError
from cdg62_connect.moments import reach
from cdg62_connect.settings.secret import Secret
from cdg62_connect.transport.answer import Answer
from cdg62_connect.transport.credentials import AuthorizationHeader, BasicAuth, BearerAuth
from cdg62_connect.transport.events import ExchangeEvent, Observers
from cdg62_connect.transport.exchange_log import Entry
from cdg62_connect.transport.failures import failure_of
from cdg62_connect.transport.multipart import EncodedForm, Multipart
from cdg62_connect.transport.outgoing import BodyStopped, OutgoingBody
from cdg62_connect.transport.proxy import Proxy
from cdg62_connect.transport.request import Request, StreamBody
from cdg62_connect.transport.retry import RetryPolicy, next_delay
from cdg62_connect.transport.statuses import refusal_of
from cdg62_connect.transport.timeouts import Deadline, Timeouts
from cdg62_connect.transport.wire import CURRENT, Stage, Wire

T = TypeVar("T")

_QUOTE_TIME = 5.0  # seconds given to the words of a refusal
_UNSAFE_PATH = re.compile(r"[?#\\\x00-\x20\x7f\ud800-\udfff]|://|(?:^|/)\.\.?(?:/|$)")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?|")
_OUR_HEADERS = {"content-length", "transfer-encoding", "host", "connection", "authorization"}


@dataclass(frozen=True, slots=True, repr=False)
class Channel:
    """What all exchanges of a session share."""

    http: requests.Session
    base_url: str
    platform: str
    auth: BasicAuth | BearerAuth | None
    proxy: Proxy | None
    timeouts: Timeouts
    retry: RetryPolicy
    clock: Clock
    chance: Callable[[], float]
    observers: Observers

    def secrets(self, *more: BasicAuth | BearerAuth | None) -> tuple[Secret, ...]:
        """What a platform or a proxy may repeat and nobody may be shown."""
        auths = (self.auth, self.proxy.auth if self.proxy else None, *more)
        return tuple(auth.secret for auth in auths if auth is not None)


class Exchange:
    """A request and its attempts, until one is conclusive.

    Raises:
        InvalidInput: the request cannot be written.
    """

    def __init__(self, channel: Channel, request: Request) -> None:
        self._channel = channel
        self._request = request
        self._url = _joined(channel.base_url, request)
        self._body = _encoded(request.body)
        self._headers = _checked(request)
        self._deadline = Deadline(channel.timeouts.total)
        self._entry = Entry(request, url=self._url, platform=channel.platform)
        self._wire = self._new_wire()
        self._delay = 0.0

    def run(self, read: Callable[[Answer], T]) -> T:
        """Make the attempts, wait between them, and return what ``read`` returns."""
        attempts = tenacity.Retrying(
            retry=self._again, wait=lambda _: self._delay, sleep=self._channel.clock.sleep
        )
        try:
            result = attempts(lambda: self._told(read))
        except BaseException as error:
            self._entry.close(type(error).__name__)
            raise
        self._entry.close("ok")
        return result

    def _again(self, state: tenacity.RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        if not isinstance(error, PlatformError):
            return False
        if self._wire.stage is Stage.READING and not isinstance(error, AnswerLost):
            return False  # the reader's own word: it has seen the answer, and decides
        delay = next_delay(
            self._request.kind, error, state.attempt_number, self._channel.retry, self._channel.chance
        )
        if delay is None or delay >= self._deadline.remaining():
            return False
        self._entry.retried(error, delay)
        self._delay = delay
        return True

    def _told(self, read: Callable[[Answer], T]) -> T:
        """Make an attempt, and tell the observers how it went."""
        if not self._channel.observers:
            return self._attempt(read)
        started_at = self._channel.clock.now()
        start = time.monotonic()
        failure: str | None = None
        try:
            return self._attempt(read)
        except BaseException as error:
            failure = type(error).__name__
            raise
        finally:
            self._channel.observers.tell(
                ExchangeEvent(
                    platform=self._channel.platform,
                    operation=self._request.operation,
                    kind=self._request.kind,
                    attempt=self._entry.attempts,
                    status=self._entry.status,
                    error=failure,
                    seconds=time.monotonic() - start,
                    bytes_up=self._wire.bytes_up,
                    bytes_down=self._wire.bytes_down,
                    started_at=started_at,
                )
            )

    def _attempt(self, read: Callable[[Answer], T]) -> T:
        self._wire = wire = self._new_wire()
        self._entry.begin()
        prepared = self._prepared(wire)
        reach(f"wire.connect:{self._request.operation}")
        try:
            response = self._sent(prepared, wire)
            raw = cast("BaseHTTPResponse", response.raw)
            try:
                result = self._read(response, raw, wire, read)
            finally:
                wire.over = True
                _let_go(raw)
        finally:
            self._entry.count(wire)
        reach(f"wire.answered:{self._request.operation}")
        return result

    def _read(
        self, response: requests.Response, raw: BaseHTTPResponse, wire: Wire, read: Callable[[Answer], T]
    ) -> T:
        answer = Answer(
            raw,
            status=response.status_code,
            headers=response.headers,
            request=self._request,
            platform=self._channel.platform,
            wire=wire,
        )
        self._entry.status = answer.status
        wire.deadline = self._deadline.sooner(_QUOTE_TIME)
        refusal = refusal_of(
            answer,
            reason=response.reason or "",
            now=self._channel.clock.now(),
            secrets=self._channel.secrets(self._request.auth),
        )
        if refusal is not None:
            raise refusal
        wire.deadline = self._deadline
        wire.stage = Stage.READING
        return read(answer)

    def _sent(self, prepared: requests.PreparedRequest, wire: Wire) -> requests.Response:
        limits = self._channel.timeouts
        left = self._deadline.remaining()
        if left <= 0:
            raise NotSent(
                f"Le délai total de {limits.total:g} s était dépassé avant l'envoi.",
                platform=self._channel.platform,
                operation=self._request.operation,
            )
        failure: Exception
        current = CURRENT.set(wire)
        try:
            return self._channel.http.send(
                prepared, stream=True, timeout=(min(limits.connect, left), limits.read), allow_redirects=False
            )
        except BodyStopped:
            failure = wire.body_error or AssertionError("the body stopped without a reason")
        except (requests.RequestException, HTTPError, http.client.HTTPException, OSError) as error:
            failure = failure_of(error, request=self._request, platform=self._channel.platform, wire=wire)
        finally:
            CURRENT.reset(current)
        # Outside the handlers: the chain of the libraries' errors holds our request, Authorization included.
        raise failure

    def _prepared(self, wire: Wire) -> requests.PreparedRequest:
        auth = self._request.auth or self._channel.auth
        prepared = requests.PreparedRequest()  # requests' session would first merge cookies that it never has
        headers = CaseInsensitiveDict({**self._channel.http.headers})
        headers.update(self._headers)
        try:
            prepared.prepare(
                method=self._request.method.upper(),
                url=self._url,
                headers=headers,
                auth=None if auth is None else AuthorizationHeader(auth),
            )
            writable = True
        except (requests.RequestException, ValueError):
            writable = False
        if not writable:
            raise InvalidInput(f"La demande {self._request.operation!a} n'a pas d'adresse valable.")
        body = self._body
        if isinstance(body, StreamBody):
            prepared.headers["Content-Type"] = body.content_type
            prepared.headers["Content-Length"] = str(body.length)
            prepared.body = cast("bytes", OutgoingBody(body, wire))  # any iterable of bytes will do
        elif body is not None:
            prepared.headers["Content-Length"] = str(len(body))
            prepared.body = body
        return prepared

    def _new_wire(self) -> Wire:
        return Wire(
            operation=self._request.operation, timeouts=self._channel.timeouts, deadline=self._deadline
        )


def _let_go(raw: BaseHTTPResponse) -> None:
    """Give the connection back when nothing of the answer is left on it, close it otherwise."""
    if raw.length_remaining == 0:
        raw.drain_conn()
    raw.close()
    raw.release_conn()


def _joined(base_url: str, request: Request) -> str:
    if _UNSAFE_PATH.search(request.path):
        raise InvalidInput(f"Le chemin {request.path!a} de la demande n'est pas valable.")
    url = f"{base_url}/{request.path.lstrip('/')}" if request.path else base_url
    try:
        return f"{url}?{urlencode(request.params)}" if request.params else url
    except UnicodeEncodeError:
        raise InvalidInput("Un paramètre de la demande contient un caractère qui n'existe pas.") from None


def _encoded(body: bytes | Multipart | StreamBody | None) -> bytes | StreamBody | None:
    if not isinstance(body, Multipart):
        return body
    form = EncodedForm(body)
    return StreamBody(content_type=form.content_type, length=form.length, blocks=form.blocks)


def _checked(request: Request) -> dict[str, str]:
    for name, value in request.headers.items():
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise InvalidInput(f"L'en-tête {name!a} de la demande contient un caractère interdit.")
        if name.lower() in _OUR_HEADERS:
            raise InvalidInput(f"L'en-tête {name!a} est écrit par la session et ne se donne pas.")
    return dict(request.headers)
