"""Guests' notes are mailed to authors who haven't the page open."""

import datetime

import pytest
from django.core import mail
from django.core.cache import cache
from django.utils import timezone
from wagtail.admin.models import EditingSession
from wagtail.models import Comment, get_default_page_content_type

from galley.desk.note_mail import mail_note
from galley.preview.drafts.sources import SavedPage
from galley.preview.messages import Note
from galley.preview.notes import Reviewer, guest_note_left, leave_note
from tests.factories import EditorFactory, SmallSite


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


@pytest.fixture
def leave(small_site: SmallSite, editor, django_capture_on_commit_callbacks):
    """Leave a note as a guest with a link of the editor; `link=None` is the editor's own note."""

    def leave(text: str = "Who is he?", link: str | None = "Client") -> Comment:
        reviewer = Reviewer(editor.pk, "key", link=link)
        with django_capture_on_commit_callbacks(execute=True):
            return leave_note(SavedPage(small_site.post.pk), Note("title", "", text, "Jane"), reviewer)

    return leave


def open_editor(small_site: SmallSite, user, seconds_ago: int) -> None:
    EditingSession.objects.create(
        user=user,
        content_type=get_default_page_content_type(),
        object_id=small_site.post.pk,
        last_seen_at=timezone.now() - datetime.timedelta(seconds=seconds_ago),
    )


def test_a_note_is_mailed_to_who_made_the_link_and_to_the_owner(small_site: SmallSite, editor, leave) -> None:
    small_site.post.owner = EditorFactory(email="owner@example.org")
    small_site.post.save(update_fields=["owner"])
    note = leave()
    assert sorted(sent.to for sent in mail.outbox) == [[editor.email], ["owner@example.org"]]
    assert mail.outbox[0].subject == f"A note on “{small_site.post.title}”"
    assert "From the link “Client”, Jane:\r\nWho is he?" in mail.outbox[0].body
    assert f"/admin/pages/{small_site.post.pk}/edit/?comment={note.pk}" in mail.outbox[0].body


@pytest.mark.parametrize(("seconds_ago", "mails"), [(5, 0), (80, 0), (120, 1)])
def test_who_has_the_page_open_gets_no_mail(small_site: SmallSite, editor, leave, seconds_ago: int, mails) -> None:
    open_editor(small_site, editor, seconds_ago)
    leave()
    assert len(mail.outbox) == mails


def test_a_colleague_who_has_the_page_open_is_not_the_author(small_site: SmallSite, leave) -> None:
    open_editor(small_site, EditorFactory(), 5)
    leave()
    assert len(mail.outbox) == 1


def test_many_notes_are_one_mail(leave) -> None:
    for number in range(3):
        leave(f"Note {number}")
    assert len(mail.outbox) == 1
    assert "Note 0" in mail.outbox[0].body


def test_without_a_cache_each_note_is_mailed(leave, monkeypatch) -> None:
    monkeypatch.setattr("galley.desk.note_mail.cache.add", lambda *args: None)
    leave("One")
    leave("Two")
    assert len(mail.outbox) == 2


def test_own_notes_and_notes_that_are_resolved_or_gone_are_not_mailed(editor, leave) -> None:
    leave(link=None)
    note = leave("Resolved")
    mail.outbox.clear()
    cache.clear()
    Comment.objects.filter(pk=note.pk).update(resolved_at=timezone.now(), resolved_by=editor)
    mail_note.enqueue(note.pk)
    note.delete()
    mail_note.enqueue(note.pk)
    assert mail.outbox == []


def test_who_has_no_address_gets_no_mail(editor, leave) -> None:
    editor.email = ""
    editor.save()
    leave()
    assert mail.outbox == []


def test_a_receiver_that_fails_loses_no_note(leave, caplog) -> None:
    def fail(**kwargs) -> None:
        raise RuntimeError("no queue")

    guest_note_left.connect(fail)
    try:
        note = leave()
    finally:
        guest_note_left.disconnect(fail)
    assert Comment.objects.filter(pk=note.pk).exists()
    assert "no queue" in caplog.text
    assert len(mail.outbox) == 1
