"""The bridge to OpenTelemetry, against the real API with providers that keep what they are told."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from textwrap import dedent

import pytest
from opentelemetry import metrics, trace

from cdg62_connect.errors import MissingExtra
from cdg62_connect.transport import ExchangeEvent, Kind, OpenTelemetryObserver

SCOPE = "cdg62_connect.transport"


class Span(trace.NonRecordingSpan):
    """A span of the API that remembers."""

    def __init__(self, name, *, kind, attributes, start_time, parent):
        super().__init__(trace.SpanContext(trace_id=1, span_id=2, is_remote=False))
        self.name, self.kind, self.attributes = name, kind, dict(attributes)
        self.start_time, self.parent = start_time, parent
        self.status = self.end_time = None

    def set_status(self, status, description=None):
        self.status = status

    def end(self, end_time=None):
        self.end_time = end_time


class Tracer(trace.NoOpTracer):
    def __init__(self, spans):
        self.spans = spans

    def start_span(
        self,
        name,
        context=None,
        kind=trace.SpanKind.INTERNAL,
        attributes=None,
        links=(),
        start_time=None,
        record_exception=True,
        set_status_on_exception=True,
    ):
        parent = trace.get_current_span(context)
        self.spans.append(Span(name, kind=kind, attributes=attributes, start_time=start_time, parent=parent))
        return self.spans[-1]


class Instrument(metrics.Histogram, metrics.Counter):
    """Both instruments of the bridge: what distinguishes them is the method that it calls."""

    def __init__(self, name, unit, measures):
        self.name, self.unit, self.measures = name, unit, measures

    def record(self, amount, attributes=None, context=None):
        self.measures.append(("record", self.name, self.unit, amount, attributes))

    def add(self, amount, attributes=None, context=None):
        self.measures.append(("add", self.name, self.unit, amount, attributes))


class Meter(metrics.NoOpMeter):
    def __init__(self, name, measures):
        super().__init__(name)
        self.measures = measures

    def create_histogram(self, name, unit="", description="", **options):
        return Instrument(name, unit, self.measures)

    def create_counter(self, name, unit="", description=""):
        return Instrument(name, unit, self.measures)


@dataclass
class Kept(trace.TracerProvider, metrics.MeterProvider):
    """Both providers of the application."""

    spans: list[Span] = field(default_factory=list)
    measures: list[tuple] = field(default_factory=list)
    scopes: list[str] = field(default_factory=list)

    def get_tracer(self, instrumenting_module_name, *args, **options):
        self.scopes.append(instrumenting_module_name)
        return Tracer(self.spans)

    def get_meter(self, name, *args, **options):
        self.scopes.append(name)
        return Meter(name, self.measures)


@pytest.fixture
def kept():
    return Kept()


@pytest.fixture
def observer(kept):
    return OpenTelemetryObserver(tracer_provider=kept, meter_provider=kept)


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


def test_an_attempt_becomes_a_span_and_measures(kept, observer):
    observer(event())
    common = {
        "cdg62.platform": "s2low",
        "cdg62.operation": "actes_transac_create",
        "cdg62.kind": "effect",
        "http.response.status_code": 200,
    }
    (span,) = kept.spans
    assert (span.name, span.kind) == ("s2low actes_transac_create", trace.SpanKind.CLIENT)
    assert span.attributes == {**common, "http.request.resend_count": 0}
    assert (span.start_time, span.end_time) == (1_772_438_400_250_001_000, 1_772_438_401_750_001_000)
    assert span.status is None
    assert kept.measures == [
        ("record", "http.client.request.duration", "s", 1.5, common),
        ("add", "cdg62.exchange.bytes", "By", 300, {**common, "network.io.direction": "transmit"}),
        ("add", "cdg62.exchange.bytes", "By", 20, {**common, "network.io.direction": "receive"}),
    ]


def test_a_failed_attempt_is_a_span_in_error_without_a_status_it_never_had(kept, observer):
    observer(event(status=None, error="OutcomeUnknown", attempt=3))
    (span,) = kept.spans
    assert span.status.status_code is trace.StatusCode.ERROR
    assert span.status.description == "OutcomeUnknown"
    assert span.attributes["error.type"] == "OutcomeUnknown"
    assert span.attributes["http.request.resend_count"] == 2
    assert "http.response.status_code" not in span.attributes


def test_the_providers_of_the_application_are_asked_under_our_name(kept, observer):
    assert kept.scopes == [SCOPE, SCOPE]


def test_the_span_is_a_child_of_the_one_of_the_caller(kept, observer):
    caller = trace.NonRecordingSpan(trace.SpanContext(trace_id=62, span_id=7, is_remote=False))
    with trace.use_span(caller):
        observer(event())
    observer(event())
    assert [span.parent for span in kept.spans] == [caller, trace.INVALID_SPAN]


def test_it_watches_a_session(kept, observer, serve, connect, a_read):
    def answers(connection):
        connection.request()
        connection.answer(body=b"bonjour")

    session = connect(serve(answers), observers=[observer])
    session.exchange(a_read(), lambda answer: answer.body())
    assert [span.name for span in kept.spans] == ["plateforme lire"]
    assert kept.spans[0].attributes["http.response.status_code"] == 200


def test_without_an_application_that_listens_it_costs_nothing_and_says_nothing(capfd):
    OpenTelemetryObserver()(event(error="NotSent"))
    assert capfd.readouterr() == ("", "")


GLOBAL = """
    import sys

    from cdg62_connect.transport import OpenTelemetryObserver

    print("chargé" if "opentelemetry" in sys.modules else "pas chargé")

    from opentelemetry import metrics, trace

    class Provider(trace.NoOpTracerProvider, metrics.NoOpMeterProvider):
        def get_tracer(self, name, *args, **options):
            print("traces", name)
            return super().get_tracer(name, *args, **options)

        def get_meter(self, name, *args, **options):
            print("mesures", name)
            return super().get_meter(name, *args, **options)

    trace.set_tracer_provider(Provider())
    metrics.set_meter_provider(Provider())
    OpenTelemetryObserver()
"""


def test_the_library_is_loaded_on_use_only_and_its_global_providers_serve_when_none_is_given():
    # A process of its own: the API lets them be set once only.
    run = subprocess.run(
        [sys.executable, "-c", dedent(GLOBAL)], capture_output=True, text=True, timeout=60, check=True
    )
    assert run.stdout.splitlines() == ["pas chargé", f"traces {SCOPE}", f"mesures {SCOPE}"]


def test_the_missing_library_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    monkeypatch.delitem(sys.modules, "opentelemetry.trace", raising=False)
    with pytest.raises(MissingExtra, match=r"cdg62-connect\[telemetry\]"):
        OpenTelemetryObserver()
