"""The metrics of all processes of a host, for a Prometheus that has the token."""

import hmac
from collections.abc import Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from galley.monitoring.metrics import HostCollector
from galley.tasks.queue import read_status


def metrics(request: HttpRequest) -> HttpResponse:
    """Return the metrics to who sends `Authorization: Bearer METRICS_TOKEN`. For all others the address isn't there."""
    token = getattr(settings, "METRICS_TOKEN", "")
    expected = f"Bearer {token}"
    sent = request.headers.get("Authorization", "")
    if not token or not hmac.compare_digest(sent.encode(), expected.encode()):
        raise Http404
    registry = CollectorRegistry()
    registry.register(HostCollector())
    registry.register(QueueCollector())
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST, headers=headers)


class QueueCollector:
    """The queue of background tasks, which is in the database and so the same for all hosts."""

    def collect(self) -> Iterator[Metric]:
        """Yield the numbers: Prometheus' interface."""
        status = read_status()
        yield GaugeMetricFamily("galley_queue_waiting", "Tasks that are due and haven't begun.", status.waiting)
        age = status.oldest_age.total_seconds()
        yield GaugeMetricFamily("galley_queue_oldest_seconds", "How long the oldest of them has waited.", age)
        yield GaugeMetricFamily("galley_queue_failed", "Tasks that have failed.", status.failed)
        if status.seen_at:
            since = (timezone.now() - status.seen_at).total_seconds()
            yield GaugeMetricFamily("galley_worker_seen_seconds", "How long ago a worker was seen.", since)
