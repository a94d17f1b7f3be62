"""Messages for the reader."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

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


@pytest.fixture
def mutated() -> Callable[..., bytes]:
    """Damages a message in one to three places."""

    def damage(message: bytes, chance: random.Random, words: Sequence[bytes]) -> bytes:
        data = bytearray(message)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(data) or 1)
            match chance.randrange(5):
                case 0:
                    data[at : at + 1] = bytes([chance.randrange(256)])
                case 1:
                    del data[at : at + chance.randint(1, 20)]
                case 2:
                    start = chance.randrange(len(data) or 1)
                    data[at:at] = data[start : start + chance.randint(1, 40)]
                case 3:
                    data[at:at] = chance.choice(words)
                case _:
                    del data[at:]
        return bytes(data)

    return damage
