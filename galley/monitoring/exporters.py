"""Errors to Sentry and traces to OpenTelemetry, if their packages are installed: the extras `sentry` and `otel`."""

from typing import Any

from galley.monitoring.redaction import redact
from galley.monitoring.request_ids import request_id, task_id


def start_sentry(dsn: str) -> None:
    """Send errors to `dsn` from now on: of requests, sockets and tasks, with their request's id, but nobody's words.

    Local variables, bodies, cookies and addresses of visitors stay here. Raises ImportError without the extra.
    """
    import sentry_sdk

    sentry_sdk.init(
        dsn,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        before_send=prepare_event,
    )


def prepare_event(event: Any, hint: Any) -> Any:
    """Return `event` with the request's id, and without cookies and tokens: `before_send` of Sentry."""
    event.setdefault("tags", {}).update(request_id=request_id.get(), task_id=task_id.get())
    if request := event.get("request"):
        request.pop("cookies", None)
        request.pop("query_string", None)
        request["headers"] = {}
        request["url"] = redact(request.get("url", ""))
    return event


def traced(application: Any) -> Any:
    """Return `application`, whose requests are sent as traces to `OTEL_EXPORTER_OTLP_ENDPOINT`.

    The exporter reads this and the other standard variables itself. Raises ImportError without the extra.
    """
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": "galley"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    # What opens drafts without an account, or sets a password, belongs in no trace.
    return OpenTelemetryMiddleware(
        application, excluded_urls="/shared/,/password_reset/confirm/", exclude_spans=["receive", "send"]
    )
