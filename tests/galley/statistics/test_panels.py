"""Where editors see the numbers, who sees which, and the switch."""

import datetime
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Site

from galley.statistics.readings import DAYS, Reading
from home.models import SiteSettings
from tests.conftest import SmallSite
from tests.factories import BlogPostPageFactory
from tests.galley.statistics.conftest import add_counts

POSTS = "/admin/blogpostpage-list/"


def text_of(client: Client, url: str) -> str:
    """Return the text of a page of the admin, with the descriptions of its lines, without tags."""
    html = client.get(url).content.decode()
    html = re.sub(r"<title>.*?</title>|<(script|style|template)\b.*?</\1>", " ", html, flags=re.DOTALL)
    html = re.sub(r'<svg class="sparkline"[^>]* aria-label="([^"]*)"[^>]*>', r"[\1]", html)
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("&#x27;", "'").split())


def edit_url(page) -> str:
    return f"/admin/pages/{page.pk}/edit/"


def explorer_url(page) -> str:
    return f"/admin/pages/{page.pk}/"


def switch_off() -> None:
    SiteSettings.objects.update_or_create(site=Site.objects.get(), defaults={"counts_visits": False})


def test_a_reading_is_a_line_and_words() -> None:
    today = datetime.date(2026, 5, 3)
    reading = Reading((*[0] * (DAYS - 3), 1_200, 0, 34), today)
    assert (reading.total, reading.week, reading.week_before) == (1_234, 1_234, 0)
    assert reading.description == "By day: at most 1,200, on 1 May; 34 today."
    points = [tuple(map(float, point.split(","))) for point in reading.points.split()]
    assert len(points) == DAYS
    assert points[0] == (2, 22)
    assert points[-3][1] == 2
    assert points[-1][0] == 114
    assert Reading((0,) * DAYS, today).description == "Nobody has read it in the last 30 days."


def test_the_editor_of_a_page_tells_how_often_it_was_read(
    client_of: Callable[..., Client], small_site: SmallSite
) -> None:
    add_counts(small_site.post, 4, 0, 20, *[0] * 5, 100)
    client = client_of("Editors")
    text = text_of(client, edit_url(small_site.post))
    assert "Read 124 times in the last 30 days" in text
    assert "In the last 7 days: 24. In the 7 days before: 100." in text
    assert "[By day: at most 100, on" in text
    assert "Nobody has read it in the last 30 days." in text_of(client, edit_url(small_site.about))
    add_counts(small_site.project, 1)
    assert "Read 1 time in" in text_of(client, edit_url(small_site.project))


@pytest.mark.nightly
def test_a_page_that_was_never_published_has_no_numbers(
    client_of: Callable[..., Client], small_site: SmallSite
) -> None:
    draft = BlogPostPageFactory(parent=small_site.blog, live=False, first_published_at=None)
    assert "in the last 30 days" not in text_of(client_of("Editors"), edit_url(draft))


def test_the_dashboard_has_the_week_and_what_is_read_most(
    client_of: Callable[..., Client], small_site: SmallSite
) -> None:
    add_counts(small_site.post, 4, *[0] * 6, 30)
    add_counts(small_site.about, *[0] * 6, 1_500)
    add_counts(small_site.project, *[0] * 7, 9)
    text = text_of(client_of("Editors"), "/admin/")
    panel = text[text.index("Read in the last 7 days") :]
    assert "1,504 visits" in panel
    assert "in the 7 days before: 39" in panel
    assert panel.index("About us 1,500") < panel.index(f"{small_site.post.title} 4")
    assert small_site.project.title not in panel


def test_the_dashboard_says_when_nobody_has_come_yet(client_of: Callable[..., Client]) -> None:
    assert "No visits yet." in text_of(client_of("Editors"), "/admin/")


def test_an_author_sees_the_numbers_of_own_pages_alone(client_of: Callable[..., Client], small_site: SmallSite) -> None:
    add_counts(small_site.about, 777)
    add_counts(small_site.post, 555)
    client = client_of("Authors")
    assert "Read in the last 7 days" not in text_of(client, "/admin/")
    own = BlogPostPageFactory(parent=small_site.blog, title="My own", owner=client.user)
    add_counts(own, 33)
    for url in ("/admin/", POSTS, explorer_url(small_site.blog)):
        text = text_of(client, url)
        assert "33 [By day" in text
        assert "555" not in text
        assert "777" not in text
        assert "588" not in text
    assert client.get(edit_url(small_site.about)).status_code == 302


@pytest.mark.parametrize("list_of", ["posts", "explorer"])
def test_a_list_has_a_column_with_one_query(
    client_of: Callable[..., Client], small_site: SmallSite, list_of: str
) -> None:
    client, url = client_of("Editors"), {"posts": POSTS, "explorer": explorer_url(small_site.blog)}[list_of]
    add_counts(small_site.post, 1_124)
    BlogPostPageFactory(parent=small_site.blog, live=False, title="Begun")
    text = text_of(client, url)
    assert "Read in 30 days" in text
    assert "1,124 [By day: at most 1,124, on" in text
    assert "Not published" in text

    def count_queries() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        return len(queries)

    few = count_queries()
    for number in range(5):
        add_counts(BlogPostPageFactory(parent=small_site.blog, title=f"More {number}"), number)
    assert count_queries() == few


def test_the_switch_takes_all_numbers_away(client_of: Callable[..., Client], small_site: SmallSite) -> None:
    add_counts(small_site.post, 124)
    switch_off()
    client = client_of("Chief editors")
    for url in ("/admin/", POSTS, explorer_url(small_site.blog), edit_url(small_site.post)):
        assert "124" not in text_of(client, url)
        assert "sparkline" not in client.get(url).content.decode()
    settings = text_of(client, f"/admin/settings/home/sitesettings/{Site.objects.get().pk}/")
    assert "Nothing is stored about the visitors" in settings
