"""The one entry point of Pastell's API: who asks, for what, and the answer as PHP writes it."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, cast

from flask import Blueprint, Response, request

from cdg62_connect.simulator.pastell import (
    routes_connectors,
    routes_documents,
    routes_entities,
    routes_platform,
    routes_users,
)
from cdg62_connect.simulator.pastell.answers import FileToSend
from cdg62_connect.simulator.pastell.calls import Call, Raw, Reply, View
from cdg62_connect.simulator.pastell.errors import ApiError, PhpCrash, not_found
from cdg62_connect.simulator.pastell.php_json import Unencodable, encoded, stringified
from cdg62_connect.simulator.pastell.requests import Parameters, parameters
from cdg62_connect.simulator.pastell.routing import Route, function_of, resolve
from cdg62_connect.simulator.s2low.accounts import fingerprint

if TYPE_CHECKING:
    from cdg62_connect.simulator.core import Simulator
    from cdg62_connect.simulator.pastell.accounts import User
    from cdg62_connect.simulator.pastell.platform import PastellState
    from cdg62_connect.simulator.pastell.requests import PhpValue

API = "/api"
BASE = f"{API}/v2"
"""What follows the address of the server in the URL of a resource."""
LOGIN_PAGE = "/Document/index?page_request="
_JSON = "application/json; charset=utf-8"
_BLOCK = 256 * 1024

VIEWS: Mapping[tuple[str, str], View] = {
    **routes_platform.VIEWS,
    **routes_entities.VIEWS,
    **routes_users.VIEWS,
    **routes_connectors.VIEWS,
    **routes_documents.VIEWS,
}
_RESOURCES = {resource for resource, _ in VIEWS}


def blueprint(simulator: Simulator) -> Blueprint:
    """The routes of the simulated Pastell: its API, and the page that sends to the login page."""
    front = _Front(simulator)
    routes = Blueprint("pastell", __name__)
    # Not by rules: Pastell has its own routing, and takes doubled slashes and any method as they come.
    routes.before_app_request(front.api)
    routes.add_url_rule("/", endpoint="home", view_func=_home, methods=["GET"])
    return routes


def _home() -> Response:
    return Response(status=302, headers={"Location": LOGIN_PAGE})


class _Front:
    """Reads a request, lets the platform act, writes the answer."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def api(self) -> Response | None:
        """Answer what is asked of the API; ``None`` for the rest of the server."""
        if request.path != API and not request.path.startswith(f"{API}/"):
            return None
        platform, faults = self._simulator.pastell, self._simulator.faults
        with parameters(request, folder=platform.reception) as params:
            try:
                route = resolve(request.method, function_of(request.path, params.query), params)
            except ApiError as refused:
                answer = _refusal(refused, script=_script(params))
                return faults.around("pastell", f"{request.method} ?", "", lambda: answer)
            key = _key(platform, route, params)
            with ExitStack() as held:
                try:
                    if _presents_something():
                        held.enter_context(platform.limiter.permit(_address(), platform.profile))
                except ApiError as refused:
                    answer = _refusal(refused)
                    return faults.around("pastell", route.operation, key, lambda: answer)
                return faults.around(
                    "pastell", route.operation, key, lambda: _answer(platform, route, params)
                )


def _answer(platform: PastellState, route: Route, params: Parameters) -> Response:
    try:
        caller = _caller(platform)
        platform.catch_up(looked=route.operation in ("GET document", "GET documents"))
        value = _view(route)(
            Call(platform, caller, route.args, _understood(params, route)),
        )
        return _written(route, value)
    except ApiError as refused:
        return _refusal(refused, script=bool(route.script))
    except PhpCrash:
        return Response(b"", 500, content_type="text/html; charset=UTF-8")


def _view(route: Route) -> View:
    if route.resource not in _RESOURCES:
        raise not_found(f"La ressource {route.resource} n'a pas été trouvée")
    found = VIEWS.get((route.resource, route.verb))
    if found is None:
        raise ApiError(405, f"La méthode {route.verb} n'existe pas pour cette ressource")
    return found


# -- who asks --------------------------------------------------------------------------------------------------


def _caller(platform: PastellState) -> User:
    """Who asks: the owner of a client certificate, of a token, of a password, in this order.

    Raises:
        ApiError: 401.
    """
    profile = platform.profile
    certificate = _presented() if profile.certificate_login == "toujours" else ""
    user = platform.users.certified(certificate) if certificate else None
    if user is None:
        user = _by_header(platform, certificate)
    if user is None:
        raise _unauthorized("Accès interdit")
    if profile.accounts_can_be_disabled and not user.active:
        raise _unauthorized("Votre compte a été désactivé")
    return user


def _by_header(platform: PastellState, certificate: str) -> User | None:
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer ") and platform.profile.bearer:
        token = platform.tokens.holding(header.removeprefix("Bearer "))
        fresh = token is not None and (token.expired_at is None or token.expired_at >= platform.clock.now())
        user = platform.users.get(token.id_u) if token is not None and fresh else None
    else:
        login, password = _credentials(header)
        if not login:
            return None
        user = platform.users.named(login)
        if user is not None and not (
            user.password and secrets.compare_digest(user.password.encode(), password)
        ):
            user = None
    if user is None:
        platform.limiter.failed(_address())
        return None
    platform.limiter.succeeded(_address())
    tied = user.certificate if platform.profile.certificate_login == "toujours" else ""
    return None if tied and tied != certificate else user


def _credentials(header: str) -> tuple[str, bytes]:
    scheme, _, told = header.partition(" ")
    if scheme.lower() != "basic":
        return "", b""
    try:
        login, _, password = base64.b64decode(told.strip(), validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return "", b""
    return login.decode("utf-8", "replace"), password


def _presents_something() -> bool:
    header = request.headers.get("Authorization", "")
    return header.startswith("Bearer ") or bool(_credentials(header)[0])


def _presented() -> str:
    certificate: str = request.environ.get("SSL_CLIENT_CERT", "")
    return fingerprint(certificate) if certificate else ""


def _address() -> str:
    return request.remote_addr or ""


def _unauthorized(message: str) -> ApiError:
    return ApiError(401, message, headers=(("WWW-Authenticate", 'Basic realm="API Pastell"'),))


# -- what is asked ---------------------------------------------------------------------------------------------


def _script(params: Parameters) -> bool:
    return function_of(request.path, params.query).endswith(".php")


def _understood(params: Parameters, route: Route) -> Parameters:
    """The parameters as the resource gets them: a script of version 1 takes every byte for ISO-8859-1."""
    values = {name: value for name, value in params.values.items() if name != "api_function"}
    if route.script:
        values = {name: _widened(value) for name, value in values.items()}
    return Parameters(values={**values, **dict(route.query)}, files=params.files, query=params.query)


def _widened(value: PhpValue) -> PhpValue:
    if isinstance(value, dict):
        return {name: _widened(one) for name, one in value.items()}
    return value.encode("utf-8", "surrogateescape").decode("latin-1")


def _key(platform: PastellState, route: Route, params: Parameters) -> str:
    """What a fault may look for: the document's id and title, and what is sent of its names."""
    id_d = route.document
    names = ("titre", "objet", "libelle", "id_document_externe", "numero_de_lacte", "search", "id_d")
    told = [params.text(name) for name in names] if route.resource in ("Document", "Journal") else []
    return " ".join(filter(None, (id_d, platform.documents.titre(id_d) if id_d else "", *told)))


# -- the answer ------------------------------------------------------------------------------------------------


def _written(route: Route, value: Any) -> Response:  # noqa: ANN401 - JSON and the other answers
    if isinstance(value, FileToSend):
        return _file(value)
    if isinstance(value, Raw):
        answer = Response(value.content, content_type=value.content_type)
        answer.headers["Content-disposition"] = value.disposition
        return _php(answer)
    status = 201 if route.verb == "post" and not route.script else 200
    if isinstance(value, Reply):
        value, status = value.value, value.status
        if value is None:
            return _php(Response(status=status))
    # The class that writes JSON accepts an array only.
    if not isinstance(value, list | tuple | Mapping):
        raise PhpCrash
    if not route.script:
        return _json(value, status)
    shown: object = cast("object", value)
    if route.script == "action.php" and isinstance(shown, Mapping):
        shown = {**cast("Mapping[str, object]", shown), "result": "1"}
    return _json(stringified(shown), status, pretty=False)


def _json(value: object, status: int, *, pretty: bool = True) -> Response:
    try:
        text = encoded(value, pretty=pretty)
    except Unencodable:
        text = encoded(
            {
                "status": "error",
                "error-message": "Impossible d'encoder le résultat en JSON [code 5]: "
                "Malformed UTF-8 characters, possibly incorrectly encoded",
            },
            pretty=pretty,
        )
    return _php(Response(text, status, content_type=_JSON))


def _refusal(refused: ApiError, *, script: bool = False) -> Response:
    """An error; a script of version 1 tells in HTTP 200 what would be 400."""
    status = 200 if script and refused.status == 400 else refused.status
    answer = _json({"status": "error", "error-message": refused.message}, status)
    for name, value in refused.headers:
        answer.headers[name] = value
    return answer


def _file(file: FileToSend) -> Response:
    answer = Response(_blocks(file), content_type=file.sniffed_type, direct_passthrough=True)
    size = len(file.source) if isinstance(file.source, bytes) else file.source.stat().st_size
    answer.headers["Content-Length"] = str(size)
    name = file.name.encode("utf-8", "surrogateescape").decode("latin-1")
    if "\n" not in name and "\r" not in name:  # PHP drops a header that would make two
        answer.headers["Content-disposition"] = f'attachment; filename="{name}"'
    return _php(answer, cache="must-revalidate, post-check=0,pre-check=0")


def _blocks(file: FileToSend) -> Iterator[bytes]:
    if isinstance(file.source, bytes):
        yield file.source
        return
    with file.source.open("rb") as stream:
        while block := stream.read(_BLOCK):
            yield block


def _php(answer: Response, *, cache: str = "no-store, no-cache, must-revalidate") -> Response:
    """The headers of a PHP session, which the API never reads back."""
    answer.headers["Cache-Control"] = cache
    answer.headers["Set-Cookie"] = f"PHPSESSID={secrets.token_hex(13)}; path=/; HttpOnly"
    return answer
