"""What each figure must reach."""

from benchmarks.figures import Limit

LIMITS = {
    "cached_over_bare": Limit(0.8, more_is_better=True),
    # Whatever makes a page cheaper to render makes it cheaper under WSGI too.
    "cached_over_wsgi": Limit(75, more_is_better=True),
    "uncached_asgi_over_wsgi": Limit(1.0, more_is_better=True),
    "post_cpu_units": Limit(6),
    "listing_cpu_units": Limit(8),
    "post_queries": Limit(12),
    "listing_queries": Limit(12),
    "listing_10k_over_100": Limit(1.15),
    "listing_100k_over_100": Limit(1.3),
    "spike_errors": Limit(0),
    "spike_p99_ms": Limit(500),
    "spike_publish_seen_ms": Limit(1_000),
    "spike_preview_p95_ms": Limit(300),
    "growth_mib": Limit(20),
    # 37 of them are Django Ninja and REST framework, which Wagtail's API imports.
    "peak_mib": Limit(290),
    "loop_stall_ms": Limit(50),
    "start_ms": Limit(3_000),
}

# Where nothing may fail, a median would hide the run that did.
WORST_OF_RUNS = {"uncached_errors", "spike_errors", "memory_errors", "connections_errors"}
