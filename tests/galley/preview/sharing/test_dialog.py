"""Where editors make links, see them and stop them: the dialog beside the form, and the report."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import segno
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from galley.preview.models import ShareLink
from galley.preview.share_views import qr_code
from galley.preview.sharing import make_link, open_link
from tests.factories import EditorFactory
from tests.galley.preview.consumers.test_sockets import editor_of

DAY = timedelta(days=1)
REPORT = "/admin/reports/shared-drafts/"


@pytest.fixture
def blogger(small_site):
    """Somebody who may edit the blog and nothing else."""
    return editor_of(small_site.blog)


@pytest.fixture
def client(blogger) -> Client:
    client = Client(enforce_csrf_checks=False)
    client.force_login(blogger)
    return client


def links_of(page: Page) -> str:
    return f"/preview/pages/{page.pk}/links/"


def make(client: Client, page: Page, **choices: str):
    form = {"label": "Client", "lifetime": "day"} | choices
    return client.post(links_of(page), {f"share-{name}": value for name, value in form.items()})


@pytest.mark.parametrize(
    ("lifetime", "length"),
    [("hour", timedelta(hours=1)), ("day", DAY), ("week", 7 * DAY), ("month", 30 * DAY)],
)
def test_a_link_works_as_long_as_was_chosen(small_site, client, lifetime: str, length: timedelta) -> None:
    make(client, small_site.post, lifetime=lifetime)
    link = ShareLink.objects.get()
    assert abs(link.expires_at - timezone.now() - length) < timedelta(minutes=1)


def test_the_address_is_shown_once_and_opens_the_draft(small_site, client, blogger) -> None:
    response = make(client, small_site.post)
    address = response.context["address"]
    assert response.context["qr_code"] in response.content.decode()
    link = open_link(urlsplit(address).path.split("/")[3])
    assert (link.page_id, link.made_by, link.label) == (small_site.post.pk, blogger, "Client")
    again = client.get(links_of(small_site.post))
    assert "Client" in again.content.decode()
    assert "/preview/shared/" not in again.content.decode()
    assert "no-store" in again["Cache-Control"]


def test_the_code_says_the_address() -> None:
    address = "https://example.org/preview/shared/abc/"
    expected = segno.make_qr(address, error="m").svg_inline(scale=4, dark="#000", light="#fff", omitsize=True)
    drawn = expected[expected.index("<path") : expected.index("</svg>")]
    assert drawn in qr_code(address)
    assert drawn not in qr_code("https://example.org/preview/shared/abd/")


def test_an_odd_choice_is_refused_in_words(small_site, client) -> None:
    response = make(client, small_site.post, lifetime="for ever", label="x" * 101)
    assert "is not one of the available choices" in response.content.decode()
    assert not ShareLink.objects.exists()


def test_links_are_listed_with_their_maker_and_end(small_site, client) -> None:
    EditorFactory(username="rafe", first_name="Rafe", last_name="Quoin")
    colleague = EditorFactory(first_name="Maud", last_name="Rowan")
    make_link(small_site.post, colleague, timedelta(days=3, minutes=1), "Reader & Co.")
    make_link(small_site.project, colleague, DAY, "Elsewhere")
    html = client.get(links_of(small_site.post)).content.decode().replace("\xa0", " ")
    assert "Reader &amp; Co." in html
    assert "Made by Maud Rowan" in html
    assert "Works for another 3 days" in html
    assert "Not opened yet" in html
    assert "Elsewhere" not in html


def test_a_link_is_stopped_by_whoever_may_edit_the_page(small_site, client, editor) -> None:
    link, _token = make_link(small_site.post, editor, DAY)
    response = client.post(f"{links_of(small_site.post)}{link.pk}/stop/", follow=True)
    assert "The link has been stopped" in response.content.decode()
    assert response.context["links"].count() == 0
    assert not ShareLink.objects.get().works


def test_who_may_not_edit_the_page_may_do_nothing(small_site, client, editor) -> None:
    link, _token = make_link(small_site.project, editor, DAY)
    addresses = [links_of(small_site.project), f"{links_of(small_site.project)}{link.pk}/stop/"]
    for address in addresses:
        assert client.post(address, {"share-lifetime": "day"}).status_code == 302
        assert client.post(address, headers={"x-requested-with": "XMLHttpRequest"}).status_code == 403
        stranger = Client().post(address, {"share-lifetime": "day"})
        assert stranger.url.startswith(reverse("wagtailadmin_login"))
    # A link of another page isn't reached by the way of one's own.
    assert client.post(f"{links_of(small_site.post)}{link.pk}/stop/").status_code == 404
    assert ShareLink.objects.get().works


def test_links_are_neither_made_nor_stopped_from_other_sites(small_site, blogger) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(blogger)
    assert make(client, small_site.post).status_code == 403
    assert not ShareLink.objects.exists()


def test_a_page_that_isnt_there_cant_be_shared(small_site, editor, client) -> None:
    assert client.get("/preview/pages/99999/links/").status_code == 404
    root = Page.objects.get(depth=1)
    assert client.get(links_of(root)).status_code == 404


def test_stopping_leads_to_no_other_site(small_site, client, blogger) -> None:
    link, _token = make_link(small_site.post, blogger, DAY)
    stop = f"{links_of(small_site.post)}{link.pk}/stop/"
    assert client.post(stop, {"next": "https://elsewhere.example/"}).url == links_of(small_site.post)
    assert client.post(stop, {"next": REPORT}).url == REPORT


# The report


def test_the_report_stops_a_link(small_site, blogger) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(blogger)
    make_link(small_site.post, blogger, DAY)
    html = client.get(REPORT).content.decode()
    form = html[html.index("/preview/pages/") :]
    names = ("csrfmiddlewaretoken", "next")
    fields = {name: form.split(f'name="{name}" value="', 1)[1].split('"', 1)[0] for name in names}
    response = client.post(form.split('"', 1)[0], fields, follow=True)
    assert response.redirect_chain == [(REPORT, 302)]
    assert "The link has been stopped" in response.content.decode()
    assert not ShareLink.objects.get().works


def test_the_report_lists_the_links_to_pages_that_one_may_edit(small_site, client, editor) -> None:
    make_link(small_site.post, editor, DAY, "Reader of the blog")
    make_link(small_site.project, editor, DAY, "Client of the studio")
    html = client.get(REPORT).content.decode()
    assert "Reader of the blog" in html
    assert small_site.post.title in html
    assert "Client of the studio" not in html
    sheet = b"".join(client.get(f"{REPORT}?export=csv").streaming_content).decode()
    assert "Reader of the blog" in sheet
    assert "Client of the studio" not in sheet


def test_the_report_tells_what_has_ended(small_site, client, editor) -> None:
    stopped, _token = make_link(small_site.post, editor, DAY, "Taken back")
    ShareLink.objects.filter(pk=stopped.pk).stop()
    expired, _token = make_link(small_site.post, editor, DAY, "Out of date")
    ShareLink.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - DAY)
    assert "No draft is shared" in client.get(REPORT).content.decode()
    working, _token = make_link(small_site.post, editor, DAY, "Still read")
    html = client.get(f"{REPORT}?state=ended").content.decode()
    assert "Stopped " in html
    assert "Expired " in html
    assert "/stop/" not in html
    assert "Still read" not in html
    assert "Taken back" not in client.get(REPORT).content.decode()
    html = client.get(f"{REPORT}?state=").content.decode()
    assert "Still read" in html
    assert "Taken back" in html
    assert working.works


def test_the_report_stands_in_the_menu_and_only_for_editors(small_site, client) -> None:
    assert REPORT in client.get("/admin/").content.decode()
    nobody = EditorFactory(is_superuser=False)
    outsider = Client()
    outsider.force_login(nobody)
    assert outsider.get(REPORT).status_code == 302
    assert "No draft is shared" in client.get(REPORT).content.decode()


def test_its_queries_do_not_grow_with_the_links(small_site, client, editor) -> None:
    def count(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    for address in (REPORT, links_of(small_site.post)):
        make_link(small_site.post, editor, DAY)
        count(address)
        few = count(address)
        for number in range(10):
            make_link(small_site.post, EditorFactory(), DAY, f"Reader {number}")
        assert count(address) == few
