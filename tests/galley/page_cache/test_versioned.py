"""What is kept in memory belongs to one version of the content."""

import threading

import pytest
from django.db.models import QuerySet
from django.template import Context, Template
from django.test import RequestFactory
from wagtail.models import Site

from galley.page_cache import versioned
from galley.page_cache.queries import record_queries
from galley.page_cache.versioned import DEFAULT_SIZE, cached, cached_queryset, use_version

ONE, TWO = (1, 1), (2, 2)


class Maker:
    """Counts how often it makes something."""

    def __init__(self, value: object = "made") -> None:
        self.value = value
        self.times = 0

    def __call__(self) -> object:
        self.times += 1
        return self.value


def test_it_is_made_once_for_a_version() -> None:
    make = Maker()
    for version in (ONE, ONE, TWO, TWO):
        with use_version(version):
            assert cached("once", make) == "made"
    assert make.times == 2


def test_nothing_is_kept_where_no_page_is_served() -> None:
    make = Maker()
    with use_version(None):
        cached("never", make)
        cached("never", make)
    cached("never", make)
    assert make.times == 3


def test_what_is_not_there_is_not_kept() -> None:
    make = Maker(None)
    with use_version((3, 3)):
        cached("nothing", make)
        cached("nothing", make)
    assert make.times == 2


def test_two_who_want_the_same_wait_for_one_making() -> None:
    begun, go_on = threading.Event(), threading.Event()
    make = Maker()

    def make_slowly() -> object:
        begun.set()
        go_on.wait(60)
        return make()

    def want(maker) -> None:
        with use_version((4, 4)):
            cached("slow", maker)

    first = threading.Thread(target=want, args=(make_slowly,))
    second = threading.Thread(target=want, args=(make,))
    first.start()
    begun.wait(60)
    second.start()
    second.join(0.1)
    go_on.set()
    first.join(5)
    second.join(5)
    assert make.times == 1


def test_whoever_is_given_what_is_kept_has_read_the_same(db: None) -> None:
    def read() -> list[Site]:
        return list(Site.objects.all())

    reads = []
    for _ in range(2):
        with use_version((5, 5)), record_queries() as noted:
            cached("sites", read)
        reads.append(noted)
    assert reads[0] == reads[1]
    assert any("wagtailcore_site" in sources for _, sources in reads[1].values())


def test_a_query_without_rows_needs_no_query(db: None) -> None:
    none: QuerySet = Site.objects.filter(pk__in=[])
    assert cached_queryset(none, lambda: list(none)) == []


TEMPLATE = Template('{% load page_cache %}{% cached "part" key %}{{ words }}{% endcached %}')


def render(version, words: str, *, key: object = 1, is_preview: bool = False) -> str:
    request = RequestFactory().get("/")
    request.is_preview = is_preview
    with use_version(version):
        return TEMPLATE.render(Context({"request": request, "words": words, "key": key}))


def test_a_part_of_a_template_is_kept(db: None) -> None:
    assert render((6, 6), "first") == "first"
    assert render((6, 6), "second") == "first"
    assert render((6, 6), "second", key=2) == "second"
    assert render((7, 7), "second") == "second"


def test_a_part_of_a_template_takes_no_more_memory_than_it_has_bytes(db: None) -> None:
    words = "a—b" * DEFAULT_SIZE
    for _ in range(2):
        assert render((20, 20), words) == words
    assert len(words.encode()) < versioned._newest.get_or_compute.cache.currsize < len(words.encode()) * 1.2


def test_a_preview_neither_gets_nor_leaves_a_kept_part(db: None) -> None:
    assert render((8, 8), "draft", is_preview=True) == "draft"
    assert render((8, 8), "published") == "published"
    assert render((8, 8), "draft", is_preview=True) == "draft"


@pytest.mark.parametrize("key", [None, ""])
def test_a_part_of_something_unsaved_is_not_kept(db: None, key: object) -> None:
    assert render((9, 9), "first", key=key) == "first"
    assert render((9, 9), "second", key=key) == "second"
