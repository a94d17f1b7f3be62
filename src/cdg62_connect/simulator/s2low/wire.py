"""How S2LOW writes its answers: three hands, and none of them minds the HTTP status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Response, send_file

from cdg62_connect.simulator.s2low import texts

if TYPE_CHECKING:
    from cdg62_connect.simulator.s2low.accounts import NotIdentified
    from cdg62_connect.simulator.s2low.state import Profile, Seen

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
    return _latin1(f"OK\n{payload}\n\n") if api else redirect(page)


def ko(message: str, *, api: bool, page: str) -> Response:
    """``KO`` and the message, escaped for HTML, in ISO-8859-1; without ``api=1``, a redirect."""
    return _latin1(f"KO\n{_escaped(message)}\n") if api else redirect(page)


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


def text(content: str) -> Response:
    """A bare text."""
    return _php(content.encode())


def xml(content: bytes) -> Response:
    """An XML document, in its own encoding."""
    return Response(content, content_type="application/xml")


def attachment(source: Path, *, name: str, mimetype: str) -> Response:
    """A file, streamed, with the type that was detected and nothing about the machine it lies on."""
    answer = send_file(source, download_name=name, conditional=False, etag=False)
    answer.headers.remove("Last-Modified")
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


def _escaped(message: str) -> str:
    for character, entity in (
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ('"', "&quot;"),
        ("'", "&#039;"),
    ):
        message = message.replace(character, entity)
    return message


def _latin1(content: str) -> Response:
    return _php(content.encode("iso-8859-1", "replace"))


def _php(content: bytes) -> Response:
    return Response(content, content_type=_PHP)
