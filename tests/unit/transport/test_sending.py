"""What leaves: forms to the byte, streams of exact length, files that are not held in memory."""

from __future__ import annotations

import hashlib
import tracemalloc
from email.parser import BytesParser
from email.policy import HTTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdg62_connect.errors import AuthenticationRefused, InvalidFile, InvalidInput
from cdg62_connect.settings.secret import Secret
from cdg62_connect.transport import BasicAuth, BearerAuth, FilePart, Multipart, Payload, StreamBody
from cdg62_connect.transport.multipart import EncodedForm


def answers(connection):
    while connection.request():
        connection.answer(body=b"ok")


def whole(answer):
    return answer.body()


def test_a_form_to_the_byte(serve, connect, an_effect, tmp_path):
    pdf = tmp_path / "arrete.pdf"
    pdf.write_bytes(b"%PDF-1.7\r\n")
    form = Multipart(
        fields=[("api", "1"), ("objet", "Arrêté\r\nn° 4")],
        files=[
            FilePart("acte_pdf_file", "arrêté.pdf", Payload.of(pdf), "application/pdf"),
            FilePart("acte_attachments[]", 'plan "1".jpg', Payload.of(b"\x00\xff")),
        ],
        charset="ISO-8859-1",
    )
    server = serve(answers)
    connect(server).exchange(an_effect(body=form), whole)
    received = server.received[0]
    boundary = received.headers["content-type"].removeprefix("multipart/form-data; boundary=").encode()
    assert received.headers["content-length"] == str(len(received.body))
    assert "transfer-encoding" not in received.headers
    assert received.body == b"".join(
        [
            b"--" + boundary + b"\r\n",
            b'Content-Disposition: form-data; name="api"\r\n\r\n1\r\n',
            b"--" + boundary + b"\r\n",
            b'Content-Disposition: form-data; name="objet"\r\n\r\nArr\xeat\xe9\r\nn\xb0 4\r\n',
            b"--" + boundary + b"\r\n",
            b'Content-Disposition: form-data; name="acte_pdf_file"; filename="arr\xeat\xe9.pdf"\r\n',
            b"Content-Type: application/pdf\r\n\r\n%PDF-1.7\r\n\r\n",
            b"--" + boundary + b"\r\n",
            b'Content-Disposition: form-data; name="acte_attachments[]"; filename="plan %221%22.jpg"\r\n',
            b"Content-Type: application/octet-stream\r\n\r\n\x00\xff\r\n",
            b"--" + boundary + b"--\r\n",
        ]
    )


def test_a_form_is_sent_again_whole_when_it_did_not_leave(serve, connect, an_effect):
    def busy(connection):
        connection.request()
        connection.answer("429 Too Many Requests", Connection="close")

    form = Multipart([("a", "b")], [FilePart("f", "f", Payload.of(b"contenu"))])
    server = serve(busy, answers)
    connect(server).exchange(an_effect(body=form), whole)
    first, second = server.received
    assert first.body == second.body != b""


@pytest.mark.parametrize("character", ["’", "œ", "€", "Ł"])
def test_a_character_that_the_charset_lacks_is_refused_before_sending(connect, an_effect, character):
    session = connect("http://127.0.0.1:9")
    forms = [
        Multipart([("objet", f"l{character}")], charset="ISO-8859-1"),
        Multipart([], [FilePart("f", f"l{character}.pdf", Payload.of(b""))], charset="ISO-8859-1"),
    ]
    for form in forms:
        with pytest.raises(InvalidInput, match="transmis"):
            session.exchange(an_effect(body=form), whole)


@pytest.mark.parametrize("hostile", ["a\r\nb", "a\nb", "a\rb", "a\x00b", "a\x7fb"])
def test_names_cannot_add_headers_or_parts(hostile):
    content = Payload.of(b"")
    for form in (
        Multipart([(hostile, "v")]),
        Multipart([], [FilePart(hostile, "f", content)]),
        Multipart([], [FilePart("n", hostile, content)]),
        Multipart([], [FilePart("n", "f", content, f"text/plain{hostile}")]),
    ):
        with pytest.raises(InvalidInput):
            EncodedForm(form)


@pytest.mark.parametrize("path", ["../a.pdf", "c:\\a.pdf", "a/b"])
def test_a_file_name_is_not_a_path(path):
    with pytest.raises(InvalidInput, match="chemin"):
        EncodedForm(Multipart([], [FilePart("n", path, Payload.of(b""))]))


def test_an_unknown_charset_is_refused():
    with pytest.raises(InvalidInput, match="latin-42"):
        EncodedForm(Multipart([], charset="latin-42"))


plain = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='/\\"'), min_size=1)


@given(
    fields=st.lists(st.tuples(plain, st.text(st.characters(exclude_categories=["Cs"])))),
    files=st.lists(st.tuples(plain, st.binary())),
)
def test_any_form_is_read_back_as_it_was_written(fields, files):
    form = EncodedForm(Multipart(fields, [FilePart("f", name, Payload.of(body)) for name, body in files]))
    written = b"".join(form.blocks())
    assert len(written) == form.length
    assert b"".join(form.blocks()) == written
    boundary = b"--" + form.content_type.rpartition("=")[2].encode()
    before, *parts, after = written.split(boundary)
    assert (before, after) == (b"", b"--\r\n")
    read = []
    for part in parts:
        head, _, content = part.partition(b"\r\n\r\n")
        name = head.partition(b'form-data; name="')[2].partition(b"\r\n")[0].decode()
        read.append((name, content.removesuffix(b"\r\n")))
    assert read == [
        *((f'{name}"', value.encode()) for name, value in fields),
        *((f'f"; filename="{name}"', body) for name, body in files),
    ]


def test_a_form_is_legible_to_another_reader():
    form = EncodedForm(
        Multipart([("a", "1")], [FilePart("f", "x.pdf", Payload.of(b"%PDF"), "application/pdf")])
    )
    head = f"Content-Type: {form.content_type}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + b"".join(form.blocks()))
    first, second = message.iter_parts()
    assert (first.get_content().strip(), second.get_filename(), second.get_content()) == (
        "1",
        "x.pdf",
        b"%PDF",
    )


def test_a_stream_has_its_length_and_type(serve, connect, an_effect):
    server = serve(answers)
    body = StreamBody("text/xml; charset=UTF-8", 6, lambda: iter([b"abc", b"", b"def", b""]))
    connect(server).exchange(an_effect(body=body), whole)
    received = server.received[0]
    assert received.headers["content-type"] == "text/xml; charset=UTF-8"
    assert (received.headers["content-length"], received.body) == ("6", b"abcdef")


def test_an_empty_stream_is_an_empty_body(serve, connect, an_effect):
    server = serve(answers)
    connect(server).exchange(an_effect(body=StreamBody("a/b", 0, lambda: iter([]))), whole)
    assert server.received[0].headers["content-length"] == "0"


@pytest.mark.parametrize(
    "blocks", [[b"abc"], [], [b"abcdef", b"g"], [b"abcdef", b"", b"g"], [b"abcdefg"]], ids=len
)
def test_a_stream_of_the_wrong_length_never_makes_a_whole_request(
    serve, connect, a_read, an_effect, clock, blocks
):
    server = serve(answers)
    session = connect(server)
    for request in (a_read, an_effect):
        with pytest.raises(InvalidInput, match="octets"):
            session.exchange(request(body=StreamBody("a/b", 6, lambda: iter(blocks))), whole)
    server.stop()
    assert server.received == []
    assert clock.waits == []


@pytest.mark.parametrize("error", [ZeroDivisionError(), OSError("disque"), InvalidFile("X", "x")])
def test_an_error_of_the_producer_is_not_taken_for_one_of_the_network(
    serve, connect, an_effect, clock, error
):
    def blocks():
        yield b"abc"
        yield b"def"
        raise error

    server = serve(answers)
    with pytest.raises(type(error)) as caught:
        connect(server).exchange(an_effect(body=StreamBody("a/b", 9, blocks)), whole)
    assert caught.value is error
    server.stop()
    assert server.received == []
    assert clock.waits == []


@given(content=st.binary(max_size=100), size=st.integers(1, 40))
def test_blocks_of_a_payload_are_all_of_one_size_but_the_last(tmp_path_factory, content, size):
    path = tmp_path_factory.getbasetemp() / "payload"
    path.write_bytes(content)
    for payload in (Payload.of(content), Payload.of(path)):
        assert payload.size == len(content)
        for _ in range(2):
            blocks = list(payload.blocks(size))
            assert b"".join(blocks) == content
            assert all(len(block) == size for block in blocks[:-1])
            assert all(blocks)


def test_a_payload_does_not_show_its_bytes():
    assert "confidentiel" not in repr(Payload.of(b"confidentiel"))


@pytest.mark.parametrize("after", [b"", b"abc", b"abcdefghi"])
def test_a_file_that_changes_size_is_not_sent_whole(serve, connect, an_effect, tmp_path, after):
    path = tmp_path / "acte.pdf"
    path.write_bytes(b"abcdef")
    form = Multipart([], [FilePart("f", "acte.pdf", Payload.of(path))])
    path.write_bytes(after)
    server = serve(answers)
    with pytest.raises(InvalidFile) as caught:
        connect(server).exchange(an_effect(body=form), whole)
    assert caught.value.code == "FICHIER_MODIFIE"
    server.stop()
    assert server.received == []


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    gone = tmp_path / "parti.pdf"
    gone.write_bytes(b"a")
    payload = Payload.of(gone)
    gone.unlink()
    for reading in (lambda: Payload.of(gone), lambda: Payload.of(tmp_path), lambda: list(payload.blocks())):
        with pytest.raises(InvalidFile) as caught:
            reading()
        assert caught.value.code == "FICHIER_ILLISIBLE"


def test_a_large_file_leaves_without_being_held_in_memory(serve, connect, an_effect, tmp_path):
    size = 30 * 1024 * 1024
    path = tmp_path / "gros.pdf"
    with path.open("wb") as out:
        for number in range(30):
            out.write(bytes([number]) * 1024 * 1024)
    expected = hashlib.sha256(path.read_bytes()).hexdigest()
    seen = []

    def counts(connection):
        received = connection.head()
        left = int(received.headers["content-length"])
        digest = hashlib.sha256()
        block = bytearray(65536)
        rest = connection.take()
        while True:
            digest.update(rest)
            left -= len(rest)
            if not left:
                break
            rest = block[: connection.sock.recv_into(block)]
        seen.append(digest.hexdigest())
        connection.answer(body=b"ok")

    session = connect(serve(counts))
    payload = Payload.of(path)
    body = StreamBody("application/pdf", size, payload.blocks)
    tracemalloc.start()
    try:
        session.exchange(an_effect(body=body), whole)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert seen == [expected]
    assert peak < 5 * 1024 * 1024


def test_a_request_may_bear_another_account_than_the_session_on_the_same_connection(serve, connect, a_read):
    def says(connection):
        while connection.request():
            connection.answer(body=b"ok")

    server = serve(says)
    session = connect(server, auth=BasicAuth("ws", Secret("passe")))
    for auth in (None, BearerAuth(Secret("a-a")), BearerAuth(Secret("b-b"))):
        session.exchange(a_read(auth=auth), whole)
    presented = [one.headers["authorization"] for one in server.received]
    assert presented == ["Basic d3M6cGFzc2U=", "Bearer a-a", "Bearer b-b"]
    assert len(server.connections) == 1


def test_the_account_of_a_request_is_shown_to_nobody(serve, connect, a_read, caplog):
    def repeats(connection):
        asked = connection.request()
        connection.answer("401 Unauthorized", body=asked.headers["authorization"].encode())

    request = a_read(auth=BearerAuth(Secret("jeton-du-moment")))
    with pytest.raises(AuthenticationRefused) as refused:
        connect(serve(repeats)).exchange(request, whole)
    assert "jeton-du-moment" not in f"{refused.value!s} {refused.value.__dict__} {request!r} {caplog.text}"
    assert refused.value.said
