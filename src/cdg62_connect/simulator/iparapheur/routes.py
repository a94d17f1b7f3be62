"""The web service over HTTP: authentication, dispatch on the body, the contract."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from flask import Blueprint, Request, Response, request

from cdg62_connect.errors import HostileInput
from cdg62_connect.simulator.iparapheur.contract import wsdl
from cdg62_connect.simulator.iparapheur.dossier import Account
from cdg62_connect.simulator.iparapheur.operations import OPERATIONS, answer, key_of
from cdg62_connect.simulator.iparapheur.reading import PARAPHEUR, Call, Unreadable, read_call
from cdg62_connect.simulator.iparapheur.state import ParapheurState
from cdg62_connect.simulator.iparapheur.writing import CONTENT_TYPE, Envelope, fault

ENDPOINT = "/ws-iparapheur-no-mtom"

_BODY_LIMIT = 2000 * 1024 * 1024  # bytes, that of the front-end of the parapheur v5
_DRAIN_BLOCK = 64 * 1024  # bytes
_PAGE = (
    '<!DOCTYPE html>\n<html lang="fr"><head><meta charset="utf-8"><title>{0}</title></head>'
    "<body><h1>{0}</h1></body></html>\n"
)


class HasParapheur(Protocol):
    """What the routes need of the simulator."""

    @property
    def iparapheur(self) -> ParapheurState:
        """The state behind the web service."""
        ...


def blueprint(simulator: HasParapheur, *, prefix: str = "S") -> Blueprint:
    """The routes of the web service without MTOM, to be mounted at the root of a port.

    Args:
        simulator: where the state is; it is asked again at each request.
        prefix: the prefix of the SOAP namespace in the answers, which differs between versions.
    """
    routes = Blueprint("iparapheur", __name__)

    @routes.get(ENDPOINT)
    def contract() -> Response:  # pyright: ignore[reportUnusedFunction] - Flask calls it
        if "wsdl" not in {name.lower() for name in request.args}:
            return _page("Web service du parapheur simulé (SPÉCIMEN) : contrat sous ?wsdl", 200)
        return Response(wsdl(f"{request.scheme}://{request.host}{request.path}"), mimetype="text/xml")

    @routes.post(ENDPOINT)
    def call() -> Response:  # pyright: ignore[reportUnusedFunction] - Flask calls it
        if (request.content_length or 0) > _BODY_LIMIT:
            refused = _page("413 Request Entity Too Large", 413)
            refused.headers["Connection"] = "close"
            return refused
        try:
            return _answered(simulator.iparapheur, prefix=prefix)
        finally:
            # What is left unread would be taken for the next request of the connection.
            for _ in iter(lambda: request.stream.read(_DRAIN_BLOCK), b""):
                pass

    return routes


def _answered(state: ParapheurState, *, prefix: str) -> Response:
    account = _account(state, request)
    if account is None:
        refused = _page("401 Unauthorized", 401)
        refused.headers["WWW-Authenticate"] = 'Basic realm="iParapheur"'
        return refused
    with TemporaryDirectory(dir=state.reception, ignore_cleanup_errors=True) as folder:
        try:
            call = read_call(request.stream, Path(folder))
        except (Unreadable, HostileInput) as problem:
            return _fault(str(problem), prefix=prefix)
        if call.operation not in OPERATIONS:
            return _fault(
                f"Cannot find dispatch method for {{{PARAPHEUR}}}{call.operation}Request", prefix=prefix
            )
        return state.faults.around(
            "iparapheur",
            call.operation,
            key_of(call),
            lambda: _envelope(state, account, call, prefix=prefix),
        )


def _envelope(state: ParapheurState, account: Account, call: Call, *, prefix: str) -> Response:
    envelope = Envelope(call.operation, answer(state, account, call), prefix=prefix)
    response = Response(envelope.blocks(), content_type=CONTENT_TYPE)
    response.headers["Content-Length"] = str(envelope.length)
    response.call_on_close(envelope.close)
    return response


def _fault(text: str, *, prefix: str) -> Response:
    return Response(fault("Client", text, prefix=prefix), 500, content_type=CONTENT_TYPE)


def _page(title: str, status: int) -> Response:
    return Response(_PAGE.format(title), status, mimetype="text/html")


def _account(state: ParapheurState, asked: Request) -> Account | None:
    for login, password in _credentials(asked.headers.get("Authorization", "")):
        account = state.authenticate(login, password)
        if account is not None:
            return account
    return None


def _credentials(header: str) -> Iterator[tuple[str, str]]:
    """Login and password of a Basic header, in each of the two encodings that clients use."""
    scheme, _, coded = header.partition(" ")
    if scheme.lower() != "basic":
        return
    try:
        raw = base64.b64decode(coded.strip(), validate=True)
    except binascii.Error:
        return
    for encoding in ("utf-8", "iso-8859-1"):
        try:
            login, colon, password = raw.decode(encoding).partition(":")
        except UnicodeDecodeError:
            continue
        if colon:
            yield login, password
