"""The counter of S2LOW: who comes is recognised, the work done under the faults in force, each no said in its hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from flask import Response, request

from cdg62_connect.simulator.faults import ERROR_PAGE
from cdg62_connect.simulator.s2low import catalogue, texts, wire
from cdg62_connect.simulator.s2low.accounts import Account, Ko, NotIdentified, checked, fingerprint
from cdg62_connect.simulator.s2low.credentials import credentials_of
from cdg62_connect.simulator.s2low.depot import PlatformCrash
from cdg62_connect.simulator.s2low.form import Form, query_of

if TYPE_CHECKING:
    from flask import Blueprint

    from cdg62_connect.simulator.core import Simulator
    from cdg62_connect.simulator.s2low.state import S2lowState

HOME = "/"

Work = Callable[[Account], Response]


def _nothing(_: NotIdentified) -> Response | None:
    return None


@dataclass(frozen=True, slots=True)
class Hand:
    """How a page says no.

    Attributes:
        write: makes the answer of a refusal.
        itself: the page finds by itself that an account is no longer active, and says so in its own hand.
        unknown: what it says to who is not recognised, when it is not what the others say.
    """

    write: Callable[[Ko], Response]
    itself: bool = False
    unknown: Callable[[NotIdentified], Response | None] = _nothing


class Counter:
    """What every page goes through."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    @property
    def state(self) -> S2lowState:
        """The platform."""
        return self._simulator.s2low

    @property
    def printed(self) -> Hand:
        """The hand of the pages that print by themselves."""
        return Hand(lambda refusal: wire.raw_ko(refusal.message, profile=self.state.profile), itself=True)

    def answer(
        self, operation: str, key: str, work: Work, *, hand: Hand, api: bool | None = None
    ) -> Response:
        """Answer one request.

        Args:
            operation: the page, without ``.php``.
            key: what identifies the thing asked for, in the rules of faults.
            work: what to do for the account that asks.
            hand: how the page says no.
            api: ``api=1`` was asked for; read from the query string when absent.
        """

        def act() -> Response:
            return said(lambda: work(self._caller()))

        def refuse(name: str) -> Response:
            return said(lambda: catalogue.refuse(name))

        def said(doing: Callable[[], Response]) -> Response:
            try:
                return doing()
            except NotIdentified as stranger:
                if hand.itself and stranger.cause == "desactive" and self.state.profile != "next":
                    return hand.write(Ko(texts.AUTHENTICATION_FAILED))
                apart = hand.unknown(stranger)
                if apart is not None:
                    return apart
                spoken = api_of(Form()) if api is None else api
                return wire.refused_login(
                    stranger, profile=self.state.profile, api=spoken, path=request.full_path
                )
            except Ko as refusal:
                return hand.write(refusal)
            except PlatformCrash:
                page = ERROR_PAGE.format("Erreur interne")
                return Response(page, 500, mimetype="text/html")

        return self._simulator.faults.around("s2low", operation, key, act, refuse=refuse)

    @property
    def credentials(self) -> tuple[str, str] | None:
        """The login and the password of the request."""
        return credentials_of(request.headers.get("Authorization", ""), profile=self.state.profile)

    @property
    def certificate(self) -> str:
        """The fingerprint of the certificate that is presented. Raises ``NotIdentified``."""
        presented: str = request.environ.get("SSL_CLIENT_CERT", "")
        if not presented:
            raise NotIdentified("inconnu")
        return fingerprint(presented)

    def _caller(self) -> Account:
        query, credentials = query_of(request), self.credentials
        nounce, login, digest = query.get("nounce"), query.get("login"), query.get("hash")
        if credentials is None and nounce and login and digest:
            sharing = self.state.accounts.sharing(self.certificate)
            found = self.state.nounces.account(sharing, nounce=nounce, login=login, digest=digest)
            return checked(found)
        return self.state.accounts.identify(self.certificate, credentials)


def declare(routes: Blueprint, method: str, pages: Mapping[str, Callable[[], Response]]) -> None:
    """Put pages on their paths; no two pages of S2LOW have the same name."""
    for path, view in pages.items():
        name = path.rpartition("/")[2].removesuffix(".php")
        routes.add_url_rule(path, endpoint=name, view_func=view, methods=[method])


def written(*, api: bool, page: str) -> Hand:
    """The hand of the pages that write: escaped, in ISO-8859-1; a redirect without ``api=1``."""
    return Hand(lambda refusal: wire.ko(refusal.message, api=api, page=page))


MOVED = Hand(lambda _: wire.redirect(HOME))
"""The hand of the pages that give files: elsewhere, without a word."""


def api_of(form: Form) -> bool:
    """``api=1`` in the body, or, when the body says nothing of it, in the query string."""
    return (form.get("api") or query_of(request).get("api")) == "1"


def integer(text: str, default: int) -> int:
    """A number of the query string."""
    return int(text) if text.removeprefix("-").isdecimal() else default


def day(text: str) -> date | None:
    """A day of the query string, or ``None``."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
