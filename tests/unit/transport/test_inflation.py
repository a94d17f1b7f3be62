"""What comes compressed is given out plain, in bounded pieces, and only when it is whole."""

from __future__ import annotations

import gzip
import random
import zlib

import pytest

from cdg62_connect.transport.inflation import Damaged, inflated

CHANCE = random.Random(62)
TEXTS = (b"", b"a", b"bonjour" * 3, CHANCE.randbytes(70_000), bytes(300_000), b"QUJD" * 60_000)


def bare(data: bytes) -> bytes:
    engine = zlib.compressobj(wbits=-15)
    return engine.compress(data) + engine.flush()


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize("compress", [gzip.compress, zlib.compress, bare])
@pytest.mark.parametrize("text", TEXTS, ids=len)
@pytest.mark.parametrize("cut", [1, 7, 4096, 10**9])
@pytest.mark.parametrize("size", [1000, 65_536])
def test_the_text_comes_back_wherever_its_bytes_are_cut(compress, text, cut, size):
    data = compress(text)
    found = list(inflated(pieces(data, cut if cut > 1 or len(data) < 5000 else 61), size))
    assert b"".join(found) == text
    assert all(0 < len(piece) <= size for piece in found)


@pytest.mark.parametrize("compress", [gzip.compress, zlib.compress, bare])
def test_a_text_cut_anywhere_is_refused(compress):
    data = compress(b"bonjour" * 100)
    for length in range(1, len(data)):
        with pytest.raises(Damaged):
            list(inflated([data[:length]], 100))


@pytest.mark.parametrize("cut", [1, 5, 10**9])
def test_several_members_follow_one_another_and_padding_says_nothing(cut):
    data = gzip.compress(b"un") + gzip.compress(b"deux")
    assert b"".join(inflated(pieces(data, cut), 100)) == b"undeux"
    assert b"".join(inflated(pieces(data + bytes(50), cut), 100)) == b"undeux"
    with pytest.raises(Damaged):
        list(inflated(pieces(data[:-9], cut), 100))


def test_no_byte_at_all_is_an_empty_text():
    assert list(inflated([], 100)) == []


@pytest.mark.parametrize("data", [b"hello", b"\x1f\x8bxxxxxxxxxxxx", b"\x78\x9cxxxxx", b"x", b"\xff" * 50])
def test_what_is_not_compressed_is_refused(data):
    with pytest.raises(Damaged):
        list(inflated([data], 100))


def test_what_inflates_without_measure_is_given_out_piece_by_piece():
    bomb = gzip.compress(bytes(20_000_000), 9)
    source = inflated([bomb], 1000)
    assert next(source) == bytes(1000)
    source.close()
