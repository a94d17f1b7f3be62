"""A bridge to OpenTelemetry: one client span and two measures for each attempt.

Needs the ``telemetry`` extra (``opentelemetry-api`` only: the application brings its own SDK and exporters).
"""

from __future__ import annotations

import importlib
from datetime import datetime, timedelta
from typing import Any

from cdg62_connect.extras import extra
from cdg62_connect.transport.events import ExchangeEvent

_SCOPE = "cdg62_connect.transport"


class OpenTelemetryObserver:
    """An observer for :class:`~cdg62_connect.transport.HttpSession` that reports to OpenTelemetry.

    The span is a child of whatever span is current in the calling thread. Names are those of the semantic
    conventions for HTTP clients where they exist, and under ``cdg62.`` otherwise.

    Args:
        tracer_provider: the application's; the global one when ``None``.
        meter_provider: the same for measures.

    Raises:
        MissingExtra: ``opentelemetry-api`` is not installed.
    """

    def __init__(self, *, tracer_provider: object = None, meter_provider: object = None) -> None:
        # Any: the library is optional, and its types are not there to be checked against.
        with extra("telemetry", needed_for="Envoyer les échanges à OpenTelemetry"):
            self._trace: Any = importlib.import_module("opentelemetry.trace")
            metrics: Any = importlib.import_module("opentelemetry.metrics")
        self._tracer: Any = self._trace.get_tracer(_SCOPE, tracer_provider=tracer_provider)
        meter: Any = metrics.get_meter(_SCOPE, meter_provider=meter_provider)
        self._durations: Any = meter.create_histogram(
            "http.client.request.duration", unit="s", description="Durée des appels aux plateformes."
        )
        self._volumes: Any = meter.create_counter(
            "cdg62.exchange.bytes", unit="By", description="Octets échangés avec les plateformes."
        )

    def __call__(self, event: ExchangeEvent) -> None:
        """Report one attempt."""
        common: dict[str, str | int] = {
            "cdg62.platform": event.platform,
            "cdg62.operation": event.operation,
            "cdg62.kind": event.kind.value,
        }
        if event.status is not None:
            common["http.response.status_code"] = event.status
        if event.error is not None:
            common["error.type"] = event.error
        span: Any = self._tracer.start_span(
            f"{event.platform} {event.operation}",
            kind=self._trace.SpanKind.CLIENT,
            attributes={**common, "http.request.resend_count": event.attempt - 1},
            start_time=_nanoseconds(event.started_at),
        )
        if event.error is not None:
            span.set_status(self._trace.Status(self._trace.StatusCode.ERROR, event.error))
        span.end(end_time=_nanoseconds(event.started_at + timedelta(seconds=event.seconds)))
        self._durations.record(event.seconds, attributes=common)
        self._volumes.add(event.bytes_up, attributes={**common, "network.io.direction": "transmit"})
        self._volumes.add(event.bytes_down, attributes={**common, "network.io.direction": "receive"})


def _nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000) * 1000
