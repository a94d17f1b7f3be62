"""A program that speaks to Pastell over HTTP and knows only the protocol."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

URBANISME = "document-autorisation-urbanisme"


class PastellCaller:
    """Calls below ``/api/v2``, as one account."""

    def __init__(self, url: str, login: str, password: str, *, ca: str | None = None) -> None:
        self.url = url
        self.login = login
        self.password = password
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.auth = (login, password)
        if ca:
            self.session.verify = ca

    def call(self, method: str, path: str, **given: Any) -> requests.Response:
        """One call; a path that begins with ``/`` is taken from the root of the server."""
        url = self.url + (path if path.startswith("/") else f"/api/v2/{path}")
        return self.session.request(method, url, timeout=20, allow_redirects=False, **given)

    def ok(self, method: str, path: str, **given: Any) -> Any:
        """The JSON of a call that succeeds."""
        answer = self.call(method, path, **given)
        assert answer.status_code < 300, (answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def refused(self, status: int, method: str, path: str, **given: Any) -> str:
        """What Pastell says when it refuses with that status."""
        answer = self.call(method, path, **given)
        assert answer.status_code == status, (answer.status_code, answer.text)
        told = answer.json()
        assert list(told) == ["status", "error-message"], told
        assert told["status"] == "error"
        return str(told["error-message"])

    def get(self, path: str, **params: object) -> Any:
        """The JSON of a GET that succeeds."""
        return self.ok("GET", path, params=params)

    def post(self, path: str, **fields: object) -> Any:
        """The JSON of a POST that succeeds."""
        return self.ok("POST", path, data=fields)

    def patch(self, path: str, **fields: object) -> Any:
        """The JSON of a PATCH that succeeds."""
        return self.ok("PATCH", path, data=fields)

    def delete(self, path: str, **params: object) -> Any:
        """The JSON of a DELETE that succeeds."""
        return self.ok("DELETE", path, params=params)


@contextmanager
def pastell_caller(described: Any, *, admin: bool = False, rank: int = 0) -> Iterator[PastellCaller]:
    """A caller made from what the simulator says of its Pastell: the administrator, or the account of a rank."""
    account = described["admin"] if admin else described["accounts"][rank]
    caller = PastellCaller(described["url"], account["login"], account["password"], ca=described.get("ca"))
    try:
        yield caller
    finally:
        caller.session.close()
