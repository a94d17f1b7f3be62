"""A package (MTOM) is read as a plain message is: its attachments reach the sinks of their documents."""

from __future__ import annotations

import base64
import random
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from itertools import repeat

import pytest

from cdg62_connect.errors import HostileInput
from cdg62_connect.soap import SOAP_NAMESPACE, Fault, Flaw, Limits, Node, UnreadableMessage, read_package

NS = "urn:essai"
BOUNDARY = "uuid:0f7c3c1e"
HEADER = f'multipart/related; start="<racine@x>"; type="application/xop+xml"; boundary="{BOUNDARY}"'
ROOT = ("<racine@x>", 'application/xop+xml;charset=utf-8;type="text/xml"')


class Kept:
    """A sink that keeps everything."""

    def __init__(self) -> None:
        self.text = ""
        self.data = b""
        self.closed = 0

    def write(self, text: str | bytes) -> None:
        self.text += text if isinstance(text, str) else text.decode("ascii")

    def take(self, data: bytes) -> None:
        self.data += data

    def close(self) -> None:
        self.closed += 1


class Documents:
    """The sinks of the elements called ``doc``, in their order."""

    def __init__(self) -> None:
        self.sinks: list[Kept] = []

    def divert(self, path: tuple[str, ...]) -> Kept | None:
        if path[-1] != "doc":
            return None
        self.sinks.append(Kept())
        return self.sinks[-1]

    @property
    def contents(self) -> list[bytes]:
        assert all(sink.closed == 1 for sink in self.sinks)
        return [sink.data or base64.b64decode(sink.text) for sink in self.sinks]


def include(href: str) -> str:
    return f'<i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="{href}"/>'


def envelope(*documents: str) -> bytes:
    inside = "".join(f"<doc>{document}</doc>" for document in documents)
    return (
        f'<S:Envelope xmlns:S="{SOAP_NAMESPACE}"><S:Body><r xmlns="{NS}">{inside}</r></S:Body></S:Envelope>'
    ).encode()


def piece(content: bytes, name: str = "", *headers: str, end: bytes = b"\r\n") -> bytes:
    named = [f"Content-Id: {name}"] if name else []
    return end.join([*(line.encode() for line in (*named, *headers)), b"", content])


def packed(*pieces: bytes, end: bytes = b"\r\n", boundary: str = BOUNDARY, preamble: bytes = b"") -> bytes:
    mark = b"--" + boundary.encode()
    parts = b"".join(mark + end + one + end for one in pieces)
    return preamble + parts + mark + b"--" + end


def read(
    message: bytes | Iterable[bytes], *, header: str = HEADER, limits: Limits | None = None
) -> list[bytes]:
    """The contents of the documents of a package."""
    documents = Documents()
    blocks = [message] if isinstance(message, bytes) else message
    found = read_package(blocks, content_type=header, namespace=NS, divert=documents.divert, limits=limits)
    assert isinstance(found, Node)
    assert found.name == "r"
    return documents.contents


def flaw_of(message: bytes | Iterable[bytes], **how: object) -> Flaw:
    with pytest.raises(UnreadableMessage) as refused:
        read(message, **how)  # type: ignore[arg-type]
    return refused.value.flaw


def root(*documents: str, end: bytes = b"\r\n") -> bytes:
    return piece(envelope(*documents), ROOT[0], f"Content-Type: {ROOT[1]}", end=end)


def cut(message: bytes, size: int) -> Iterator[bytes]:
    return (message[at : at + size] for at in range(0, len(message), size))


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 10**6])
def test_attachments_and_inline_documents_are_read_in_one_message(end: bytes, size: int) -> None:
    first, second = b"%PDF\r\n--uuid\n\x00\xff\r\n\r\n", b"\n\r\n--" + BOUNDARY.encode() + b"x\r\n-"
    message = packed(
        root(include("cid:un@x"), base64.b64encode(b"inline").decode(), include("cid:deux@x"), end=end),
        piece(second, "<deux@x>", "Content-Transfer-Encoding: binary", end=end),
        piece(first, "<un@x>", end=end),
        end=end,
    )
    assert read(cut(message, size)) == [first, b"inline", second]


def test_a_package_without_attachment_is_a_message() -> None:
    assert read(packed(root("QUJD"))) == [b"ABC"]
    assert read(packed(root())) == []


@pytest.mark.parametrize(
    "header",
    [
        f"multipart/related; boundary={BOUNDARY}",
        f"Multipart/Related;boundary={BOUNDARY};type=application/xop+xml",
        f'multipart/related; BOUNDARY="{BOUNDARY}"; start="racine@x"',
        f"multipart/related; start=<racine@x>; boundary={BOUNDARY}",
        f'multipart/related; start-info="text/xml"; boundary="{BOUNDARY}"; type="text/xml"',
    ],
)
def test_the_header_may_be_written_in_several_ways(header: str) -> None:
    assert read(packed(root(include("cid:a")), piece(b"A", "<a>")), header=header) == [b"A"]


def test_the_part_named_by_start_is_the_envelope_wherever_it_is() -> None:
    message = packed(piece(b"leurre", "<a>"), root(include("cid:b")), piece(b"B", "<b>"))
    assert read(message) == [b"B"]


def test_an_attachment_before_the_envelope_is_not_found() -> None:
    assert flaw_of(packed(piece(b"A", "<a>"), root(include("cid:a")))) is Flaw.MISSING_PART


@pytest.mark.parametrize(
    ("href", "name"),
    [
        ("cid:a@x", "<a@x>"),
        ("CID:a@x", "a@x"),
        ("cid:a%40x%2Fb", "<a@x/b>"),
        ("cid:a%40x", "<a%40x>"),
        ("cid:a%2540x", "<a%40x>"),
        ("cid:http%3A%2F%2Fx%2F%C3%A9", "<http://x/%C3%A9>"),
        (" cid:a&amp;b ", " < a&b > "),
    ],
)
def test_a_reference_finds_its_attachment_however_it_is_written(href: str, name: str) -> None:
    assert read(packed(root(include(href)), piece(b"A", name))) == [b"A"]


def test_one_attachment_may_stand_for_two_documents() -> None:
    assert read(packed(root(include("cid:a"), include("cid:a")), piece(b"A", "<a>"))) == [b"A", b"A"]


def test_what_nothing_asks_for_is_passed_over() -> None:
    message = packed(
        root(include("cid:a")),
        piece(b"rien"),
        piece(b"B", "<b>"),
        piece(b"A", "<a>"),
        preamble=b"Bonjour\r\n",
    )
    assert read(message + b"fin de page") == [b"A"]


@pytest.mark.parametrize("headers", [(), ("Content-Type: application/pdf",)])
def test_an_attachment_may_be_empty(headers: tuple[str, ...]) -> None:
    message = packed(root(include("cid:a")), piece(b"", "<a>", *headers))
    assert read(message) == [b""]
    # the end of the blank line may be that of the delimiter too
    assert read(message.replace(b"\r\n\r\n\r\n--", b"\r\n\r\n--")) == [b""]


def test_the_transfer_encoding_of_a_part_is_undone() -> None:
    coded = base64.encodebytes(bytes(range(256)))
    message = packed(
        piece(base64.encodebytes(envelope(include("cid:a"))), ROOT[0], "content-transfer-encoding: Base64"),
        piece(coded, "<a>", "Content-Transfer-Encoding:", " base64"),
    )
    assert read(message) == [bytes(range(256))]
    assert read(packed(root(include("cid:a")), piece(b"\xff", "<a>", "Content-Transfer-Encoding: 8bit"))) == [
        b"\xff"
    ]
    damaged = packed(root(include("cid:a")), piece(b"QUI*", "<a>", "Content-Transfer-Encoding: base64"))
    assert flaw_of(damaged) is Flaw.BAD_BASE64
    quoted = packed(root(include("cid:a")), piece(b"A", "<a>", "Content-Transfer-Encoding: quoted-printable"))
    assert flaw_of(quoted) is Flaw.MALFORMED


def test_a_delimiter_may_be_followed_by_blanks_but_by_nothing_else() -> None:
    mark = f"--{BOUNDARY}".encode()
    content = b"x\r\n" + mark + b"0\r\n" + mark + b" y\r\n" + mark + b"-\r\nz" + mark + b"--"
    message = packed(root(include("cid:a")), piece(content, "<a>"))
    assert read(message.replace(mark + b"\r\n", mark + b" \t\r\n")) == [content]


def test_a_fault_is_told_apart() -> None:
    body = f'<S:Envelope xmlns:S="{SOAP_NAMESPACE}"><S:Body><S:Fault><faultcode>S:Server</faultcode>'
    fault = body + "<faultstring>Non</faultstring></S:Fault></S:Body></S:Envelope>"
    message = packed(piece(fault.encode(), "<racine@x>"))
    assert read_package([message], content_type=HEADER, namespace=NS) == Fault("S:Server", "Non")


@pytest.mark.parametrize(
    ("message", "flaw"),
    [
        (b"", Flaw.EMPTY),
        (b"\r\n", Flaw.TRUNCATED),
        (b"Bad gateway", Flaw.MALFORMED),
        (envelope(), Flaw.MALFORMED),
        (packed(root(), boundary="autre"), Flaw.MALFORMED),
        (packed(piece(envelope(), "<autre>")), Flaw.MALFORMED),
        (packed(), Flaw.MALFORMED),
        (packed(piece(b"", ROOT[0])), Flaw.MALFORMED),
        (packed(piece(envelope()[:-20], ROOT[0])), Flaw.MALFORMED),
        (packed(piece(b"<!doctype html><html>", ROOT[0])), Flaw.HTML),
        (packed(b"sans deux-points\r\n\r\n" + envelope()), Flaw.MALFORMED),
        (packed(root(include("cid:a")), piece(b"B", "<b>")), Flaw.MISSING_PART),
        (packed(root(include("cid:racine@x"))), Flaw.MISSING_PART),
        (packed(root(include("cid:a")), piece(b"A", "<a>"), piece(b"A", "<a>")), Flaw.MALFORMED),
        (packed(root(), root()), Flaw.MALFORMED),
        (packed(root(include("http://127.0.0.1:9/a")), piece(b"A", "<a>")), Flaw.NOT_SOAP),
        (packed(root(include("cid:")), piece(b"A", "<a>")), Flaw.NOT_SOAP),
        (packed(root(include("file:///etc/passwd"))), Flaw.NOT_SOAP),
        (packed(root(include("cid:a") * 2), piece(b"A", "<a>")), Flaw.NOT_SOAP),
        (packed(root("QUJD" + include("cid:a")), piece(b"A", "<a>")), Flaw.NOT_SOAP),
        (packed(root(include("cid:a") + "QUJD"), piece(b"A", "<a>")), Flaw.NOT_SOAP),
        (packed(root("<autre/>")), Flaw.NOT_SOAP),
        (packed(root('<Include href="cid:a"/>'), piece(b"A", "<a>")), Flaw.NOT_SOAP),
    ],
)
def test_what_is_not_a_whole_package_says_what_it_is(message: bytes, flaw: Flaw) -> None:
    assert flaw_of(message) is flaw


def test_an_attachment_is_bytes_even_when_it_refers_to_another() -> None:
    loop = include("cid:b").encode(), include("cid:a").encode()
    message = packed(root(include("cid:a"), include("cid:b")), piece(loop[0], "<a>"), piece(loop[1], "<b>"))
    assert read(message) == list(loop)
    nested = packed(piece(envelope(), "<racine@x>"), boundary="autre")
    message = packed(
        root(include("cid:a")), piece(nested, "<a>", 'Content-Type: multipart/related; boundary="autre"')
    )
    assert read(message) == [nested]


@pytest.mark.parametrize(
    "header",
    [
        "multipart/related",
        'multipart/related; boundary=""',
        'multipart/related; boundary="   "',
        "multipart/related; boundary=" + "b" * 201,
        "multipart/related; boundary=é",
        "multipart/related; boundary*=utf-8''x",
        "multipart/related; boundary*0*=utf-8''x; start*=x",
        'multipart/related; boundary="a\x00b"',
    ],
)
def test_a_header_that_does_not_say_what_separates_the_parts_is_refused(header: str) -> None:
    with pytest.raises(UnreadableMessage):
        read(packed(root()), header=header)


def test_a_package_cut_at_any_byte_is_seen_as_cut() -> None:
    message = packed(root(include("cid:a")), piece(b"%PDF \r\n\r\n", "<a>"), preamble=b"\r\n").rstrip()
    assert read(message) == [b"%PDF \r\n\r\n"]
    for length in range(1, len(message)):
        assert flaw_of(message[:length]) is Flaw.TRUNCATED, message[:length]
        assert flaw_of(cut(message[:length], 1)) is Flaw.TRUNCATED


OPENED = b"--" + BOUNDARY.encode() + b"\r\n"


@pytest.mark.parametrize(
    ("opening", "again"),
    [
        (b"", b"x"),
        (b"", b"\r\n"),
        (b"", b"--" + BOUNDARY.encode() + b" "),
        (OPENED, b"X: "),
        (OPENED, b"X: y\r\n"),
        (OPENED, b" "),
        (OPENED + root() + b"\r\n" + OPENED, b"X: y\r\n Z"),
        (b"", packed(piece(b""))[: -len(BOUNDARY) - 6]),
        (OPENED + root(), b"\r\n--" + BOUNDARY.encode() + b"\r\n\r\n"),
        (OPENED + root(), b"\r\n--" + BOUNDARY.encode() + b"\r\nContent-Id: <a>\r\n\r\n"),
        (OPENED + root(), b"\r\n--" + BOUNDARY.encode() + b"!"),
        (packed(root()), b"x" * 1000),
    ],
)
def test_what_has_no_end_is_refused_in_little_memory(opening: bytes, again: bytes) -> None:
    def endless() -> Iterator[bytes]:
        yield opening
        yield from repeat(again * (4096 // len(again) + 1))

    tracemalloc.start()
    try:
        with pytest.raises((UnreadableMessage, HostileInput)):
            read(endless(), limits=Limits(total=8 * 1024 * 1024))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3 * 1024 * 1024


def test_the_limit_counts_all_the_parts_together() -> None:
    message = packed(
        root(include("cid:a"), include("cid:b")), piece(b"x" * 5000, "<a>"), piece(b"x" * 5000, "<b>")
    )
    assert flaw_of(message, limits=Limits(total=len(message) - 1)) is Flaw.TOO_BIG
    assert len(read(message, limits=Limits(total=len(message)))) == 2
    with pytest.raises(HostileInput):
        read(message, limits=Limits(parts=2))


def test_a_dtd_in_the_envelope_is_refused() -> None:
    with pytest.raises(HostileInput):
        read(packed(piece(b'<!DOCTYPE r [<!ENTITY x "y">]>' + envelope(), ROOT[0])))


def test_a_large_attachment_passes_without_staying_in_memory() -> None:
    block, rounds = bytes(range(256)) * 1024, 200

    class Counted(Kept):
        size = 0

        def take(self, data: bytes) -> None:
            self.size += len(data)

    sink = Counted()
    head, _, tail = packed(root(include("cid:a")), piece(b"*" * 9, "<a>")).partition(b"*" * 9)

    def blocks() -> Iterator[bytes]:
        yield head
        yield from repeat(block, rounds)
        yield tail

    def divert(path: tuple[str, ...]) -> Counted | None:
        return sink if len(path) > 1 else None

    tracemalloc.start()
    try:
        limits = Limits(total=64 * 1024 * 1024)
        read_package(blocks(), content_type=HEADER, namespace=NS, divert=divert, limits=limits)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sink.size == rounds * len(block)
    assert peak < 3 * 1024 * 1024


def test_any_content_comes_back_wherever_the_blocks_are_cut() -> None:
    chance = random.Random(62)
    traps = [
        b"\r",
        b"\n",
        b"\r\n",
        b"--",
        b"-",
        BOUNDARY.encode(),
        b"\r\n--" + BOUNDARY.encode(),
        b"x",
        b" ",
        b"\x00",
    ]
    mark = b"\n--" + BOUNDARY.encode()
    for _ in range(600):
        contents = [b"".join(chance.choices(traps, k=chance.randrange(12))) for _ in range(3)]
        end = chance.choice([b"\r\n", b"\n"])
        contents = [(b"\n" + content).replace(mark, b"\n+")[1:] for content in contents]
        names = ["cid:a", "cid:b", "cid:c"]
        pieces = [
            piece(content, f"<{name[4:]}>", end=end) for name, content in zip(names, contents, strict=True)
        ]
        message = packed(root(*map(include, names), end=end), *pieces, end=end)
        assert read(cut(message, chance.choice([1, 5, 97, len(message)]))) == contents


def test_thousands_of_damaged_packages_raise_nothing_else(mutated: Callable[..., bytes]) -> None:
    chance = random.Random(1)
    whole = packed(
        root(include("cid:a"), "QUJD", include("cid:b")),
        piece(b"%PDF-1.7", "<b>", "Content-Transfer-Encoding: binary"),
        piece(base64.encodebytes(b"%PDF"), "<a>", "Content-Transfer-Encoding: base64"),
    )
    words = [b"\r\n", b"--" + BOUNDARY.encode(), OPENED, b"--", b"<", b"cid:", b"\x00", b"\r\n\r\n", b": "]
    known = 0
    for _ in range(6000):
        message = mutated(whole, chance, words)
        header = (
            mutated(HEADER.encode(), chance, words).decode("latin-1") if chance.random() < 0.1 else HEADER
        )
        try:
            documents = Documents()
            blocks = cut(message, chance.choice([1, 50, 10**6]))
            read_package(blocks, content_type=header, namespace=NS, divert=documents.divert)
        except (HostileInput, UnreadableMessage):
            continue
        assert all(sink.closed == 1 for sink in documents.sinks)
        known += 1
    assert 0 < known < 6000
