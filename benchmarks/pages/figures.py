"""What each figure must reach."""

from benchmarks.preview.figures import Limit

LIMITS = {
    "uncached_asgi_over_wsgi": Limit(1.0, more_is_better=True),
    "post_cpu_units": Limit(6),
    "listing_cpu_units": Limit(8),
    "post_queries": Limit(12),
    "listing_queries": Limit(12),
    "listing_10k_over_100": Limit(1.15),
    "listing_100k_over_100": Limit(1.3),
    "start_ms": Limit(3_000),
}

# Where nothing may fail, a median would hide the run that did.
WORST_OF_RUNS = {"uncached_errors"}
