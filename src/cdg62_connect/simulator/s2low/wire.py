"""How S2LOW writes its answers: three hands, and none of them minds the HTTP status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Response, send_file

from cdg62_connect.simulator.s2low import texts

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from werkzeug.datastructures import Headers

    from cdg62_connect.simulator.s2low.accounts import Ko, NotIdentified
    from cdg62_connect.simulator.s2low.consultation import Seen
    from cdg62_connect.simulator.s2low.ground import Profile

LOGIN = "/login.php"
_NEXT_ERRORS = {
    "identifiants": "bad_credentials",
    "login_vide": "empty_login",
    "mot_de_passe_vide": "empty_password",
}
_PHP = "text/html; charset=UTF-8"
"""What PHP announces when nobody says otherwise, whatever the bytes are."""


def ok(payload: str, *, api: bool, page: str) -> Response:
    """``OK``, the payload, and one line end too many; without ``api=1``, a redirect to a page."""
    return latin1(f"OK\n{payload}\n\n") if api else redirect(page)


def ko(message: str, *, api: bool, page: str) -> Response:
    """``KO`` and the message, escaped for HTML, in ISO-8859-1; without ``api=1``, a redirect."""
    return latin1(f"KO\n{escaped(message)}\n") if api else redirect(page)


def raw_ko(message: str, *, profile: Profile) -> Response:
    """``KO`` as the endpoints that print by themselves write it: not escaped, UTF-8 since v5."""
    encoding = "iso-8859-1" if profile == "v4" else "utf-8"
    return _php(f"KO\n{message}\n".encode(encoding, "replace"))


def status(seen: Seen) -> Response:
    """``OK``, the status, then the XML that came with it, immediately followed by the reason of a -1."""
    reason = seen.message.encode("iso-8859-1", "replace") if seen.statut == -1 else b""
    return _php(f"OK\n{seen.statut}\n".encode() + seen.flux + reason)


def json_list(content: object) -> Response:
    """JSON as PHP writes it: ASCII, slashes escaped, no JSON content type."""
    text = json.dumps(content, separators=(",", ":")).replace("/", "\\/")
    return _php(text.encode("ascii"))


def json_plain(content: object) -> Response:
    """JSON as the administration writes it: announced as a text."""
    answer = json_list(content)
    answer.headers["Content-Type"] = "text/plain"
    return answer


def text(content: str) -> Response:
    """A bare text."""
    return _php(content.encode())


def plain(content: str) -> Response:
    """Lines of text, announced as such."""
    return Response(content.encode(), content_type="text/plain; charset=UTF-8")


def bad_request(refusal: Ko) -> Response:
    """HTTP 400 and a JSON object: the hand of the pages for archivists."""
    answer = json_list({"error": refusal.message})
    answer.status_code = 400
    return answer


def xml(content: bytes) -> Response:
    """An XML document, in its own encoding."""
    return Response(content, content_type="application/xml")


def attachment(source: Path, *, name: str, mimetype: str) -> Response:
    """A file, streamed, with the type that was detected and nothing about the machine it lies on."""
    answer = send_file(source, download_name=name, conditional=False, etag=False)
    for added in (
        "Last-Modified",
        "Content-Encoding",
    ):  # what Flask believes of a name is not what S2LOW says
        answer.headers.remove(added)
    answer.headers["Content-Type"] = mimetype
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def pdf(content: bytes, *, name: str) -> Response:
    """A PDF made on the spot."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype="application/pdf", headers=headers)


def redirect(page: str) -> Response:
    """302, with the empty page that PHP sends along."""
    return Response(b"", 302, headers={"Location": page}, content_type=_PHP)


class _RawLocation(Response):
    """A redirect whose address goes out as it was written, whatever it holds."""

    def __init__(self, address: str) -> None:
        super().__init__(b"", 302, content_type=_PHP)
        self._address = address.encode().decode("iso-8859-1")

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        headers = super().get_wsgi_headers(environ)
        headers["Location"] = self._address
        return headers


def raw_redirect(address: str) -> Response:
    """302 to an address that somebody else chose."""
    return _RawLocation(" ".join(address.split()))


def refused_login(refused: NotIdentified, *, profile: Profile, api: bool, path: str) -> Response:
    """What somebody who is not recognised is told: a KO or a redirect, in HTTP 200 or 302, never 401."""
    if profile != "next":
        # That an account is no longer active is known later, by each page.
        said = texts.AUTHENTICATION_FAILED if refused.cause == "desactive" else texts.NO_CONNECTION
        return ko(said, api=api, page=LOGIN)
    if refused.cause in ("inconnu", "desactive"):
        return redirect("/connexion-status")
    if refused.cause == "plusieurs":
        return ko(texts.NO_CONNECTION_NEXT, api=api, page=f"{LOGIN}?error=multiple_accounts")
    page = f"{LOGIN}?error={_NEXT_ERRORS[refused.cause]}"
    return ko(texts.NO_CONNECTION, api="/api" in path, page=page)


def escaped(message: str) -> str:
    """A text as PHP writes it in HTML or XML."""
    for character, entity in (
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ('"', "&quot;"),
        ("'", "&#039;"),
    ):
        message = message.replace(character, entity)
    return message


def latin1(content: str) -> Response:
    """A text in ISO-8859-1."""
    return _php(content.encode("iso-8859-1", "replace"))


def _php(content: bytes) -> Response:
    return Response(content, content_type=_PHP)
