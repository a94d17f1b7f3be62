"""A message that tries to harm is refused, early and in little memory; a damaged one only says so."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import repeat

import pytest

from cdg62_connect.errors import HostileInput
from cdg62_connect.soap import (
    SOAP_NAMESPACE,
    Allowance,
    Fault,
    Flaw,
    Limits,
    Node,
    UnreadableMessage,
    read_message,
)

NS = "urn:essai"
OPENING = f'<S:Envelope xmlns:S="{SOAP_NAMESPACE}"><S:Body><r xmlns="{NS}">'.encode()
MANY = 100_000


def endless(piece: bytes, *, opening: bytes = OPENING) -> Iterator[bytes]:
    yield opening
    yield from repeat(piece)


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd">',
        "<!DOCTYPE r [<!ENTITY % p SYSTEM 'http://127.0.0.1:9/p'> %p;]>",
        "<!DOCTYPE r [" + '<!ENTITY a "aaaaaaaaaa">' + '<!ENTITY b "&a;&a;&a;&a;&a;&a;">' + "]>",
        "<!DOCTYPE r [<!ATTLIST r a CDATA 'x'>]>",
        "<!DOCTYPE r>",
    ],
)
def test_a_dtd_is_refused_whatever_it_holds(enveloped: Callable[..., bytes], prolog: str) -> None:
    with pytest.raises(HostileInput):
        read_message([enveloped(f'<r xmlns="{NS}">&x;</r>', prolog=prolog)], namespace=NS)


def test_elements_inside_one_another_without_end_are_refused() -> None:
    with pytest.raises(HostileInput):
        read_message(endless(b"<a>" * 1000), namespace=NS)


def test_elements_beside_one_another_without_end_are_refused() -> None:
    with pytest.raises(HostileInput):
        read_message(endless(b"<a/>" * 1000), namespace=NS)


@pytest.mark.parametrize("opening", [b"<!--", b"<?x ", b"<a b='", b"<a ", b"</r", b"<", b"&"])
def test_a_token_without_end_is_refused(opening: bytes) -> None:
    with pytest.raises((HostileInput, UnreadableMessage)):
        read_message(
            endless(b"x" * 4096, opening=OPENING + opening), namespace=NS, limits=Limits(total=2**40)
        )


def test_attributes_without_measure_are_refused(enveloped: Callable[..., bytes]) -> None:
    with pytest.raises(HostileInput):
        read_message([enveloped(f'<r xmlns="{NS}" a="{"x" * MANY}"/>')], namespace=NS)


@pytest.mark.parametrize("body", [f'<r xmlns="{"n" * MANY}"/>', f"<{'n' * MANY}/>"])
def test_a_name_without_measure_is_refused(enveloped: Callable[..., bytes], body: str) -> None:
    with pytest.raises(HostileInput):
        read_message([enveloped(body)], namespace=NS)


def test_a_text_without_end_is_refused() -> None:
    with pytest.raises(UnreadableMessage) as refused:
        read_message(endless(b"x" * 4096), namespace=NS, limits=Limits(total=2**40))
    assert refused.value.flaw is Flaw.TOO_BIG


def test_many_texts_each_small_are_refused_together() -> None:
    element = b"<a>" + b"x" * 4096 + b"</a>"
    with pytest.raises(UnreadableMessage) as refused:
        read_message(endless(element), namespace=NS, limits=Limits(total=2**40))
    assert refused.value.flaw is Flaw.TOO_BIG


@pytest.mark.parametrize("blank", [b" " * 4096, b"\n" * 4096])
def test_a_message_that_never_begins_is_refused(blank: bytes) -> None:
    with pytest.raises(UnreadableMessage) as refused:
        read_message(repeat(blank), namespace=NS)
    assert refused.value.flaw is Flaw.TOO_BIG


@pytest.mark.parametrize(
    "encoding", ["utf-7", "rot13", "zlib", "unicode_escape", "idna", "inconnu", "utf-32"]
)
def test_an_encoding_out_of_the_ordinary_is_refused(enveloped: Callable[..., bytes], encoding: str) -> None:
    prolog = f'<?xml version="1.0" encoding="{encoding}"?>'
    with pytest.raises(UnreadableMessage):
        read_message([enveloped(f'<r xmlns="{NS}"/>', prolog=prolog)], namespace=NS)


def test_an_undeclared_entity_is_never_asked_for(enveloped: Callable[..., bytes]) -> None:
    with pytest.raises(UnreadableMessage):
        read_message([enveloped(f'<r xmlns="{NS}">&passwd;</r>')], namespace=NS)


def test_thousands_of_damaged_messages_raise_nothing_else(
    enveloped: Callable[..., bytes], mutated: Callable[..., bytes]
) -> None:
    chance = random.Random(62)
    whole = enveloped(
        f'<r xmlns="{NS}" xmlns:m="urn:m"><doc m:contentType="application/pdf">JVBERi0xLjcK</doc>'
        "<a>é&lt;&#233;<![CDATA[x]]></a><!-- c --><?p i?></r>",
        prolog='<?xml version="1.0" encoding="UTF-8"?>',
        header="<S:Header/>",
    )

    class Checked:
        def __init__(self) -> None:
            self._allowance = Allowance(100)

        def write(self, text: str | bytes) -> None:
            self._allowance.spend(len(text))

        def close(self) -> None:
            pass

    words = [b"<", b"&", b"]]>", b"<!--", b"\x00", b'"', b"&#0;", b"<a>", b"</r>"]
    read = 0
    for _ in range(6000):
        message = mutated(whole, chance, words)
        at = chance.randrange(len(message) + 1)
        try:
            found = read_message(
                [message[:at], message[at:]],
                namespace=NS,
                divert=lambda path: Checked() if path == ("r", "doc") else None,
            )
        except (HostileInput, UnreadableMessage):
            continue
        assert isinstance(found, (Node, Fault))
        read += 1
    assert 0 < read < 6000
