"""Each way of failing, on real sockets: what provably never left, what may have arrived, what was refused."""

from __future__ import annotations

import socket
import time
import traceback

import pytest
import requests

from cdg62_connect.errors import (
    AnswerLost,
    AuthenticationRefused,
    InvalidRequest,
    NotSent,
    OutcomeUnknown,
    PlatformError,
    Unavailable,
    UnreadableAnswer,
)
from cdg62_connect.settings.secret import Secret
from cdg62_connect.transport import BasicAuth, RetryPolicy, StreamBody, Timeouts

ONCE = RetryPolicy(attempts=1)
LONG = b"x" * 1000


def closes_at_once(connection):
    connection.sock.close()


def closes_after_the_request(connection):
    connection.request()


def resets_after_the_request(connection):
    connection.request()
    connection.reset()


def resets_during_the_request(connection):
    connection.head()
    connection.reset()


def cuts_its_answer(connection):
    connection.request()
    connection.answer(body=b"abc", Content_Length="10")


def cuts_its_headers(connection):
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Le")


def cuts_its_status_line(connection):
    connection.request()
    connection.send(b"HTTP/1.1 200")


def cuts_between_headers(connection):
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n")


def cuts_a_chunk(connection):
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc")


def cuts_between_chunks(connection):
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")


def resets_its_answer(connection):
    connection.request()
    connection.answer(body=b"abc", Content_Length="10")
    connection.reset()


def says_nothing(connection):
    connection.request()
    connection.sock.recv(1)


def falls_silent(connection):
    connection.request()
    connection.answer(body=b"abc", Content_Length="10")
    connection.sock.recv(1)


CUTS = [
    closes_at_once,
    closes_after_the_request,
    resets_after_the_request,
    resets_during_the_request,
    cuts_its_answer,
    cuts_its_headers,
    cuts_its_status_line,
    cuts_between_headers,
    cuts_a_chunk,
    cuts_between_chunks,
    resets_its_answer,
    says_nothing,
    falls_silent,
]


def answers(connection):
    while connection.request():
        connection.answer(body=b"bonjour")


def whole(answer):
    return answer.body()


@pytest.mark.parametrize("cut", CUTS)
def test_a_read_that_is_cut_is_repeated_from_the_start(serve, connect, a_read, clock, cut):
    session = connect(serve(cut, answers), timeouts=Timeouts(read=0.1))
    assert session.exchange(a_read(), whole) == b"bonjour"
    assert clock.waits == [1]


@pytest.mark.parametrize("cut", CUTS)
def test_a_read_that_is_always_cut_is_a_lost_answer(serve, connect, a_read, clock, cut):
    session = connect(serve(cut), timeouts=Timeouts(read=0.1))
    with pytest.raises(AnswerLost):
        session.exchange(a_read(), whole)
    assert clock.waits == [1, 2, 4]


@pytest.mark.parametrize("cut", CUTS)
def test_an_effect_that_is_cut_has_an_unknown_outcome_and_is_not_repeated(
    serve, connect, an_effect, clock, cut
):
    server = serve(cut, answers)
    session = connect(server, timeouts=Timeouts(read=0.1))
    with pytest.raises(OutcomeUnknown):
        session.exchange(an_effect(body=LONG), whole)
    assert len(server.connections) == 1
    assert clock.waits == []


def test_a_reset_during_a_long_sending_is_unknown_for_an_effect(serve, connect, an_effect):
    body = StreamBody("a/b", 30_000_000, lambda: iter([b"x" * 1_000_000] * 30))
    with pytest.raises(OutcomeUnknown):
        connect(serve(resets_during_the_request)).exchange(an_effect(body=body), whole)


def test_a_platform_that_no_longer_takes_our_bytes_is_given_up_after_the_read_timeout(
    serve, connect, an_effect
):
    def deaf(connection):
        connection.head()
        stop.recv(1)

    stop, other = socket.socketpair()
    with stop, other:
        body = StreamBody("a/b", 60_000_000, lambda: iter([b"x" * 1_000_000] * 60))
        session = connect(serve(deaf), timeouts=Timeouts(connect=0.05, read=0.2))
        with pytest.raises(OutcomeUnknown, match=r"0\.2 s"):
            session.exchange(an_effect(body=body), whole)
        other.send(b"x")


def test_a_slow_sending_is_not_bound_by_the_connect_timeout(serve, connect, an_effect):
    """urllib3 alone would give a whole block of the body the time allowed for connecting."""

    def slow(connection):
        silent.settimeout(0.1)
        with pytest.raises(TimeoutError):
            silent.recv(1)
        connection.request()
        connection.answer(body=b"ok")

    silent, other = socket.socketpair()
    with silent, other:
        session = connect(serve(slow), timeouts=Timeouts(connect=0.02, read=5))
        assert session.exchange(an_effect(body=b"x" * 20_000_000), whole) == b"ok"


def test_what_is_not_proven_never_to_have_left_may_have_left(connect, a_read, an_effect, monkeypatch):
    """A double put in place of the adapter (as ``responses`` does) has no socket to prove anything with."""

    def cut(*args, **options):
        raise requests.ConnectionError("cut")

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", cut)
    session = connect("http://127.0.0.1:9")
    with pytest.raises(OutcomeUnknown):
        session.exchange(an_effect(), whole)
    with pytest.raises(AnswerLost):
        session.exchange(a_read(), whole)


def nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_refused_connection_is_repeated_whatever_the_call(connect, a_read, an_effect, clock):
    session = connect(nobody_listens())
    for request in (a_read(), an_effect()):
        clock.waits.clear()
        with pytest.raises(NotSent, match="refusée"):
            session.exchange(request, whole)
        assert clock.waits == [1, 2, 4]


def test_an_effect_refused_then_accepted_happens_once(serve, connect, an_effect, clock):
    """The machine comes back while we wait: the same effect leaves, and only then."""
    address = nobody_listens()
    port = int(address.rpartition(":")[2])
    servers = []

    class OpeningClock(type(clock)):
        def sleep(self, seconds):
            listener = socket.create_server(("127.0.0.1", port))
            servers.append(listener)
            super().sleep(seconds)

    session = connect(address, clock=OpeningClock(), timeouts=Timeouts(read=0.1))
    with pytest.raises(OutcomeUnknown):
        session.exchange(an_effect(), whole)
    assert len(servers) == 1
    servers[0].close()


def test_an_unknown_name_is_not_sent(connect, an_effect):
    with pytest.raises(NotSent, match="DNS"):
        connect("http://nulle-part.invalid", retry=ONCE).exchange(an_effect(), whole)


def test_a_name_that_cannot_exist_is_not_sent(connect, an_effect):
    with pytest.raises(NotSent):
        connect(f"http://{'a' * 70}.fr", retry=ONCE).exchange(an_effect(), whole)


def test_a_connection_that_does_not_open_in_time_is_not_sent(connect, an_effect):
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        fillers = [socket.socket() for _ in range(4)]
        try:
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(address)
            session = connect(f"http://127.0.0.1:{address[1]}", timeouts=Timeouts(connect=0.1), retry=ONCE)
            with pytest.raises(NotSent, match=r"0\.1 s"):
                session.exchange(an_effect(), whole)
        finally:
            for filler in fillers:
                filler.close()


def test_a_connection_closed_while_idle_does_not_cost_an_effect(serve, connect, an_effect):
    def one_and_close(connection):
        connection.request()
        connection.answer(body=b"ok")

    server = serve(one_and_close)
    session = connect(server)
    for _ in range(5):
        assert session.exchange(an_effect(), whole) == b"ok"
        while server.connections[-1].sock.fileno() != -1:
            pass  # until the server has closed its side
    assert len(server.connections) == 5


def drips(connection):
    connection.request()
    connection.answer(body=b"", Content_Length="1000000")
    while True:
        connection.send(b"x")


def drips_its_headers(connection):
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.send(b"X")


def drips_its_chunk_sizes(connection):
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.send(b"0")


@pytest.mark.parametrize("drip", [drips, drips_its_headers, drips_its_chunk_sizes])
def test_an_answer_that_drips_is_cut_at_the_total_time(serve, connect, a_read, an_effect, clock, drip):
    def slowly(connection):
        send = connection.send

        def send_slowly(data):
            send(data)
            if len(data) == 1:
                connection.sock.settimeout(0.02)
                try:
                    connection.sock.recv(1)
                except TimeoutError:
                    return
                raise ConnectionError

        connection.send = send_slowly
        drip(connection)

    server = serve(slowly)
    session = connect(server, timeouts=Timeouts(read=5, total=0.3))
    with pytest.raises(AnswerLost, match="délai total"):
        session.exchange(a_read(), whole)
    with pytest.raises(OutcomeUnknown, match="délai total"):
        session.exchange(an_effect(), whole)
    assert clock.waits == []  # nothing is left of the total time to try again in
    assert len(server.connections) == 2


def test_a_silence_is_not_waited_for_beyond_the_total_time(serve, connect, an_effect):
    session = connect(serve(says_nothing), timeouts=Timeouts(read=8, total=0.2))
    start = time.monotonic()
    with pytest.raises(OutcomeUnknown, match="délai total"):
        session.exchange(an_effect(), whole)
    assert time.monotonic() - start < 4


def test_no_attempt_is_waited_for_beyond_the_total_time(connect, a_read, clock):
    session = connect(nobody_listens(), timeouts=Timeouts(total=2.5))
    with pytest.raises(NotSent):
        session.exchange(a_read(), whole)
    assert clock.waits == [1, 2]  # 4 s would be beyond


@pytest.mark.parametrize("garbage", [b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 abc\r\n\r\n", b"x" * 100_000])
def test_what_does_not_speak_http(serve, connect, a_read, an_effect, clock, garbage):
    def other_protocol(connection):
        connection.request()
        connection.send(garbage)

    session = connect(serve(other_protocol))
    with pytest.raises(UnreadableAnswer):
        session.exchange(a_read(), whole)
    with pytest.raises(OutcomeUnknown):
        session.exchange(an_effect(), whole)
    assert clock.waits == []


def status(line, body=b"", **headers):
    def script(connection):
        while connection.request():
            connection.answer(line, body, **headers)

    return script


def test_too_many_requests_is_repeated_for_both_after_what_is_asked(serve, connect, a_read, an_effect, clock):
    server = serve(status("429 Too Many Requests", Retry_After="7", Connection="close"), answers)
    assert connect(server).exchange(an_effect(), whole) == b"bonjour"
    assert clock.waits == [7]


def test_retry_after_may_be_a_date_and_is_capped(serve, connect, a_read, clock):
    server = serve(
        status("503 Service Unavailable", Retry_After="Mon, 02 Mar 2026 08:00:42 GMT", Connection="close"),
        status("503 Service Unavailable", Retry_After="86400", Connection="close"),
        answers,
    )
    assert connect(server).exchange(a_read(), whole) == b"bonjour"
    assert clock.waits == [42, 120]


@pytest.mark.parametrize("line", ["502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout"])
def test_a_failing_gateway_is_unavailable_to_a_read_and_unknown_for_an_effect(
    serve, connect, a_read, an_effect, clock, line
):
    server = serve(status(line, Retry_After="3"))
    session = connect(server)
    with pytest.raises(OutcomeUnknown, match=line):
        session.exchange(an_effect(), whole)
    assert clock.waits == []
    with pytest.raises(Unavailable, match=line) as caught:
        session.exchange(a_read(), whole)
    assert caught.value.retry_after == 3
    assert clock.waits == [3, 3, 4]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("401 Unauthorized", AuthenticationRefused),
        ("407 Proxy Authentication Required", AuthenticationRefused),
        ("413 Payload Too Large", InvalidRequest),
    ],
)
def test_refusals_of_http_itself_are_not_repeated(serve, connect, a_read, an_effect, clock, line, error):
    session = connect(serve(status(line, b"<html>non</html>", Content_Type="text/html")))
    for request in (a_read(), an_effect()):
        with pytest.raises(error) as caught:
            session.exchange(request, whole)
        assert caught.value.said == f"HTTP {line}"
    assert clock.waits == []


@pytest.mark.parametrize(
    "line", ["200 OK", "304 Not Modified", "400 Bad Request", "403 Forbidden", "404 Not Found", "500 Oops"]
)
def test_every_other_status_is_for_the_reader(serve, connect, an_effect, line):
    assert connect(serve(status(line))).exchange(an_effect(), lambda a: a.status) == int(line[:3])


def test_the_words_of_a_refusal_are_quoted_without_our_secrets(serve, connect, a_read):
    said = b'{"error": "mot de passe secret-42 inconnu\r\n"}'
    server = serve(status("401 Unauthorized", said, Content_Type="application/json"))
    with pytest.raises(AuthenticationRefused) as caught:
        connect(server, auth=BasicAuth("moi", Secret("secret-42"))).exchange(a_read(), whole)
    assert caught.value.said == 'HTTP 401 Unauthorized : {"error": "mot de passe ••• inconnu "}'


def test_a_refusal_answered_before_the_sending_ends_is_understood(serve, connect, an_effect):
    def too_large(connection):
        connection.head()
        connection.answer("413 Payload Too Large")
        while connection.sock.recv(1 << 20):
            pass

    body = StreamBody("a/b", 3_000_000, lambda: iter([b"x" * 1_000_000] * 3))
    with pytest.raises(InvalidRequest):
        connect(serve(too_large)).exchange(an_effect(body=body), whole)


def chain(error):
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def locals_of(error):
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if "/cdg62_connect/" in frame.f_code.co_filename or "site-packages" in frame.f_code.co_filename:
            yield from frame.f_locals.values()


@pytest.mark.parametrize("cut", [*CUTS, status("401 Unauthorized"), status("503 Service Unavailable")])
def test_no_error_carries_what_the_libraries_held(serve, connect, a_read, an_effect, cut):
    auth = BasicAuth("compte", Secret("tres-secret"))
    session = connect(serve(cut), timeouts=Timeouts(read=0.1), auth=auth, retry=ONCE)
    for request in (a_read(), an_effect()):
        with pytest.raises(PlatformError) as caught:
            session.exchange(request, whole)
        assert list(chain(caught.value)) == [caught.value]
        text = repr(caught.value) + repr([repr(each) for each in locals_of(caught.value)])
        assert "tres-secret" not in text
        assert "Y29tcHRlOnRyZXMtc2VjcmV0" not in text
