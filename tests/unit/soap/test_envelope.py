"""Documents are streamed in the place of their tokens."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from cdg62_connect.soap import fill, new_token
from cdg62_connect.transport import Payload


def test_each_token_becomes_its_document(tmp_path: Path) -> None:
    path = tmp_path / "document.pdf"
    path.write_bytes(b"%PDF" * 700_000)
    first, second = new_token(), new_token()
    envelope = f"<e><b>{second}</b><a>{first}</a></e>".encode()
    filled = fill(envelope, {first: Payload.of(path), second: Payload.of(b"x")})
    sent = b"".join(filled.blocks())
    assert sent == b"<e><b>eA==</b><a>" + base64.b64encode(path.read_bytes()) + b"</a></e>"
    assert filled.length == len(sent)


def test_an_envelope_can_be_sent_again_from_its_start() -> None:
    token = new_token()
    filled = fill(f"<a>{token}</a>".encode(), {token: Payload.of(b"abc")})
    assert list(filled.blocks()) == list(filled.blocks())


def test_an_envelope_without_document_is_sent_as_it_is() -> None:
    assert b"".join(fill(b"<a/>", {}).blocks()) == b"<a/>"


@pytest.mark.parametrize("occurrences", [0, 2])
def test_a_token_that_does_not_occur_exactly_once_is_a_fault_of_the_code(occurrences: int) -> None:
    token = new_token()
    with pytest.raises(ValueError, match="exactly once"):
        fill(token.encode() * occurrences, {token: Payload.of(b"abc")})


def test_tokens_are_never_the_same() -> None:
    assert len({new_token() for _ in range(100)}) == 100
