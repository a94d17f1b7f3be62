"""What comes back: bounded, decoded, streamed to a fresh file, or nothing left behind."""

from __future__ import annotations

import gzip
import hashlib
import os
import stat
import tracemalloc
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from cdg62_connect.durable import force_directory
from cdg62_connect.errors import AnswerLost, ConfigurationError, OutcomeUnknown, UnreadableAnswer
from cdg62_connect.moments import observed
from cdg62_connect.transport import RetryPolicy

ONCE = RetryPolicy(attempts=1)
MEBI = 1024 * 1024


def answering(body=b"", **headers):
    def script(connection):
        while connection.request():
            connection.answer(body=body, **headers)

    return script


def chunked(*chunks, **headers):
    def script(connection):
        while connection.request():
            names = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
            connection.send(f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n{names}\r\n".encode())
            for chunk in (*chunks, b""):
                connection.send(b"%x\r\n%b\r\n" % (len(chunk), chunk))

    return script


def save(folder, **options):
    return lambda answer: answer.save(folder, **{"limit": MEBI, **options})


@pytest.mark.parametrize("script", [answering(b"abcdef"), chunked(b"abc", b"def")])
def test_a_body_at_the_limit_is_read_and_one_above_is_not(serve, connect, a_read, script):
    session = connect(serve(script))
    assert session.exchange(a_read(), lambda answer: answer.body(6)) == b"abcdef"
    with pytest.raises(UnreadableAnswer, match="5 octets"):
        session.exchange(a_read(), lambda answer: answer.body(5))


def test_a_body_without_length_ends_with_the_connection(serve, connect, a_read):
    def old(connection):
        connection.request()
        connection.send(b"HTTP/1.0 200 OK\r\n\r\nabc")

    session = connect(serve(old))
    assert session.exchange(a_read(), lambda answer: answer.body()) == b"abc"


def test_a_body_may_be_asked_for_twice_but_streamed_once(serve, connect, a_read):
    session = connect(serve(answering(b"abcdef")))

    def read(answer):
        assert answer.body() == answer.body() == b"abcdef"
        with pytest.raises(UnreadableAnswer):
            answer.body(5)
        with pytest.raises(RuntimeError):
            next(answer.blocks())
        return True

    assert session.exchange(a_read(), read)


@pytest.mark.parametrize("script", [answering(b"abcdefgh"), chunked(b"abcdefgh")])
def test_blocks_are_no_larger_than_asked(serve, connect, a_read, script):
    blocks = connect(serve(script)).exchange(a_read(), lambda answer: list(answer.blocks(3)))
    assert b"".join(blocks) == b"abcdefgh"
    assert max(map(len, blocks)) <= 3


@pytest.mark.parametrize("form", [answering, chunked])
@pytest.mark.parametrize(("coding", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_content_coding_is_undone(serve, connect, a_read, tmp_path, form, coding, compress):
    session = connect(serve(form(compress(b"abc" * 1000), Content_Encoding=coding)))
    assert session.exchange(a_read(), lambda answer: answer.body()) == b"abc" * 1000
    assert session.exchange(a_read(), save(tmp_path)).size == 3000


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "inconnu\x1b"])
def test_a_coding_that_was_not_asked_for_is_unreadable(serve, connect, a_read, coding):
    session = connect(serve(answering(b"abc", Content_Encoding=coding)))
    with pytest.raises(UnreadableAnswer, match="compressée"):
        session.exchange(a_read(), lambda answer: answer.body())


def test_a_wrong_coding_is_unreadable_and_not_repeated(serve, connect, a_read, clock):
    session = connect(serve(answering(b"abc", Content_Encoding="gzip")))
    with pytest.raises(UnreadableAnswer, match="compressée"):
        session.exchange(a_read(), lambda answer: answer.body())
    assert clock.waits == []


@pytest.mark.parametrize("form", [answering, chunked])
def test_a_decompression_bomb_is_stopped_at_the_limit(serve, connect, a_read, tmp_path, form):
    bomb = gzip.compress(b"\0" * (200 * MEBI), 9)
    assert len(bomb) < MEBI
    session = connect(serve(form(bomb, Content_Encoding="gzip")))
    tracemalloc.start()
    try:
        for read in (lambda answer: answer.body(MEBI), save(tmp_path)):
            with pytest.raises(UnreadableAnswer, match="taille"):
                session.exchange(a_read(), read)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * MEBI
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_saved_whole_private_and_described(serve, connect, a_read, tmp_path):
    content = os.urandom(300_000)
    script = answering(
        content,
        Content_Type="Application/PDF; charset=binary",
        Content_Disposition='attachment; filename="../bordereau é.pdf"',
    )
    seen = []
    with observed(seen.append):
        download = connect(serve(script)).exchange(a_read(), save(tmp_path))
    assert download.path == tmp_path / "bordereau é.pdf"
    assert download.filename == "bordereau é.pdf"
    assert download.content_type == "application/pdf"
    assert (download.size, download.sha256) == (300_000, hashlib.sha256(content).hexdigest())
    assert download.path.read_bytes() == content
    assert stat.S_IMODE(download.path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [download.path]
    assert seen[2:4] == ["file.before:bordereau é.pdf", "file.after:bordereau é.pdf"]


def test_the_name_may_be_given_and_is_made_harmless(serve, connect, a_read, tmp_path):
    session = connect(serve(answering(b"abc")))
    names = [
        session.exchange(a_read(), save(tmp_path, name=name)).path.name
        for name in ("acte.pdf", "../../etc/acte.pdf", "acte.pdf", None, "..")
    ]
    assert names == ["acte.pdf", "acte-2.pdf", "acte-3.pdf", "document", "document-2"]


def test_an_existing_file_or_link_is_never_written_to(serve, connect, a_read, tmp_path):
    outside = tmp_path / "dehors"
    outside.write_bytes(b"intact")
    folder = tmp_path / "dossier"
    folder.mkdir()
    (folder / "a.pdf").symlink_to(outside)
    (folder / "a-2.pdf.part").symlink_to(outside)
    (folder / "a-3.pdf").symlink_to(tmp_path / "absent")
    download = connect(serve(answering(b"abc"))).exchange(a_read(), save(folder, name="a.pdf"))
    assert download.path.name == "a-4.pdf"
    assert outside.read_bytes() == b"intact"


def test_two_downloads_of_one_name_at_once_do_not_meet(serve, connect, a_read, tmp_path):
    sessions = [connect(serve(answering(bytes([n]) * 1000))) for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        downloads = list(
            pool.map(lambda session: session.exchange(a_read(), save(tmp_path, name="a")), sessions)
        )
    assert {download.path.read_bytes()[0] for download in downloads} == {0, 1, 2, 3}
    assert len(list(tmp_path.iterdir())) == 4


def cut(connection):
    connection.request()
    connection.answer(body=b"x" * 100_000, Content_Length="200000")


def test_a_cut_download_leaves_nothing_and_is_repeated_for_a_read(serve, connect, a_read, clock, tmp_path):
    download = connect(serve(cut, answering(b"abc"))).exchange(a_read(), save(tmp_path, name="a"))
    assert (download.path.name, download.size) == ("a", 3)
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]
    assert clock.waits == [1]


def test_a_download_always_cut_leaves_nothing(serve, connect, a_read, an_effect, tmp_path):
    session = connect(serve(cut), retry=ONCE)
    with pytest.raises(AnswerLost):
        session.exchange(a_read(), save(tmp_path))
    with pytest.raises(OutcomeUnknown):
        session.exchange(an_effect(), save(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_download_too_large_leaves_nothing(serve, connect, a_read, tmp_path):
    for script in (answering(b"x" * 200_000), chunked(b"x" * 200_000)):
        with pytest.raises(UnreadableAnswer, match="taille"):
            connect(serve(script)).exchange(a_read(), save(tmp_path, limit=199_999))
    assert list(tmp_path.iterdir()) == []


def test_an_endless_answer_is_stopped_at_the_limit(serve, connect, a_read, tmp_path):
    def endless(connection):
        connection.request()
        connection.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.send(b"x" * 65536)

    with pytest.raises(UnreadableAnswer, match="taille"):
        connect(serve(endless)).exchange(a_read(), save(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_while_saving_leaves_nothing(serve, connect, a_read, tmp_path):
    def interrupt(moment):
        if moment.startswith("file.before"):
            raise KeyboardInterrupt

    with observed(interrupt), pytest.raises(KeyboardInterrupt):
        connect(serve(answering(b"abc"))).exchange(a_read(), save(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(serve, connect, a_read, tmp_path):
    with pytest.raises(ConfigurationError, match="absent"):
        connect(serve(answering(b"abc"))).exchange(a_read(), save(tmp_path / "absent"))


def test_a_full_disk_leaves_nothing(serve, connect, a_read, tmp_path, monkeypatch):
    def full(descriptor, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(ConfigurationError, match="No space left"):
        connect(serve(answering(b"abc"))).exchange(a_read(), save(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_forced_to_disk_before_it_appears(serve, connect, a_read, tmp_path, monkeypatch):
    order = []
    fsync = os.fsync

    def spy(descriptor):
        order.append(sorted(path.name for path in tmp_path.iterdir()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", spy)
    connect(serve(answering(b"abc"))).exchange(a_read(), save(tmp_path, name="a"))
    assert order == [["a.part"], ["a"]]
    force_directory(tmp_path)


def test_a_large_file_comes_down_without_being_held_in_memory(serve, connect, a_read, tmp_path):
    block = bytes(range(256)) * 4096

    def large(connection):
        connection.request()
        connection.answer(Content_Length=str(30 * MEBI))
        for _ in range(30):
            connection.send(block)

    session = connect(serve(large))
    tracemalloc.start()
    try:
        download = session.exchange(a_read(), save(tmp_path, limit=30 * MEBI))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert download.sha256 == hashlib.sha256(block * 30).hexdigest()
    assert peak < 3 * MEBI
