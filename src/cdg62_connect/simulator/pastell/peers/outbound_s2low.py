"""Calls to S2LOW as Pastell makes them through curl: GET for everything but the posts, ISO-8859-1 in and out."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from cdg62_connect.simulator.pastell.peers.curl import CurlAnswer, CurlFailed, basic, exchange
from cdg62_connect.simulator.pastell.peers.ports import Configuration, PeerFailed, PeerFile
from cdg62_connect.simulator.pastell.peers.tls import Identity

_LOGINS = "/admin/users/api-list-login.php"
_NOT_PLAIN = re.compile(rb"[^a-zA-Z0-9._ ]")


def sent_name(name: str) -> str:
    """The name under which an act leaves: each byte that is neither letter, figure, ``.``, ``_`` nor blank is ``_``."""
    return _NOT_PLAIN.sub(b"_", name.encode()).decode("ascii")


def compared_name(name: str) -> str:
    """The name of an annex, sent and then compared with what S2LOW says it received: blanks too are ``_``."""
    return sent_name(name).replace(" ", "_")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a form: the field, the name that leaves, the file."""

    field: str
    name: str
    file: PeerFile


class S2lowPeer:
    """One S2LOW, for the time of one action."""

    def __init__(self, c: Configuration) -> None:
        self._world = c.world
        self._url = c.text("url").rstrip("/")
        self._login, self._password = c.text("user_login"), c.text("user_password")
        self._identity = _identity(c)
        self._named = bool(self._login)

    def get(self, path: str) -> bytes:
        """The body of what ``path`` answers, whatever its HTTP status.

        Raises:
            PeerFailed: no answer, or no account that needs no login.
        """
        return self._exchange("GET", path).body

    def post(self, path: str, fields: Sequence[tuple[str, str]], files: Sequence[Upload] = ()) -> bytes:
        """Post a form, its texts in ISO-8859-1 (``?`` for what it cannot say). Raises: PeerFailed."""
        boundary = "-" * 24 + secrets.token_hex(8)
        body = _multipart(boundary, fields, files)
        return self._exchange("POST", path, body=body, boundary=boundary).body

    def _exchange(
        self, method: str, path: str, *, body: bytes | None = None, boundary: str = ""
    ) -> CurlAnswer:
        if not self._named:
            self._named = True
            if not self._exchange("GET", _LOGINS).body:
                raise PeerFailed("La connexion S²low nécessite un login/mot de passe ")
        headers = [basic(self._login, self._password)] if self._login else []
        headers.append(("Accept", "*/*"))
        if body is not None:
            headers.append(("Content-Length", str(len(body))))
            headers.append(("Content-Type", f"multipart/form-data; boundary={boundary}"))
        try:
            return exchange(
                self._world, method, self._url + path, headers=headers, body=body, identity=self._identity
            )
        except CurlFailed as failed:
            raise PeerFailed(f"Erreur de connexion au serveur : {failed}") from failed


def _identity(c: Configuration) -> Identity | None:
    certificate, key = c.file("user_certificat_pem"), c.file("user_key_pem")
    if certificate is None or key is None:
        return None
    return Identity(certificate.path, key.path, c.text("user_certificat_password"))


def _multipart(boundary: str, fields: Sequence[tuple[str, str]], files: Sequence[Upload]) -> bytes:
    edge = f"--{boundary}\r\n".encode("ascii")
    pieces: list[bytes] = []
    for name, value in fields:
        pieces += [
            edge,
            f'Content-Disposition: form-data; name="{name}"\r\n\r\n'.encode("ascii"),
            value.encode("iso-8859-1", "replace"),
            b"\r\n",
        ]
    for upload in files:
        head = (
            f'Content-Disposition: form-data; name="{upload.field}"; filename="{upload.name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        pieces += [edge, head.encode(), upload.file.path.read_bytes(), b"\r\n"]
    return b"".join((*pieces, f"--{boundary}--\r\n".encode("ascii")))
