"""Messages for the reader."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cdg62_connect.soap import SOAP_NAMESPACE

Enveloped = Callable[..., bytes]


@pytest.fixture
def enveloped() -> Enveloped:
    """Puts a body into an envelope."""

    def wrap(
        body: str, *, prefix: str = "S", header: str = "", prolog: str = "", encoding: str = "utf-8"
    ) -> bytes:
        text = (
            f'{prolog}<{prefix}:Envelope xmlns:{prefix}="{SOAP_NAMESPACE}">{header}'
            f"<{prefix}:Body>{body}</{prefix}:Body></{prefix}:Envelope>"
        )
        return text.encode(encoding)

    return wrap
