"""One call to the API: its address, its body, its permit, and the respect due to a refused account."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from urllib.parse import quote, urlencode

from cdg62_connect.errors import AuthenticationRefused, InvalidInput
from cdg62_connect.pastell.answers import unusable
from cdg62_connect.pastell.gate import Gate, gate_of
from cdg62_connect.pastell.horaire import Horaire
from cdg62_connect.transport import Answer, HttpSession, Kind, Multipart, Request

T = TypeVar("T")
Pairs = Sequence[tuple[str, str]]

PREFIX = "api/v2"
QUIET_AFTER_REFUSAL = timedelta(seconds=60)
"""Pastell shuts out an address after five failures in a minute, good accounts included."""

_FORM = "application/x-www-form-urlencoded"


class Api:
    """The calls of one account.

    Once its account has been refused, nothing more is sent for a minute: every further failure counts against
    the address, which other accounts use too.
    """

    def __init__(self, session: HttpSession, horaire: Horaire) -> None:
        self.session = session
        self.horaire = horaire
        self.gate: Gate = gate_of(session.base_url)
        self._lock = threading.Lock()
        self._refusal: tuple[datetime, AuthenticationRefused] | None = None

    @property
    def platform(self) -> str:
        """The name of the platform in errors."""
        return self.session.platform

    def get(
        self, path: Sequence[str], read: Callable[[Answer], T], *, operation: str, params: Pairs = ()
    ) -> T:
        """Read ``path`` (its segments); repeated by the transport as any read."""
        return self._exchange(Request("GET", _path(path), f"{operation}.get", Kind.READ, params=params), read)

    def post(
        self,
        path: Sequence[str],
        read: Callable[[Answer], T],
        *,
        operation: str,
        form: Pairs | Multipart = (),
    ) -> T:
        """Ask for an effect."""
        if isinstance(form, Multipart):
            request = Request("POST", _path(path), f"{operation}.post", Kind.EFFECT, body=form)
        else:
            request = _form_request("POST", path, f"{operation}.post", form)
        return self._exchange(request, read)

    def patch(
        self, path: Sequence[str], read: Callable[[Answer], T], *, operation: str, form: Pairs = ()
    ) -> T:
        """Ask for a change. The body is urlencoded: Pastell answers « ok » to any other and does nothing."""
        return self._exchange(_form_request("PATCH", path, f"{operation}.patch", form), read)

    def delete(
        self, path: Sequence[str], read: Callable[[Answer], T], *, operation: str, params: Pairs = ()
    ) -> T:
        """Ask for a deletion; parameters are in the query, where alone Pastell reads them."""
        request = Request("DELETE", _path(path), f"{operation}.delete", Kind.EFFECT, params=params)
        return self._exchange(request, read)

    def _exchange(self, request: Request, read: Callable[[Answer], T]) -> T:
        def guarded(answer: Answer) -> T:
            try:
                return read(answer)
            except RecursionError:
                raise unusable(answer, "La réponse est trop imbriquée pour être lue.") from None

        self._check_account(request)
        with self.gate.call():
            try:
                result = self.session.exchange(request, guarded)
            except AuthenticationRefused as refused:
                with self._lock:
                    self._refusal = (self.session.clock.now(), refused)
                raise
        with self._lock:
            self._refusal = None
        return result

    def _check_account(self, request: Request) -> None:
        with self._lock:
            refusal = self._refusal
        if refusal is None:
            return
        since, refused = refusal
        if timedelta(0) <= self.session.clock.now() - since < QUIET_AFTER_REFUSAL:
            raise AuthenticationRefused(
                "Pastell vient de refuser ce compte ; rien n'est envoyé pendant une minute, car Pastell bloque "
                "l'adresse entière après cinq échecs.",
                platform=self.platform,
                operation=request.operation,
                said=refused.said,
            )


def _form_request(method: str, path: Sequence[str], operation: str, form: Pairs) -> Request:
    try:
        body = urlencode(list(form)).encode("ascii")
    except UnicodeEncodeError:
        raise InvalidInput("Une valeur contient un caractère qui n'existe pas.") from None
    return Request(method, _path(path), operation, Kind.EFFECT, headers={"Content-Type": _FORM}, body=body)


def _path(segments: Sequence[str]) -> str:
    return "/".join((PREFIX, *(_segment(segment) for segment in segments)))


def _segment(text: str) -> str:
    if not text or text in {".", ".."} or any(c in "/\\" or not c.isprintable() for c in text):
        raise InvalidInput(f"« {text!a} » ne peut pas être un identifiant ou un nom de Pastell.")
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        raise InvalidInput("Un identifiant contient un caractère qui n'existe pas.") from None
