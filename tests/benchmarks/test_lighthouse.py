"""The figures read from Lighthouse's reports."""

from benchmarks.lighthouse.figures import LIMITS, median_of_runs, worst_of_pages
from benchmarks.lighthouse.runs import list_faults, read_scores, read_weight

REPORT = {
    "categories": {
        name: {"score": score, "auditRefs": [{"id": "heading-order", "weight": 1}, {"id": "hint", "weight": 0}]}
        for name, score in {"performance": 0.97, "accessibility": 1, "best-practices": 0.5, "seo": None}.items()
    },
    "audits": {
        "largest-contentful-paint": {"id": "largest-contentful-paint", "numericValue": 1_234.5, "score": 1},
        "cumulative-layout-shift": {"id": "cumulative-layout-shift", "numericValue": 0.012, "score": 1},
        "heading-order": {"id": "heading-order", "title": "Headings are out of order", "score": 0},
        "hint": {"id": "hint", "title": "Costs nothing", "score": 0},
        "network-requests": {
            "id": "network-requests",
            "score": 1,
            "details": {
                "items": [
                    {"transferSize": 8_000, "resourceType": "Document"},
                    {"transferSize": 1_500, "resourceType": "Script"},
                ]
            },
        },
    },
}


def test_scores_are_of_a_hundred_and_named_by_the_device() -> None:
    assert read_scores(REPORT, "phone") == {
        "phone_performance": 97,
        "phone_accessibility": 100,
        "phone_best_practices": 50,
        "phone_seo": 0,
        "phone_lcp_ms": 1_234,
        "phone_cls": 0.01,
    }


def test_the_weight_is_what_came_over_the_wire() -> None:
    weight = {"first_visit_kb": 9.5, "first_visit_requests": 2, "first_visit_script_kb": 1.5}
    assert read_weight(REPORT) == weight
    assert set(weight) | set(read_scores(REPORT, "phone")) | set(read_scores(REPORT, "desktop")) == set(LIMITS)


def test_only_what_costs_points_is_listed() -> None:
    assert list_faults(REPORT) == ["heading-order: Headings are out of order"]


def test_the_median_of_the_runs_counts_and_then_the_worst_page() -> None:
    good = median_of_runs([{"phone_seo": seo, "phone_lcp_ms": 900} for seo in (100, 0, 100)])
    bad = {"phone_seo": 90, "phone_lcp_ms": 1_100, "first_visit_kb": 80}
    assert worst_of_pages([good, bad]) == bad
