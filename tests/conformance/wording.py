"""A recorded call in the words of another platform: its ids, names, hours, ports, accounts; and back."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from conformance.ids import Ids, pairs_here
from conformance.peer_stub import PeerStub
from conformance.recordings import Exchange, content_of
from conformance.renaming import NAMES

PASSWORD = "mot-de-passe-du-rejeu"  # of a platform that lives for one test
PEER_PORT, DEAD_PORT = "8791", "8799"
_NAMED_FILES = {"bordereau", "aractes", "aractes_annulation"}
_OWN_WORDS = re.compile(r"wrong password|attempt \d")

Change = Callable[[str, str], str]


def unchanged(name: str, value: str) -> str:
    """Names and numbers as they were."""
    return value


class Wording:
    """What the recorded words mean on one platform.

    Args:
        change: gives a field another value (another spelling of the same names).
        dead: a port where nobody listens.
    """

    def __init__(self, *, change: Change, dead: int) -> None:
        self.ids = Ids()
        self.stub = PeerStub()
        self._change = change
        self._dead = dead
        self._replaced: dict[str, str] = {}
        self._passwords = {"admin": PASSWORD}
        self._tokens: list[str] = []
        self._shift = timedelta(0)

    def _request(self, exchange: Exchange) -> tuple[list[tuple[str, str]], bytes]:
        headers = [
            (name, value)
            for name, value in exchange.headers
            if name.lower() not in ("host", "content-length", "authorization", "content-type")
        ]
        authorization = self._authorization(exchange)
        if authorization:
            headers.append(("Authorization", authorization))
        kind, body = self._body(exchange)
        if kind:
            headers.append(("Content-Type", kind))
        return headers, body

    def _body(self, exchange: Exchange) -> tuple[str, bytes]:
        form = exchange.form
        kind = str(form["kind"])
        if kind == "application/x-www-form-urlencoded":
            pairs = [(name, self._ports(value)) for name, value in form.get("fields") or []]
            return kind, urlencode(pairs_here(self._seen(pairs), self.ids, self._moved_text)).encode()
        if kind == "multipart/form-data":
            return self._multipart(exchange, form["parts"])
        if kind.startswith("raw"):
            return exchange.header("Content-Type"), content_of(form["content"]) or b""
        return "", b""

    def _multipart(self, exchange: Exchange, parts: Iterable[dict[str, Any]]) -> tuple[str, bytes]:
        edge = b"--frontiere-du-rejeu"
        pieces: list[bytes] = []
        for part in parts:
            head = f'Content-Disposition: form-data; name="{part["name"]}"'
            content = self._change(part["name"], str(part.get("value", ""))).encode()
            if "content" in part:
                head += f'; filename="{part.get("filename", "")}"'
                if part.get("content_type"):
                    head += f"\r\nContent-Type: {part['content_type']}"
                content = content_of(part["content"]) or b""
            pieces += [edge, b"\r\n", head.encode(), b"\r\n\r\n", content, b"\r\n"]
        return "multipart/form-data; boundary=frontiere-du-rejeu", b"".join([*pieces, edge, b"--\r\n"])

    def _authorization(self, exchange: Exchange) -> str:
        said = exchange.header("Authorization")
        if said.startswith("Bearer"):
            return f"Bearer {self._tokens[-1] if self._tokens and exchange.status != 401 else 'faux'}"
        found = re.fullmatch(r"Basic <login (.*)>", said)
        if found is None:
            return said
        login = found[1]
        wrong = _OWN_WORDS.search(exchange.note) is not None
        password = "faux" if wrong else self._passwords.get(login, "inconnu")
        coded = base64.b64encode(f"{self._change('login', login)}:{password}".encode()).decode()
        return f"Basic {coded}"

    def _seen(self, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """The same fields, after noting the accounts they make and the words that are changed."""
        fields = dict(pairs)
        if "login" in fields and "password" in fields:
            self._passwords[fields["login"]] = fields["password"]
        for name, value in pairs:
            new = self._change(name, value)
            if new != value:
                self._replaced[value] = new
        return pairs

    def _moved_text(self, name: str, value: str) -> str:
        value = self._change(name, value)
        return self.ids.moment(value, shift=self._shift)

    def _told(self, text: str, key: str) -> str:
        if key in NAMES:
            cut = next(
                (new for old, new in self._replaced.items() if len(text) > 99 and old.startswith(text)), ""
            )
            text = self._replaced.get(text, cut[: len(text)] or text)
        elif key == "message":
            text = re.sub(r"« (.+?) »", lambda found: f"« {self._replaced.get(found[1], found[1])} »", text)
        elif key in _NAMED_FILES:
            stem, mark, rest = text.partition("-")
            text = self._replaced.get(stem, stem) + mark + rest
        return self.ids.told(text)

    def _entity_key(self, key: str) -> str:
        return self.ids.here("e", key)

    def _keep_token(self, ours: Any) -> None:
        if isinstance(ours, dict) and isinstance(ours.get("token"), str):
            self._tokens.append(ours["token"])

    def _ports(self, text: str) -> str:
        return text.replace(f"127.0.0.1:{PEER_PORT}", f"127.0.0.1:{self.stub.port}").replace(
            f"127.0.0.1:{DEAD_PORT}", f"127.0.0.1:{self._dead}"
        )
