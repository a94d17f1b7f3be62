"""The TLS side of outbound calls: whom Pastell trusts, and the client certificate of a connector."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from requests import Session
from requests.adapters import HTTPAdapter


@dataclass(frozen=True, slots=True)
class Identity:
    """A client certificate as PEM files; ``password`` opens the key when it is encrypted."""

    certificate: Path
    key: Path
    password: str = ""


class _Adapter(HTTPAdapter):
    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - signature of requests
        kwargs["ssl_context"] = self._context
        super().init_poolmanager(*args, **kwargs)


def session(*, ca: Path | None, identity: Identity | None) -> Session:
    """A bare session: no default header, no proxy, no cookie of the environment, one trust store.

    Raises:
        ssl.SSLError, OSError: the client certificate cannot be read.
    """
    opened = Session()
    opened.trust_env = False
    opened.headers.clear()
    if ca is not None or identity is not None:
        context = ssl.create_default_context(cafile=str(ca) if ca else None)
        if identity is not None:
            context.load_cert_chain(identity.certificate, identity.key, identity.password or None)
        opened.mount("https://", _Adapter(context))
    if ca is not None:
        opened.verify = str(ca)
    return opened
