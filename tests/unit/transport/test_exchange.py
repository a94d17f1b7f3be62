"""What an exchange does when all goes well, and what never happens to it."""

from __future__ import annotations

import pickle
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from cdg62_connect.errors import (
    AuthenticationRefused,
    ConfigurationError,
    InvalidInput,
    NotSent,
    OutcomeUnknown,
    Unavailable,
    UnreadableAnswer,
)
from cdg62_connect.moments import observed
from cdg62_connect.settings.secret import Secret
from cdg62_connect.transport import BasicAuth, BearerAuth, HttpSession, StreamBody


def polite(connection):
    while connection.request():
        connection.answer(body=b"bonjour", Content_Type="text/plain; charset=utf-8")


def test_the_reader_is_given_status_headers_and_body(serve, connect, a_read):
    session = connect(serve(polite))

    def read(answer):
        assert (answer.platform, answer.operation) == ("plateforme", "lire")
        return answer.status, answer.headers["content-TYPE"], answer.content_type, answer.body()

    expected = (200, "text/plain; charset=utf-8", "text/plain", b"bonjour")
    assert session.exchange(a_read(), read) == expected


def test_connections_are_kept_alive(serve, connect, a_read, an_effect):
    server = serve(polite)
    session = connect(server)
    for request in (a_read(), an_effect(), a_read()):
        session.exchange(request, lambda answer: answer.body())
    assert len(server.connections) == 1


def test_a_connection_whose_answer_was_not_read_to_its_end_is_not_used_again(serve, connect, a_read):
    server = serve(polite)
    session = connect(server)
    session.exchange(a_read(), lambda answer: answer.status)
    assert session.exchange(a_read(), lambda answer: answer.body()) == b"bonjour"
    assert len(server.connections) == 2


def test_an_empty_answer_frees_its_connection_even_when_nobody_reads_it(serve, connect, an_effect):
    def empty(connection):
        while connection.request():
            connection.answer("204 No Content")

    server = serve(empty)
    session = connect(server)
    for _ in range(2):
        session.exchange(an_effect(), lambda answer: answer.status)
    assert len(server.connections) == 1


def test_several_threads_share_one_session(serve, connect, a_read):
    servers_gate = threading.Barrier(4, timeout=10)

    def one(connection):
        connection.request()
        connection.answer(body=b"ok")

    session = connect(serve(one))

    def ask(_):
        servers_gate.wait()
        return session.exchange(a_read(), lambda answer: answer.body())

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(4))) == [b"ok"] * 4


@pytest.mark.parametrize(
    ("base", "path", "expected"),
    [
        ("", "", "/"),
        ("/ws-iparapheur-no-mtom", "", "/ws-iparapheur-no-mtom"),
        ("/racine/", "modules/x.php", "/racine/modules/x.php"),
        ("/racine", "/modules/x.php", "/racine/modules/x.php"),
    ],
)
def test_the_path_is_joined_to_the_base_address(serve, connect, a_read, base, path, expected):
    server = serve(polite)
    connect(server.url + base).exchange(a_read(path=path), lambda answer: answer.body())
    assert server.received[0].line == f"GET {expected} HTTP/1.1"


def test_params_are_sent_in_order_and_encoded(serve, connect, a_read):
    server = serve(polite)
    request = a_read(path="x.php", params=[("b", "é&="), ("a", "1"), ("a", "2")])
    connect(server).exchange(request, lambda answer: answer.body())
    assert server.received[0].line == "GET /x.php?b=%C3%A9%26%3D&a=1&a=2 HTTP/1.1"


@pytest.mark.parametrize(
    "path", ["a?b=c", "a#b", "../secret", "a/../b", "http://autre/", "a b", "a\r\nb", "a\ud800"]
)
def test_a_path_cannot_change_the_meaning_of_the_request(connect, a_read, path):
    with pytest.raises(InvalidInput):
        connect("http://127.0.0.1:9").exchange(a_read(path=path), lambda answer: answer.body())


def test_a_param_that_cannot_be_written_is_refused(connect, a_read):
    with pytest.raises(InvalidInput):
        connect("http://127.0.0.1:9").exchange(a_read(params=[("a", "\ud800")]), lambda answer: answer.body())


@pytest.mark.parametrize(
    "headers",
    [{"X": "a\r\nY: b"}, {"X\r\nY": "a"}, {"X": "é€"}, {"Content-Length": "3"}, {"authorization": "Basic x"}],
)
def test_headers_are_checked_before_anything_leaves(connect, a_read, headers):
    with pytest.raises(InvalidInput):
        connect("http://127.0.0.1:9").exchange(a_read(headers=headers), lambda answer: answer.body())


def test_headers_and_bytes_are_sent_as_given(serve, connect, an_effect):
    server = serve(polite)
    request = an_effect(body=b"<a/>", headers={"SOAPAction": '""', "Content-Type": "text/xml"})
    connect(server).exchange(request, lambda answer: answer.body())
    received = server.received[0]
    assert (received.headers["soapaction"], received.headers["content-type"]) == ('""', "text/xml")
    assert (received.headers["content-length"], received.body) == ("4", b"<a/>")


def test_redirects_are_not_followed_and_are_seen_by_the_reader(serve, connect, a_read):
    def elsewhere(connection):
        connection.request()
        connection.answer("302 Found", b"ailleurs", Location="http://127.0.0.1:9/autre")

    server = serve(elsewhere)
    seen = connect(server).exchange(
        a_read(), lambda answer: (answer.status, answer.headers["Location"], answer.body())
    )
    assert seen == (302, "http://127.0.0.1:9/autre", b"ailleurs")
    assert len(server.received) == 1


def test_no_cookie_is_kept(serve, connect, a_read):
    def cookie(connection):
        while connection.request():
            connection.answer(body=b"ok", Set_Cookie="PHPSESSID=1234; Path=/")

    server = serve(cookie)
    session = connect(server)
    for _ in range(2):
        session.exchange(a_read(), lambda answer: answer.body())
    assert all("cookie" not in received.headers for received in server.received)


def test_the_environment_changes_nothing(serve, connect, a_read, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login autre password autre\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    server = serve(polite)
    connect(server).exchange(a_read(), lambda answer: answer.body())
    assert "authorization" not in server.received[0].headers


def test_basic_authentication_is_in_utf_8(serve, connect, a_read):
    server = serve(polite)
    auth = BasicAuth("zoé", Secret("clé€"))
    connect(server, auth=auth).exchange(a_read(), lambda answer: answer.body())
    assert server.received[0].headers["authorization"] == "Basic em/DqTpjbMOp4oKs"


def test_a_token_is_sent_as_it_is(serve, connect, a_read):
    server = serve(polite)
    connect(server, auth=BearerAuth(Secret("abc.DEF-1~+/=="))).exchange(
        a_read(), lambda answer: answer.body()
    )
    assert server.received[0].headers["authorization"] == "Bearer abc.DEF-1~+/=="


@pytest.mark.parametrize("token", ["", "a b", "Bearer abc", "abc\r\nX: y", '"abc"', "é", "abc\n"])
def test_what_cannot_be_a_token_is_refused_and_not_shown(token):
    with pytest.raises(ConfigurationError) as caught:
        BearerAuth(Secret(token))
    assert "abc" not in str(caught.value)


def test_a_token_repeated_by_the_platform_is_hidden(serve, connect, a_read):
    def repeats(connection):
        connection.request()
        connection.answer("401 Unauthorized", b"jeton-42 inconnu", Content_Type="text/plain")

    auth = BearerAuth(Secret("jeton-42"))
    with pytest.raises(AuthenticationRefused) as caught:
        connect(serve(repeats), auth=auth).exchange(a_read(), lambda answer: answer.body())
    assert "••• inconnu" in str(caught.value)
    assert "jeton-42" not in repr(auth)


def test_moments_are_reached_in_order_and_sent_comes_before_the_answer(serve, connect, an_effect):
    seen = []

    def slow(connection):
        connection.request()
        seen.append("serveur : tout reçu")
        connection.answer(body=b"ok")

    session = connect(serve(slow))
    gate = threading.Event()

    def watch(moment):
        seen.append(moment)
        if moment.startswith("wire.sent"):
            gate.set()

    with observed(watch):
        session.exchange(an_effect(), lambda answer: (gate.is_set(), seen.append("lecture"), answer.body()))
    seen.remove("serveur : tout reçu")
    assert seen == ["wire.connect:creer", "wire.sent:creer", "lecture", "wire.answered:creer"]


def test_sent_is_not_reached_when_the_request_has_not_fully_left(serve, connect, an_effect):
    seen = []
    session = connect(serve(polite))

    def blocks():
        yield b"x" * 10
        raise ZeroDivisionError

    with observed(seen.append), pytest.raises(ZeroDivisionError):
        session.exchange(an_effect(body=StreamBody("a/b", 20, blocks)), lambda answer: answer.body())
    assert seen == ["wire.connect:creer"]


@pytest.mark.parametrize("kind", [UnreadableAnswer, NotSent, Unavailable, OutcomeUnknown])
def test_an_error_of_the_reader_passes_untouched_and_is_not_repeated(serve, connect, a_read, clock, kind):
    server = serve(polite)
    error = kind("non", platform="p", operation="o")

    def read(answer):
        raise error

    with pytest.raises(kind) as caught:
        connect(server).exchange(a_read(), read)
    assert caught.value is error
    assert len(server.received) == 1
    assert clock.waits == []


def test_an_answer_kept_beyond_its_reading_is_not_taken_for_empty(serve, connect, a_read):
    session = connect(serve(polite))
    blocks = session.exchange(a_read(), lambda answer: answer.blocks())
    with pytest.raises(RuntimeError):
        next(blocks)


@pytest.mark.parametrize(
    "address",
    [
        "plateforme.fr",
        "ftp://plateforme.fr",
        "https://",
        "https://compte:secret@plateforme.fr",
        "https://plateforme.fr/?a=b",
        "https://plateforme.fr/#a",
        "https://plateforme.fr:99999",
        "https://[::1",
    ],
)
def test_an_address_that_is_not_one_is_refused_at_once_and_not_repeated(address):
    with pytest.raises(ConfigurationError) as caught:
        HttpSession(address, platform="p")
    assert "secret" not in str(caught.value)


def test_closing_a_session_closes_its_connections_at_once(serve, connect, a_read):
    closed = threading.Event()

    def watch(connection):
        polite(connection)
        closed.set()

    session = connect(serve(watch))
    answers = [session.exchange(a_read(), lambda answer: (answer, answer.body()))]
    session.close()
    assert closed.wait(5)
    assert len(answers) == 1


def test_a_session_is_not_picklable(connect):
    with pytest.raises(TypeError):
        pickle.dumps(connect("http://127.0.0.1:9"))
