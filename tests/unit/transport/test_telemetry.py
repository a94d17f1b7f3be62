"""The bridge to OpenTelemetry, against a stand-in with the calls of its API that the bridge makes."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from types import ModuleType

import pytest

from cdg62_connect.errors import MissingExtra
from cdg62_connect.transport import ExchangeEvent, Kind, OpenTelemetryObserver


class SpanKind(Enum):
    CLIENT = 2


class StatusCode(Enum):
    ERROR = 2


@dataclass
class Status:
    code: StatusCode
    description: str


@dataclass
class Span:
    name: str
    kind: SpanKind
    attributes: dict
    start_time: int
    status: Status | None = None
    end_time: int | None = None

    def set_status(self, status):
        self.status = status

    def end(self, end_time=None):
        self.end_time = end_time


@dataclass
class Api:
    """Records what it is told, under the names of ``opentelemetry-api``."""

    spans: list[Span] = field(default_factory=list)
    measures: list[tuple] = field(default_factory=list)
    scopes: list[tuple] = field(default_factory=list)

    def get_tracer(self, name, *, tracer_provider=None):
        self.scopes.append((name, tracer_provider))
        return self

    def get_meter(self, name, *, meter_provider=None):
        self.scopes.append((name, meter_provider))
        return self

    def start_span(self, name, *, kind, attributes, start_time):
        self.spans.append(Span(name, kind, attributes, start_time))
        return self.spans[-1]

    def create_histogram(self, name, *, unit, description):
        return Instrument(name, unit, self.measures)

    create_counter = create_histogram


@dataclass
class Instrument:
    name: str
    unit: str
    measures: list[tuple]

    def record(self, amount, *, attributes):
        self.measures.append((self.name, self.unit, amount, attributes))

    add = record


@pytest.fixture
def api(monkeypatch):
    api = Api()
    trace, metrics = ModuleType("opentelemetry.trace"), ModuleType("opentelemetry.metrics")
    trace.get_tracer, metrics.get_meter = api.get_tracer, api.get_meter
    trace.SpanKind, trace.Status, trace.StatusCode = SpanKind, Status, StatusCode
    monkeypatch.setitem(sys.modules, "opentelemetry", ModuleType("opentelemetry"))
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", trace)
    monkeypatch.setitem(sys.modules, "opentelemetry.metrics", metrics)
    return api


def event(**changes):
    return ExchangeEvent(
        **{
            "platform": "s2low",
            "operation": "actes_transac_create",
            "kind": Kind.EFFECT,
            "attempt": 1,
            "status": 200,
            "error": None,
            "seconds": 1.5,
            "bytes_up": 300,
            "bytes_down": 20,
            "started_at": datetime(2026, 3, 2, 8, 0, 0, 250_001, tzinfo=UTC),
            **changes,
        }
    )


def test_an_attempt_becomes_a_span_and_measures(api):
    OpenTelemetryObserver()(event())
    common = {
        "cdg62.platform": "s2low",
        "cdg62.operation": "actes_transac_create",
        "cdg62.kind": "effect",
        "http.response.status_code": 200,
    }
    assert api.spans == [
        Span(
            "s2low actes_transac_create",
            SpanKind.CLIENT,
            {**common, "http.request.resend_count": 0},
            1_772_438_400_250_001_000,
            end_time=1_772_438_401_750_001_000,
        )
    ]
    assert api.measures == [
        ("http.client.request.duration", "s", 1.5, common),
        ("cdg62.exchange.bytes", "By", 300, {**common, "network.io.direction": "transmit"}),
        ("cdg62.exchange.bytes", "By", 20, {**common, "network.io.direction": "receive"}),
    ]


def test_a_failed_attempt_is_a_span_in_error_without_a_status_it_never_had(api):
    OpenTelemetryObserver()(event(status=None, error="OutcomeUnknown", attempt=3))
    (span,) = api.spans
    assert span.status == Status(StatusCode.ERROR, "OutcomeUnknown")
    assert span.attributes["error.type"] == "OutcomeUnknown"
    assert span.attributes["http.request.resend_count"] == 2
    assert "http.response.status_code" not in span.attributes


def test_the_providers_of_the_application_are_used(api):
    OpenTelemetryObserver(tracer_provider="traces", meter_provider="mesures")
    assert api.scopes == [("cdg62_connect.transport", "traces"), ("cdg62_connect.transport", "mesures")]


def test_it_watches_a_session(api, serve, connect, a_read):
    def answers(connection):
        connection.request()
        connection.answer(body=b"bonjour")

    session = connect(serve(answers), observers=[OpenTelemetryObserver()])
    session.exchange(a_read(), lambda answer: answer.body())
    assert [span.name for span in api.spans] == ["plateforme lire"]


def test_the_missing_library_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    monkeypatch.delitem(sys.modules, "opentelemetry.trace", raising=False)
    with pytest.raises(MissingExtra, match=r"cdg62-connect\[telemetry\]"):
        OpenTelemetryObserver()
