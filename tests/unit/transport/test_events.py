"""Who watches the exchanges is told everything that is not secret, and changes nothing."""

from __future__ import annotations

import dataclasses
import logging
from datetime import UTC, datetime

import pytest

from cdg62_connect.errors import NotSent, OutcomeUnknown, UnreadableAnswer
from cdg62_connect.settings.secret import Secret
from cdg62_connect.transport import BasicAuth, ExchangeEvent, Kind


def answers(connection):
    while connection.request():
        connection.answer(body=b"bonjour")


def whole(answer):
    return answer.body()


def test_an_attempt_is_told_once_it_has_ended(serve, connect, an_effect, clock):
    events = []
    server = serve(answers)
    session = connect(server, observers=[events.append], auth=BasicAuth("agent", Secret("mot-42")))

    def read(answer):
        assert events == []
        return answer.body()

    session.exchange(an_effect(path="x", params=[("hash", "0a1b")]), read)
    (event,) = events
    sent = server.received[0]
    head = len(sent.line) + 2 + sum(len(name) + len(value) + 4 for name, value in sent.headers.items()) + 2
    assert dataclasses.replace(event, seconds=0) == ExchangeEvent(
        platform="plateforme",
        operation="creer",
        kind=Kind.EFFECT,
        attempt=1,
        status=200,
        error=None,
        seconds=0,
        bytes_up=head + len(sent.body),
        bytes_down=len(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nbonjour"),
        started_at=clock.moment,
    )
    assert 0 < event.seconds < 10
    assert "mot-42" not in repr(event)
    assert "0a1b" not in repr(event)
    with pytest.raises(dataclasses.FrozenInstanceError):
        event.status = 500


def test_each_attempt_is_told_with_its_own_measures(serve, connect, a_read):
    def busy(connection):
        connection.request()
        connection.answer("503 Service Unavailable", Connection="close")

    def cut(connection):
        connection.request()

    events = []
    session = connect(serve(cut, busy, answers), observers=[events.append])
    assert session.exchange(a_read(), whole) == b"bonjour"
    assert [(each.attempt, each.status, each.error) for each in events] == [
        (1, None, "AnswerLost"),
        (2, 503, "Unavailable"),
        (3, 200, None),
    ]
    assert len({each.bytes_up for each in events}) == 1
    assert events[0].bytes_down == 0


def test_what_never_left_is_told_too(connect, an_effect):
    events = []
    with pytest.raises(NotSent):
        connect("http://nulle-part.invalid", observers=[events.append]).exchange(an_effect(), whole)
    assert [(each.attempt, each.error, each.bytes_up) for each in events] == [
        (rank, "NotSent", 0) for rank in (1, 2, 3, 4)
    ]


def test_the_error_of_the_reader_is_told(serve, connect, a_read):
    events = []

    def read(answer):
        raise UnreadableAnswer("non", platform="p", operation="o")

    with pytest.raises(UnreadableAnswer):
        connect(serve(answers), observers=[events.append]).exchange(a_read(), read)
    assert [(each.status, each.error) for each in events] == [(200, "UnreadableAnswer")]


def test_an_observer_that_fails_disturbs_nothing_and_is_reported_once(
    serve, connect, a_read, an_effect, caplog
):
    events = []

    def clumsy(event):
        raise RuntimeError("mot-42")

    def cut(connection):
        for _ in range(2):
            connection.request()
            connection.answer(body=b"bonjour")
        connection.request()

    session = connect(serve(cut), observers=[clumsy, events.append])
    for _ in range(2):
        assert session.exchange(a_read(), whole) == b"bonjour"
    with pytest.raises(OutcomeUnknown):
        session.exchange(an_effect(), whole)
    assert len(events) == 3
    (record,) = [each for each in caplog.records if each.levelno == logging.WARNING]
    assert "clumsy" in record.getMessage()
    assert "RuntimeError" in record.getMessage()
    assert "mot-42" not in record.getMessage()


def test_the_start_is_on_the_clock_of_the_session(serve, connect, a_read, clock):
    events = []
    clock.moment = datetime(2030, 5, 6, 7, 8, 9, tzinfo=UTC)
    connect(serve(answers), observers=[events.append]).exchange(a_read(), whole)
    assert events[0].started_at == clock.moment
