"""Damage done to a valid input, the same for the same seed: to its bytes, and to its structure."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

_TOKENS = {
    "xml": re.compile(rb"<!--.*?-->|<[^>]*>|[^<]+", re.DOTALL),
    "json": re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}:,]|[^\s\[\]{}:,"]+'),
    "toml": re.compile(rb"[^\n]*\n"),
    "pdf": re.compile(rb"<<|>>|/[^\s/<>\[\]()]*|[0-9]+|[^\s]+|\s+"),
    "text": re.compile(rb"[^\n]*\n|[^\n]+"),
    "word": re.compile(rb"[A-Za-z]+|[0-9]+|[^A-Za-z0-9]"),
    "binary": re.compile(rb".{1,8}", re.DOTALL),
}
_WORDS = {
    "xml": (b"<", b">", b"&", b"&#0;", b"&x;", b"]]>", b"<![CDATA[", b"<!DOCTYPE a>", b"<?x?>", b"</", b"xmlns=''",
            b"\xe9", b"\xff\xfe", b"<a>", b"--uuid:62", b"\r\n\r\n", b"cid:", b"=", b"QQ=="),
    "json": (b"NaN", b"-Infinity", b"1e999", b"9" * 400, b"null", b"true", b"[]", b"{}", b'"\\ud800"', b'"\\u0000"',
             b"-1", b"0.5", b'""', b"[[[[", b",,", b'"id"'),
    "toml": (b"[", b"]]", b"=", b'"""', b"'", b"1979-05-27T07:32:00Z", b"nan", b"inf", b"9" * 400, b"{ }", b"true",
             b"\x00", b"\xe9", b"\\uD800", b"#"),
    "pdf": (b"<<", b">>", b"[", b"/Encrypt", b"/Prev", b"/Size", b"99999999999", b"-1", b"null", b"obj", b"stream",
            b"1 0 R", b"%%EOF", b"startxref", b"(", b"/XRef", b"/W", b"/Index", b"/Kids"),
    "text": (b"OK", b"KO", b"\n", b"\r\n", b"<html>", b"-1", b"9" * 40, b"\xe9", b"<a>", b"</a>", b"\xef\xbb\xbf"),
    "word": (b"\x00", b"\xe2\x80\xae", b"\xd9\xa3", b"\xff", b"-", b" ", b"\n", b"9" * 5000, b"\xc3\x85", b"_", b".."),
    "binary": (b"\x00", b"\xff", b"\x30\x80", b"\x04\x84\xff\xff\xff\xff", b"-----END", b"\n"),
}  # fmt: skip
_BYTES = (
    b"\x00",
    b"\x7f",
    b"\x80",
    b"\xff",
    b"\xc0\xaf",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\n",
    b" ",
    b'"',
)


def mutations(valid: tuple[bytes, ...], language: str, *, seed: str, count: int) -> Iterator[bytes]:
    """``count`` inputs, each one a valid input with one to four damages."""
    chance = random.Random(seed)
    cut = [_TOKENS[language].findall(whole) for whole in valid]
    words = _WORDS[language]
    for _ in range(count):
        which = chance.randrange(len(valid))
        if chance.random() < 0.5 and len(cut[which]) > 1:
            data = _restructured(cut[which], chance, words)
        else:
            data = _scratched(valid[which], chance, words)
        yield data


def _scratched(data: bytes, chance: random.Random, words: tuple[bytes, ...]) -> bytes:
    """Bytes flipped, replaced, inserted, deleted, repeated, or the end missing."""
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.choice((0, 1, 1, 2, 8, 40)))
        match chance.randrange(7):
            case 0:
                data = data[:at] + chance.choice(words) + data[at:]
            case 1:
                data = data[:at] + chance.choice(words) + data[end:]
            case 2:
                data = data[:at] + chance.choice(_BYTES) + data[end:]
            case 3:
                data = data[:at] + data[end:]
            case 4:
                data = data[:at] + data[at:end] * chance.choice((2, 3, 50)) + data[end:]
            case 5:
                data = data[:at]
            case _:
                flipped = bytes([data[at] ^ (1 << chance.randrange(8))]) if at < len(data) else b"\x01"
                data = data[:at] + flipped + data[at + 1 :]
    return data


def _restructured(tokens: list[bytes], chance: random.Random, words: tuple[bytes, ...]) -> bytes:
    """Whole tokens moved, repeated, dropped, exchanged, or replaced by another or by a word."""
    made = list(tokens)
    for _ in range(chance.choice((1, 1, 2, 3))):
        at, other = chance.randrange(len(made)), chance.randrange(len(made))
        match chance.randrange(6):
            case 0:
                made[at], made[other] = made[other], made[at]
            case 1:
                made.insert(at, made[other])
            case 2:
                made[at] = chance.choice(words)
            case 3:
                made[at] = made[other]
            case 4:
                made[at : at + chance.choice((1, 2, 5))] = [b""]
            case _:
                made[at:at] = made[min(at, other) : max(at, other)][:40] * chance.choice((1, 2, 8))
    return b"".join(made)
