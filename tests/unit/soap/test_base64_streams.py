"""Documents become base64 text and come back, whatever the cuts on the way."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdg62_connect.soap import (
    Allowance,
    Base64Decoder,
    DecodedFile,
    Flaw,
    UnreadableMessage,
    encoded_blocks,
    encoded_length,
)
from cdg62_connect.transport import Payload


def cut(text: bytes, places: list[int]) -> Iterator[bytes]:
    start = 0
    for place in sorted(places):
        yield text[start:place]
        start = max(start, place)
    yield text[start:]


def decoded(pieces: Iterable[str | bytes]) -> bytes:
    decoder = Base64Decoder()
    data = b"".join(decoder.feed(piece) for piece in pieces)
    decoder.finish()
    return data


@given(st.integers(0, 10**12))
def test_the_length_is_known_before_the_first_byte(size: int) -> None:
    assert encoded_length(size) == -(-size // 3) * 4


@pytest.mark.parametrize("size", [0, 1, 2, 3, 768 * 1024 - 1, 768 * 1024, 768 * 1024 + 1, 2 * 768 * 1024 + 2])
def test_a_document_encoded_by_blocks_is_the_document_encoded_at_once(size: int, tmp_path: Path) -> None:
    content = (bytes(range(256)) * (size // 256 + 1))[:size]
    path = tmp_path / "document"
    path.write_bytes(content)
    text = b"".join(encoded_blocks(Payload.of(path)))
    assert text == base64.b64encode(content)
    assert len(text) == encoded_length(size)


@given(st.binary(max_size=400), st.lists(st.integers(0, 700), max_size=6), st.integers(1, 90))
def test_a_document_survives_any_cut_and_any_line_length(
    content: bytes, places: list[int], width: int
) -> None:
    text = base64.b64encode(content)
    lines = b"\r\n".join(text[at : at + width] for at in range(0, len(text), width))
    assert decoded(cut(lines, places)) == content


@given(st.binary(min_size=1, max_size=60), st.integers(0, 79), st.characters(exclude_characters=" \t\r\n"))
def test_a_foreign_character_is_never_taken_for_the_document(content: bytes, place: int, char: str) -> None:
    text = base64.b64encode(content).decode()
    spoilt = text[: place % len(text)] + char + text[place % len(text) :]
    found = None
    with suppress(UnreadableMessage):
        found = decoded([spoilt])
    if found is not None:  # the character is one of the alphabet and completes a group
        assert found == base64.b64decode(spoilt, validate=True)


@pytest.mark.parametrize(
    "text",
    ["QUJ", "QUJD=", "QQ==QUJD", "QQ=QUJD", "=", "====", "QUJD*UJD", "QUJDé", "QQ==\nQQ==", "QUJD\x00"],
)
def test_a_damaged_text_is_refused(text: str) -> None:
    with pytest.raises(UnreadableMessage) as refused:
        decoded([text])
    assert refused.value.flaw is Flaw.BAD_BASE64


def test_text_after_the_padding_is_refused_also_in_a_later_piece() -> None:
    decoder = Base64Decoder()
    assert decoder.feed("QQ==") == b"A"
    assert decoder.feed(" \n") == b""
    with pytest.raises(UnreadableMessage):
        decoder.feed("QUJD")


def test_a_file_receives_the_document_with_its_size_and_digest(tmp_path: Path) -> None:
    content = b"%PDF-1.7 " * 1000
    path = tmp_path / "document"
    file = DecodedFile(path.open("wb"), allowance=Allowance(len(content)))
    for piece in cut(base64.b64encode(content), [1, 2, 4001, 4002]):
        file.write(piece.decode())
    file.close()
    assert path.read_bytes() == content
    assert (file.size, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_the_documents_of_a_message_share_one_allowance(tmp_path: Path) -> None:
    allowance = Allowance(5)
    with (tmp_path / "a").open("wb") as first, (tmp_path / "b").open("wb") as second:
        DecodedFile(first, allowance=allowance).write("QUJD")
        with pytest.raises(UnreadableMessage) as refused:
            DecodedFile(second, allowance=allowance).write("QUJD")
    assert refused.value.flaw is Flaw.TOO_BIG
