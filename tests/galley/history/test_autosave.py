"""Autosave overwrites its last revision only while nothing is lost."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone
from wagtail.models import Page, PageLogEntry, Revision

from blog.models import BlogPostPage, PostAuthor
from galley.history.models import AutosavedRevision, VersionName
from portfolio.models import ProjectLink, ProjectPage
from tests.conftest import SmallSite
from tests.factories import AuthorFactory, EditorFactory
from tests.galley.preview.conftest import form_of, markdown

pytestmark = pytest.mark.django_db

LONG = " ".join(f"word{number}" for number in range(200))


def block(text: str, name: str = "1", kind: str = "markdown") -> dict[str, Any]:
    return {"type": kind, "value": text, "id": name}


class Writer:
    """Somebody whose window overwrites its own revision, as autosave does."""

    def __init__(self, page: Page, user: Any) -> None:
        self.page, self.user, self.revision = page, user, None

    def save(self, **changes: Any) -> bool:
        """Save the draft with `changes`; return whether that has made a new revision."""
        page = type(self.page).objects.get(pk=self.page.pk).get_latest_revision_as_object()
        for name, value in changes.items():
            if isinstance(value, list) and name != "body":
                getattr(page, name).set(value)
            else:
                setattr(page, name, value)
        before = self.revision
        self.revision = page.save_revision(
            user=self.user, log_action=True, clean=False, overwrite_revision=self.revision and self._reload()
        )
        return self.revision != before

    def _reload(self) -> Revision:
        return Revision.objects.get(pk=self.revision.pk)

    def texts(self) -> list[str]:
        """Return the text of each revision, the oldest first."""
        revisions = Revision.objects.for_instance(self.page).order_by("pk")
        return [" ".join(str(part["value"]) for part in revision.as_object().body.raw_data) for revision in revisions]


@pytest.fixture
def writer(small_site: SmallSite, editor: Any) -> Writer:
    writer = Writer(small_site.post, editor)
    writer.save(title="A title of five words", body=[block(LONG)])
    return writer


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Return a function that sets the clock forward."""
    now = [datetime(2026, 5, 1, 12, tzinfo=UTC)]
    monkeypatch.setattr(timezone, "now", lambda: now[0])

    def forward(time: timedelta) -> None:
        now[0] += time

    return forward


def test_typing_overwrites(writer: Writer) -> None:
    text = LONG
    for letter in " and so it goes on, with many more words":
        text += letter
        assert not writer.save(body=[block(text)])
    assert writer.texts() == [text]


def test_a_short_text_that_is_typed_letter_by_letter_is_one_revision(small_site: SmallSite, editor: Any) -> None:
    writer = Writer(small_site.post, editor)
    writer.save(title="New", body=[])
    text = "Words at last"
    assert not any(writer.save(body=[block(text[:length])]) for length in range(1, len(text) + 1))


def test_a_tenth_that_is_removed_stays_in_the_history(writer: Writer) -> None:
    shorter = " ".join(LONG.split()[30:])
    assert writer.save(body=[block(shorter)])
    assert writer.texts() == [LONG, shorter]


def test_less_than_a_tenth_is_overwritten(writer: Writer) -> None:
    assert not writer.save(body=[block(" ".join(LONG.split()[15:]))])


def test_another_text_of_the_same_length_is_a_new_revision(writer: Writer) -> None:
    assert writer.save(body=[block(LONG.replace("word", "other"))])


def test_the_same_words_in_another_order_are_overwritten(writer: Writer) -> None:
    assert not writer.save(body=[block(" ".join(reversed(LONG.split())))])


def test_one_copy_of_two_that_is_removed_stays_in_the_history(writer: Writer) -> None:
    writer.save(body=[block(f"{LONG} {LONG}")])
    assert writer.save(body=[block(LONG)])


@pytest.mark.parametrize("step", [10, *(pytest.param(step, marks=pytest.mark.nightly) for step in (6, 1))])
def test_gradual_deletion_loses_nothing_but_a_tenth(writer: Writer, step: int) -> None:
    words = LONG.split()
    while words:
        words = words[:-step]
        writer.save(body=[block(" ".join(words), "1")])
    stored = [set(text.split()) for text in writer.texts()]
    assert stored[0] >= set(LONG.split()[:180])
    for longer, shorter in pairwise(stored):
        assert len(longer - shorter) <= max(len(longer) / 10 + 2 * step, 2)


@pytest.mark.parametrize("step", [10, pytest.param(1, marks=pytest.mark.nightly)])
def test_gradual_replacement_loses_nothing_but_a_tenth(writer: Writer, step: int) -> None:
    words = LONG.split()
    for number in range(0, len(words), step):
        words[number : number + step] = [f"other{number + place}" for place in range(step)]
        writer.save(body=[block(" ".join(words))])
    assert len(set(writer.texts()[0].split()) & set(LONG.split())) >= 175


def test_words_that_come_back_are_not_gone(writer: Writer) -> None:
    shorter = " ".join(LONG.split()[15:])
    for _ in range(10):
        assert not writer.save(body=[block(shorter)])
        assert not writer.save(body=[block(LONG)])


def test_a_block_with_a_single_word_stays_in_the_history(writer: Writer) -> None:
    writer.save(body=[block(LONG), block("Coda", "2")])
    assert writer.save(body=[block(LONG)])
    assert "Coda" in writer.texts()[0]


def test_an_empty_block_is_overwritten(writer: Writer) -> None:
    empty = {"type": "heading", "value": {"text": "", "level": "2"}, "id": "2"}
    writer.save(body=[block(LONG), block("<p data-block-key='abc'></p>", "3", "paragraph"), empty])
    assert not writer.save(body=[block(LONG)])


def test_a_block_that_is_emptied_stays_in_the_history(writer: Writer) -> None:
    writer.save(body=[block(LONG), block("A short paragraph", "2")])
    assert writer.save(body=[block(LONG), block("", "2")])


def test_a_block_that_moves_is_overwritten(writer: Writer) -> None:
    writer.save(body=[block(LONG), block("Two words", "2")])
    assert not writer.save(body=[block("Two words", "2"), block(LONG)])
    assert not writer.save(body=[block("Two words", "pasted elsewhere"), block(LONG)])


def gallery(*captions: str) -> dict[str, Any]:
    picture = {"image": {"image": None, "decorative": False, "alt_text": ""}}
    items = [{"type": "item", "value": picture | {"caption": text}, "id": f"item-{text}"} for text in captions]
    return {"type": "gallery", "value": {"pictures": items, "caption": ""}, "id": "gallery"}


def test_an_item_of_a_list_inside_a_block_stays_in_the_history(writer: Writer) -> None:
    writer.save(body=[block(LONG), gallery("One", "Another")])
    assert writer.save(body=[block(LONG), gallery("One")])


def test_a_row_of_the_page_stays_in_the_history(writer: Writer) -> None:
    rows = [PostAuthor(author=AuthorFactory(), sort_order=number) for number in range(2)]
    writer.save(post_authors=rows)
    assert not writer.save(body=[block(f"{LONG} more")])
    assert writer.save(post_authors=rows[:1])


def test_a_row_that_is_stored_already_stays_in_the_history(small_site: SmallSite, editor: Any) -> None:
    project = small_site.project
    project.links = [ProjectLink(label=f"Link {number}", url="https://example.org/") for number in range(2)]
    project.save()
    writer = Writer(project, editor)
    writer.save()
    assert not writer.save(body=[block("A text")])
    assert writer.save(links=[ProjectPage.objects.get(pk=project.pk).links.last()])


def test_the_title_and_other_fields_count(small_site: SmallSite, editor: Any) -> None:
    writer = Writer(small_site.post, editor)
    writer.save(title="A title of five words", excerpt="And ten words that say what the post is about", body=[])
    assert writer.save(excerpt="")
    assert writer.save(title="Untitled")


def test_a_slug_does_not_count(small_site: SmallSite, editor: Any) -> None:
    writer = Writer(small_site.post, editor)
    writer.save(title="A title", slug="an-old-slug-with-many-words", body=[])
    assert not writer.save(slug="new")


@pytest.mark.parametrize("text", ["所有的字都留在歷史裡" * 5, "ข้อความทั้งหมดอยู่ในประวัติ" * 5])
def test_a_script_without_spaces_is_typed_and_deleted(small_site: SmallSite, editor: Any, text: str) -> None:
    writer = Writer(small_site.post, editor)
    writer.save(title="T", body=[block(text)])
    assert not writer.save(body=[block(text + text[0])])
    assert not writer.save(body=[block(text)])
    assert writer.save(body=[block(text[: len(text) // 2])])


def test_marks_and_tags_do_not_count(writer: Writer) -> None:
    writer.save(body=[block(f"<p><b>{LONG}</b></p>", kind="paragraph")])
    assert not writer.save(body=[block(f"<p data-block-key='x1y2z'>{LONG}</p>", kind="paragraph")])


def test_after_ten_minutes_of_writing_there_is_a_new_revision(
    small_site: SmallSite, editor: Any, clock: Callable[[timedelta], None]
) -> None:
    writer = Writer(small_site.post, editor)
    texts = []
    for minute in range(30):
        texts.append(" ".join(f"minute{number}" for number in range(minute + 1)))
        writer.save(body=[block(texts[-1])])
        clock(timedelta(minutes=1))
    assert writer.texts() == [texts[9], texts[19], texts[29]]


def test_a_window_that_stayed_open_over_night_begins_a_new_revision(
    small_site: SmallSite, editor: Any, clock: Callable[[timedelta], None]
) -> None:
    writer = Writer(small_site.post, editor)
    writer.save(body=[block("The evening")])
    clock(timedelta(hours=12))
    assert writer.save(body=[block("The evening and the morning")])
    assert not writer.save(body=[block("The evening and the morning, the first day")])


def test_a_new_revision_counts_from_its_own_words(writer: Writer) -> None:
    writer.save(body=[block(" ".join(LONG.split()[:100]))])
    assert not writer.save(body=[block(" ".join(LONG.split()[:95]))])


@pytest.mark.parametrize("reason", ["live", "named", "scheduled"])
def test_a_fixed_revision_is_not_overwritten(writer: Writer, reason: str) -> None:
    if reason == "live":
        writer.revision.publish()
    elif reason == "named":
        VersionName.objects.create(revision=writer.revision, name="First")
    else:
        Revision.objects.filter(pk=writer.revision.pk).update(approved_go_live_at=timezone.now() + timedelta(days=1))
    assert writer.save(body=[block(f"{LONG} more")])
    assert writer.texts() == [LONG, f"{LONG} more"]


def test_a_revision_in_moderation_is_not_overwritten(writer: Writer) -> None:
    page = BlogPostPage.objects.get(pk=writer.page.pk)
    page.get_workflow().start(page, writer.user)
    assert writer.save(body=[block(f"{LONG} more")])


@pytest.mark.parametrize("words", [100, 200])
def test_nobody_overwrites_the_revision_of_another(writer: Writer, words: int) -> None:
    writer.user = EditorFactory()
    with pytest.raises(PermissionDenied):
        writer.save(body=[block(" ".join(LONG.split()[:words]))])
    assert writer.texts() == [LONG]


@pytest.mark.parametrize("words", [100, 200])
def test_what_is_not_the_latest_stays_refused(writer: Writer, words: int) -> None:
    """Also if a new revision would be made: it would hide the other one."""
    BlogPostPage.objects.get(pk=writer.page.pk).save_revision(user=writer.user)
    with pytest.raises(PermissionDenied):
        writer.save(body=[block(" ".join(LONG.split()[:words]))])


def test_autosave_goes_on_with_the_new_revision_and_the_history_has_one_entry_for_each(writer: Writer) -> None:
    client = Client()
    client.force_login(writer.user)
    last = writer.revision.pk
    for text, is_new in [
        (LONG + " more", False),
        ("Cut", True),
        ("Cut, and on", False),
        ("Cut, and on it goes", False),
    ]:
        form = form_of(writer.page, body=markdown(text)) | {"overwrite_revision_id": [str(last)]}
        form |= {"title": ["A title of five words"]}
        url = f"/admin/pages/{writer.page.pk}/edit/"
        answer = client.post(url, form, headers={"accept": "application/json"}).json()
        assert answer["success"]
        assert (answer["revision_id"] != last) == is_new
        last = answer["revision_id"]
    entries = PageLogEntry.objects.filter(page=writer.page, action="wagtail.edit", uuid__isnull=False)
    assert entries.count() == 4
    assert entries.latest_by_uuid_and_action().count() == 2


def test_only_what_is_removed_is_written_beside_the_revision(writer: Writer) -> None:
    writer.save(body=[block(LONG + " more")])
    assert AutosavedRevision.objects.get().removed_words == {}
    writer.save(body=[block(" ".join(LONG.split()[2:]))])
    assert AutosavedRevision.objects.get().removed_words == {"word0": 1, "word1": 1, "more": 1}
