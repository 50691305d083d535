"""A draft that was overtaken replaces nothing, and isn't lost itself."""

import pytest
from django.contrib.auth.models import AbstractUser
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from wagtail.models import Page, Revision

from tests.conftest import SmallSite
from tests.galley.preview.conftest import form_of, markdown
from tests.home.late_drafts import CASES, Author, before_saving, once, play


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("case", CASES)
@pytest.mark.by_day(0, 3, 7)
def test_a_late_draft_on_sqlite(small_site: SmallSite, case: str) -> None:
    play(case)


@pytest.fixture
def author(small_site: SmallSite, editor: AbstractUser) -> Author:
    return Author(small_site.post, editor)


@pytest.mark.django_db
def test_one_window_goes_on_overwriting_its_own_revision(author: Author) -> None:
    author.revision = author.type("a")["revision_id"]
    for text in ("ab", "abc"):
        assert author.type(text)["revision_id"] == author.revision
    assert author.history() == ["abc"]


@pytest.mark.django_db
def test_a_revision_that_was_published_elsewhere_is_not_overwritten(author: Author) -> None:
    author.revision = author.type("public")["revision_id"]
    Revision.objects.get(pk=author.revision).publish()
    answer = author.type("next draft")
    assert answer["success"]
    assert answer["revision_id"] != author.revision
    assert author.history() == ["public", "next draft"]


@pytest.mark.django_db
def test_the_history_shows_the_late_draft(author: Author) -> None:
    with before_saving(once(lambda: author.type("winner"))):
        assert "in the page's history" in author.type("late")["error_message"]
    client = Client()
    client.force_login(author.user)
    late = Revision.objects.for_instance(author.post).order_by("created_at").first()
    history = client.get(reverse("wagtailadmin_pages:history", args=[author.post.pk])).content.decode()
    assert reverse("wagtailadmin_pages:revisions_view", args=[author.post.pk, late.pk]) in history


@pytest.mark.django_db
def test_what_is_saved_by_hand_follows_the_autosave_that_was_under_way(author: Author) -> None:
    author.type("opened")
    with before_saving(once(lambda: author.type("opened, autosaved"))):
        response = save_by_hand(author, "opened, autosaved, and saved by hand")
    assert response.status_code == 302
    assert author.history() == ["opened", "opened, autosaved", "opened, autosaved, and saved by hand"]
    assert author.newest() == "opened, autosaved, and saved by hand"


@pytest.mark.django_db
def test_what_is_saved_by_hand_while_the_page_is_moved_is_saved_where_it_is_now(author: Author) -> None:
    author.type("opened")
    page = Page.objects.get(pk=author.post.pk)
    with before_saving(once(lambda: page.move(Page.get_first_root_node(), pos="last-child"))):
        response = save_by_hand(author, "opened, and saved by hand")
    assert response.status_code == 302
    assert author.newest() == "opened, and saved by hand"
    assert Page.objects.get(pk=author.post.pk).get_parent() == Page.get_first_root_node()
    assert Page.find_problems() == ([], [], [], [], [])


def save_by_hand(author: Author, text: str) -> HttpResponse:
    client = Client()
    client.force_login(author.user)
    return client.post(f"/admin/pages/{author.post.pk}/edit/", form_of(author.post, body=markdown(text)))
