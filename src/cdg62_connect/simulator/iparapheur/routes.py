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
from cdg62_connect.simulator.iparapheur import texts
from cdg62_connect.simulator.iparapheur.attachments import read_package
from cdg62_connect.simulator.iparapheur.catalogue import FAULTS, PAGES
from cdg62_connect.simulator.iparapheur.contract import wsdl
from cdg62_connect.simulator.iparapheur.dossier import Account
from cdg62_connect.simulator.iparapheur.operations import answer, key_of, known, refusal_on_demand
from cdg62_connect.simulator.iparapheur.packaging import package, packaged_fault
from cdg62_connect.simulator.iparapheur.reading import Unreadable, read_call
from cdg62_connect.simulator.iparapheur.state import ParapheurState
from cdg62_connect.simulator.iparapheur.variantes import Generation
from cdg62_connect.simulator.iparapheur.writing import CONTENT_TYPE, Stream, envelope, fault

ENDPOINT = "/ws-iparapheur-no-mtom"
ENDPOINT_MTOM = "/ws-iparapheur"
"""Here every answer of the service is a package (MTOM), and a request may be one."""

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
    """The routes of the web service, without MTOM and with it, to be mounted at the root of a port.

    Args:
        simulator: where the state is; it is asked again at each request.
        prefix: the prefix of the SOAP namespace in the answers, which differs between versions.
    """
    routes = Blueprint("iparapheur", __name__)

    @routes.get(ENDPOINT)
    @routes.get(ENDPOINT_MTOM)
    def contract() -> Response:  # pyright: ignore[reportUnusedFunction] - Flask calls it
        if _lacks_certificate(simulator.iparapheur, request):
            return _stopped("certificat_absent")
        if "wsdl" not in {name.lower() for name in request.args}:
            return _page("Web service du parapheur simulé (SPÉCIMEN) : contrat sous ?wsdl", 200)
        base = f"{request.scheme}://{request.host}"
        served = wsdl(
            base + request.path,
            mtom=base + ENDPOINT_MTOM,
            without_mtom=base + ENDPOINT,
            distant=simulator.iparapheur.variantes.schema_distant,
        )
        return Response(served, mimetype="text/xml")

    @routes.post(ENDPOINT)
    @routes.post(ENDPOINT_MTOM)
    def call() -> Response:  # pyright: ignore[reportUnusedFunction] - Flask calls it
        if (request.content_length or 0) > simulator.iparapheur.corps_maximal:
            refused = _stopped("demande_trop_grosse")
            refused.headers["Connection"] = "close"
            return refused
        try:
            return _answered(simulator.iparapheur, prefix=prefix, mtom=request.path == ENDPOINT_MTOM)
        finally:
            # What is left unread would be taken for the next request of the connection.
            for _ in iter(lambda: request.stream.read(_DRAIN_BLOCK), b""):
                pass

    return routes


def _answered(state: ParapheurState, *, prefix: str, mtom: bool) -> Response:
    prefix = state.variantes.prefixe or prefix
    if _lacks_certificate(state, request):
        return _stopped("certificat_absent")
    account = _account(state, request)
    if account is None:
        return _stopped("identifiants_faux")
    written = package if mtom else envelope
    with TemporaryDirectory(dir=state.reception, ignore_cleanup_errors=True) as folder:
        try:
            if mtom and request.mimetype == "multipart/related":
                call = read_package(request.stream, Path(folder), parameters=request.mimetype_params)
            else:
                call = read_call(request.stream, Path(folder))
        except (Unreadable, HostileInput) as problem:
            return _fault(str(problem), prefix=prefix, mtom=mtom)
        if not known(state, call.operation):
            v5 = state.variantes.generation is Generation.V5
            text = texts.NO_OPERATION_V5 if v5 else texts.NO_OPERATION
            return _fault(text.format(operation=call.operation), prefix=prefix, mtom=mtom)

        def refuse(nom: str) -> Response:
            if nom in PAGES:
                return _stopped(nom)
            if nom in FAULTS:
                return _fault(texts.BROKEN, prefix=prefix, mtom=mtom, code="Server")
            return _streamed(written(call.operation, refusal_on_demand(nom, call), prefix=prefix))

        return state.faults.around(
            "iparapheur",
            call.operation,
            key_of(call),
            lambda: _streamed(written(call.operation, answer(state, account, call), prefix=prefix)),
            refuse=refuse,
        )


def _streamed(stream: Stream, status: int = 200) -> Response:
    response = Response(stream.blocks(), status, content_type=stream.content_type)
    response.headers["Content-Length"] = str(stream.length)
    response.call_on_close(stream.close)
    return response


def _stopped(nom: str) -> Response:
    """What stands before the parapheur refuses: a page."""
    status, words = PAGES[nom]
    refused = _page(f"{status} {words}", status)
    if status == 401:
        refused.headers["WWW-Authenticate"] = 'Basic realm="iParapheur"'
    return refused


def _lacks_certificate(state: ParapheurState, asked: Request) -> bool:
    return state.certificat_exige and not asked.environ.get("SSL_CLIENT_CERT")


def _fault(text: str, *, prefix: str, mtom: bool, code: str = "Client") -> Response:
    said = fault(code, text, prefix=prefix)
    if mtom:
        return _streamed(packaged_fault(said), 500)
    return Response(said, 500, content_type=CONTENT_TYPE)


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
