"""One call to the Standard API: its address, its token, and the one replay that an expired token deserves."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar
from urllib.parse import quote

from cdg62_connect.errors import AuthenticationRefused, InvalidInput
from cdg62_connect.iparapheur.rest_v5.answers import unusable
from cdg62_connect.iparapheur.rest_v5.jetons import Jetons
from cdg62_connect.transport import Answer, BearerAuth, HttpSession, Kind, Multipart, Request

T = TypeVar("T")
Pairs = Sequence[tuple[str, str]]

PREFIX = "api/standard/v1"
JSON = "application/json"


class Api:
    """The calls of one account.

    Args:
        session: to the root of the platform.
        jetons: the tokens of the account.
    """

    def __init__(self, session: HttpSession, *, jetons: Jetons) -> None:
        self.session = session
        self._jetons = jetons

    @property
    def platform(self) -> str:
        """The name of the platform in errors and logs."""
        return self.session.platform

    def get(
        self,
        path: Sequence[str],
        read: Callable[[Answer], T],
        *,
        operation: str,
        params: Pairs = (),
        accept: str = JSON,
    ) -> T:
        """Read ``path`` (its segments); repeated by the transport as any read."""
        return self._exchange(
            Request(
                "GET",
                _path(path),
                f"{operation}.get",
                Kind.READ,
                params=params,
                headers={"Accept": accept},
            ),
            read,
        )

    def post(
        self,
        path: Sequence[str],
        read: Callable[[Answer], T],
        *,
        operation: str,
        form: Multipart,
        params: Pairs = (),
    ) -> T:
        """Send a form: an effect."""
        request = Request(
            "POST",
            _path(path),
            f"{operation}.post",
            Kind.EFFECT,
            params=params,
            headers={"Accept": JSON},
            body=form,
        )
        return self._exchange(request, read)

    def put(
        self,
        path: Sequence[str],
        read: Callable[[Answer], T],
        *,
        operation: str,
        content: Mapping[str, object] | None = None,
    ) -> T:
        """Ask for an action: an effect. ``content`` is sent as JSON."""
        headers = {"Accept": JSON}
        body = b""
        if content is not None:
            headers["Content-Type"] = JSON
            body = _json(content)
        return self._exchange(
            Request("PUT", _path(path), f"{operation}.put", Kind.EFFECT, headers=headers, body=body), read
        )

    def delete(self, path: Sequence[str], read: Callable[[Answer], T], *, operation: str) -> T:
        """Ask for a deletion: an effect."""
        request = Request("DELETE", _path(path), f"{operation}.delete", Kind.EFFECT, headers={"Accept": JSON})
        return self._exchange(request, read)

    def _exchange(self, request: Request, read: Callable[[Answer], T]) -> T:
        jeton = self._jetons.courant()
        try:
            return self._sent(request, read, jeton.auth)
        except AuthenticationRefused:
            pass  # its token may have been revoked since: the parapheur has done nothing
        jeton = self._jetons.remplacer(jeton)
        return self._sent(request, read, jeton.auth)

    def _sent(self, request: Request, read: Callable[[Answer], T], auth: BearerAuth) -> T:
        def guarded(answer: Answer) -> T:
            try:
                return read(answer)
            except RecursionError:
                raise unusable(answer, "La réponse est trop imbriquée pour être lue.") from None

        return self.session.exchange(replace(request, auth=auth), guarded)


def _path(segments: Sequence[str]) -> str:
    return "/".join((PREFIX, *(_segment(segment) for segment in segments)))


def _segment(text: str) -> str:
    if not text or text in {".", ".."} or any(c in "/\\" or not c.isprintable() for c in text):
        raise InvalidInput(f"« {text!a} » ne peut pas être un identifiant du parapheur.")
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        raise InvalidInput("Un identifiant contient un caractère qui n'existe pas.") from None


def _json(content: Mapping[str, object]) -> bytes:
    try:
        return json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        raise InvalidInput("Une valeur contient un caractère qui n'existe pas.") from None
