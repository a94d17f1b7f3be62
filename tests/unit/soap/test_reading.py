"""A SOAP message is read by names, wherever things stand, and its documents go straight to their sinks."""

from __future__ import annotations

import base64
import random
import tracemalloc
from collections.abc import Callable, Iterable, Iterator

import pytest

from cdg62_connect.soap import (
    SOAP_NAMESPACE,
    Base64Decoder,
    Fault,
    Flaw,
    Limits,
    Node,
    UnreadableMessage,
    read_message,
)

NS = "urn:essai"


class Collected:
    """A sink that keeps everything."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.closed = False

    def write(self, text: str | bytes) -> None:
        self.pieces.append(text if isinstance(text, str) else text.decode("ascii"))

    def take(self, data: bytes) -> None:
        raise AssertionError("no attachment in a plain message")

    def close(self) -> None:
        self.closed = True


def node_of(message: Node | Fault) -> Node:
    assert isinstance(message, Node)
    return message


def test_names_texts_and_attributes_come_out_as_a_tree(enveloped: Callable[..., bytes]) -> None:
    message = enveloped(f'<r xmlns="{NS}"><a x="1"> é&amp;&#233; </a><b><c/>fin</b><a>2</a></r>')
    root = node_of(read_message([message], namespace=NS))
    assert (root.namespace, root.name) == (NS, "r")
    assert [child.name for child in root.children] == ["a", "b", "a"]
    first = root.first("a")
    assert first is not None
    assert (first.text, first.attribute("x"), root.text_of("a")) == (" é&é ", "1", "é&é")
    assert [child.text for child in root.all("a")] == [" é&é ", "2"]
    assert root.text_of("absent") == ""
    assert root.first("absent") is None


@pytest.mark.parametrize("prefix", ["S", "SOAP-ENV", "soapenv", "x"])
def test_prefixes_do_not_matter(enveloped: Callable[..., bytes], prefix: str) -> None:
    message = enveloped(f'<n0:r xmlns:n0="{NS}"><q:a xmlns:q="{NS}">1</q:a></n0:r>', prefix=prefix)
    assert node_of(read_message([message], namespace=NS)).text_of("a") == "1"


def test_an_element_of_another_namespace_is_kept_but_not_mistaken(enveloped: Callable[..., bytes]) -> None:
    message = enveloped(f'<r xmlns="{NS}"><a xmlns="urn:autre">faux</a><a>vrai</a></r>')
    root = node_of(read_message([message], namespace=NS))
    assert root.text_of("a") == "vrai"
    assert len(root.children) == 2


def test_a_header_blank_lines_and_comments_are_passed_over(enveloped: Callable[..., bytes]) -> None:
    message = enveloped(
        f'<!-- avant --><r xmlns="{NS}"><!-- dedans -->1</r><?suite rien?>',
        header="<S:Header><h/></S:Header>",
    )
    assert node_of(read_message([b" \r\n\n", b"\n" + message], namespace=NS)).text == "1"


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "windows-1252", "utf-16"])
def test_the_declared_encoding_is_followed_in_pieces_of_any_size(
    enveloped: Callable[..., bytes], encoding: str
) -> None:
    prolog = f'<?xml version="1.0" encoding="{encoding}"?>'
    message = enveloped(f'<r xmlns="{NS}">déjà présent</r>', prolog=prolog, encoding=encoding)
    for size in (1, 2, 7, len(message)):
        pieces = [message[at : at + size] for at in range(0, len(message), size)]
        assert node_of(read_message(pieces, namespace=NS)).text == "déjà présent"


def test_a_byte_order_mark_is_passed_over(enveloped: Callable[..., bytes]) -> None:
    message = b"\xef\xbb\xbf" + enveloped(f'<r xmlns="{NS}">1</r>')
    assert node_of(read_message([message], namespace=NS)).text == "1"


def test_the_text_of_an_element_goes_to_its_sink_and_not_into_the_tree(
    enveloped: Callable[..., bytes],
) -> None:
    asked: list[tuple[str, ...]] = []
    sink = Collected()

    def divert(path: tuple[str, ...]) -> Collected | None:
        asked.append(path)
        return sink if path == ("r", "g", "doc") else None

    message = enveloped(
        f'<r xmlns="{NS}"><doc>a</doc><g><doc type="pdf">QUJD<![CDATA[REVG]]></doc></g>'
        '<x xmlns="urn:autre"><doc/></x></r>',
        header=f'<S:Header><r xmlns="{NS}"/></S:Header>',
    )
    root = node_of(read_message([message], namespace=NS, divert=divert))
    assert asked == [("r",), ("r", "doc"), ("r", "g"), ("r", "g", "doc")]
    group = root.first("g")
    assert group is not None
    document = group.first("doc")
    assert document is not None
    assert document.sink is sink
    assert (document.text, document.attribute("type")) == ("", "pdf")
    assert ("".join(sink.pieces), sink.closed) == ("QUJDREVG", True)


def test_a_nil_element_is_not_offered_to_a_sink(enveloped: Callable[..., bytes]) -> None:
    xsi = "http://www.w3.org/2001/XMLSchema-instance"
    message = enveloped(f'<r xmlns="{NS}"><doc xmlns:i="{xsi}" i:nil="true"/></r>')
    root = node_of(
        read_message([message], namespace=NS, divert=lambda path: Collected() if len(path) > 1 else None)
    )
    assert root.children[0].sink is None


def test_an_element_inside_a_document_is_refused(enveloped: Callable[..., bytes]) -> None:
    message = enveloped(f'<r xmlns="{NS}"><doc>QUJD<Include/></doc></r>')
    with pytest.raises(UnreadableMessage) as refused:
        read_message([message], namespace=NS, divert=lambda path: Collected() if len(path) > 1 else None)
    assert refused.value.flaw is Flaw.NOT_SOAP


@pytest.mark.parametrize(
    "name",
    ["faultcode>S:Server</faultcode><faultstring", 'faultcode xmlns="">S:Server</faultcode><faultstring'],
)
def test_a_fault_is_told_apart(enveloped: Callable[..., bytes], name: str) -> None:
    end = "faultstring"
    message = enveloped(f"<S:Fault><{name}>Échec : « x »</{end}><detail><d>trace</d></detail></S:Fault>")
    assert read_message([message], namespace=NS) == Fault(code="S:Server", text="Échec : « x »")


def test_an_element_merely_called_fault_is_an_answer(enveloped: Callable[..., bytes]) -> None:
    assert node_of(read_message([enveloped(f'<Fault xmlns="{NS}"/>')], namespace=NS)).name == "Fault"


@pytest.mark.parametrize(
    ("message", "flaw"),
    [
        (b"", Flaw.EMPTY),
        (b" \r\n\t", Flaw.EMPTY),
        (b"<!DOCTYPE html><title>Maintenance</title>", Flaw.HTML),
        (b"\n<HTML><body>", Flaw.HTML),
        (b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x" "y"><html/>', Flaw.HTML),
        (b'<?xml version="1.0"?><!-- x --><html xmlns="http://www.w3.org/1999/xhtml">', Flaw.HTML),
        (b"Bad gateway", Flaw.MALFORMED),
        (b'{"error": "no"}', Flaw.MALFORMED),
        (b"<a><b></a>", Flaw.NOT_SOAP),
        (b"<rss/>", Flaw.NOT_SOAP),
        (
            b'<Envelope xmlns="http://www.w3.org/2003/05/soap-envelope"><Body><a/></Body></Envelope>',
            Flaw.NOT_SOAP,
        ),
        (f'<Envelope xmlns="{SOAP_NAMESPACE}"/>'.encode(), Flaw.NOT_SOAP),
        (f'<Envelope xmlns="{SOAP_NAMESPACE}"><Body/></Envelope>'.encode(), Flaw.NOT_SOAP),
        (f'<Envelope xmlns="{SOAP_NAMESPACE}"><Body><a/><a/></Body></Envelope>'.encode(), Flaw.NOT_SOAP),
        (f'<Envelope xmlns="{SOAP_NAMESPACE}"><Body><a/></Body><Body/></Envelope>'.encode(), Flaw.NOT_SOAP),
        (f'<Envelope xmlns="{SOAP_NAMESPACE}"><Body><a/></Body></Envelope>rest'.encode(), Flaw.MALFORMED),
        (
            f'<Envelope xmlns="{SOAP_NAMESPACE}"><Body>\xe9\xff</Body></Envelope>'.encode("latin-1"),
            Flaw.MALFORMED,
        ),
        (
            f'<Envelope xmlns="{SOAP_NAMESPACE}"><Body><a>&nbsp;</a></Body></Envelope>'.encode(),
            Flaw.MALFORMED,
        ),
        (f'<Envelope xmlns="{SOAP_NAMESPACE}"><Body><p:a/></Body></Envelope>'.encode(), Flaw.MALFORMED),
    ],
)
def test_what_is_not_a_soap_message_says_what_it_is(message: bytes, flaw: Flaw) -> None:
    with pytest.raises(UnreadableMessage) as refused:
        read_message([message], namespace=NS)
    assert refused.value.flaw is flaw


def test_a_message_cut_at_any_byte_is_seen_as_cut(enveloped: Callable[..., bytes]) -> None:
    prolog = '<?xml version="1.0" encoding="UTF-8"?>'
    message = enveloped(f'<r xmlns="{NS}"><a b="é">é&amp;<![CDATA[x]]></a></r>', prolog=prolog)
    assert isinstance(read_message([message], namespace=NS), Node)
    for length in range(1, len(message)):
        with pytest.raises(UnreadableMessage) as refused:
            read_message([message[:length]], namespace=NS)
        assert refused.value.flaw is Flaw.TRUNCATED, message[:length]


def test_a_large_document_passes_without_staying_in_memory(enveloped: Callable[..., bytes]) -> None:
    block = base64.encodebytes(bytes(range(256)) * 768)
    head, _, tail = enveloped(f'<r xmlns="{NS}"><doc>*</doc></r>').partition(b"*")
    rounds = 150

    class Counted:
        size = 0

        def __init__(self) -> None:
            self._decoder = Base64Decoder()

        def write(self, text: str | bytes) -> None:
            self.size += len(self._decoder.feed(text))

        def close(self) -> None:
            self._decoder.finish()

    sink = Counted()

    def blocks() -> Iterator[bytes]:
        yield head
        for _ in range(rounds):
            yield block
        yield tail

    tracemalloc.start()
    try:
        limits = Limits(total=64 * 1024 * 1024)
        read_message(blocks(), namespace=NS, divert=lambda p: sink if len(p) > 1 else None, limits=limits)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sink.size == rounds * 256 * 768
    assert peak < 4 * 1024 * 1024


@pytest.mark.parametrize(
    "trap",
    [
        "",
        "<!-- commentaire -->",
        "<!-- > -->",
        "<?suite ?>",
        "<![CDATA[QUJD]]>",
        "<![CDATA[",
        "]]>",
        "&#81;",
        "&amp;",
        "\r\n",
        "é",
        "<a/>",
        "</doc>",
    ],
)
def test_a_large_document_gives_the_same_text_wherever_its_blocks_are_cut(
    enveloped: Callable[..., bytes], trap: str
) -> None:
    """Blocks without markup take a short way, which must never change what is read."""
    chance = random.Random(trap)
    for _ in range(12):
        lines = base64.encodebytes(chance.randbytes(300_000)).decode()
        at, end = sorted(chance.sample(range(len(lines)), 2))
        text = lines[:at] + trap + lines[at:end] + ("]]>" if trap == "<![CDATA[" else "") + lines[end:]
        message = enveloped(f'<r xmlns="{NS}"><doc>{text}</doc></r>')
        # one cut falls within the trap or just beside it
        within = message.index(trap.encode() or b"<doc>") + chance.randint(0, len(trap.encode()))
        places = [within, within + chance.randint(65_536, 90_000), chance.randrange(len(message))]
        results = [
            collected([message]),
            collected(cut(message, places)),
            collected(cut(message, list(range(within % 70_000, len(message), 70_000)))),
        ]
        assert results[1:] == results[:1] * 2


def test_a_text_whose_bytes_only_look_like_ascii_is_not_taken_for_it(enveloped: Callable[..., bytes]) -> None:
    text = "\u4141" * 100_000  # "AA" for whoever reads UTF-16 byte by byte
    message = enveloped(f'<r xmlns="{NS}"><doc>{text}</doc></r>').decode().encode("utf-16")
    assert collected(cut(message, list(range(0, len(message), 66_000)))) == text


def collected(blocks: Iterable[bytes]) -> str:
    """The text that reaches the sink with its line ends as XML gives them, or why there is none."""
    sink = Collected()
    try:
        read_message(blocks, namespace=NS, divert=lambda path: sink if len(path) > 1 else None)
    except UnreadableMessage as problem:
        return problem.flaw.name
    return "".join(sink.pieces).replace("\r\n", "\n")


def cut(message: bytes, places: list[int]) -> Iterator[bytes]:
    start = 0
    for place in sorted(places):
        yield message[start:place]
        start = max(start, place)
    yield message[start:]
