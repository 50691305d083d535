"""What readers of a draft note becomes a comment of Wagtail's, on the field that the words come from."""

import asyncio
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.core.cache import cache
from django.test import Client
from wagtail.models import Comment, PageLogEntry, PageSubscription

from galley.preview import conf
from galley.preview.drafts.sources import NewPage, SavedPage
from galley.preview.messages import Note
from galley.preview.models import ShareLink
from galley.preview.notes import NewComments, NoteRefused, Reviewer, content_path_of, leave_note
from galley.preview.sharing import make_link
from tests.factories import SiteImageFactory
from tests.galley.preview.conftest import Socket, form_of, markdown

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    cache.clear()


@pytest.fixture
def reviewer(editor) -> Reviewer:
    return Reviewer(editor.pk, "user-1")


@pytest.fixture
def source(site) -> SavedPage:
    return SavedPage(site.post.pk)


def block_id(site, index: int = 0) -> str:
    return site.post.get_latest_revision_as_object().body[index].id


def save_body(site, *blocks) -> None:
    site.post.body = list(blocks)
    site.post.save_revision()


def test_a_note_is_a_comment_on_its_field(site, source, reviewer) -> None:
    for marked, path in [("title", "title"), (block_id(site), f"body.{block_id(site)}")]:
        comment = leave_note(source, Note(marked, "galley\nproof", "Which one?\nSay."), reviewer)
        assert comment.contentpath == path
        assert comment.text == "“galley proof”\r\nWhich one?\r\nSay."
        assert comment.has_valid_contentpath(site.post.get_latest_revision_as_object())
    assert PageLogEntry.objects.filter(action="wagtail.comments.create").count() == 2
    assert not PageSubscription.objects.exists()


@pytest.mark.parametrize(
    ("link", "name", "said"),
    [
        ("Client", " Jane ", "From the link “Client”, Jane:"),
        ("Client", "", "From the link “Client”:"),
        ("", "Jane", "From a shared link, Jane:"),
    ],
)
def test_a_note_of_a_guest_says_which_link_and_who(source, editor, link, name, said) -> None:
    comment = leave_note(source, Note("title", "", "Hm", name), Reviewer(editor.pk, "link-1", link=link))
    assert comment.text == f"{said}\r\nHm"


def test_words_inside_of_a_block_lead_to_their_own_field(site, source, reviewer) -> None:
    picture = {"image": {"image": SiteImageFactory(), "alt_text": "A stick"}, "caption": "Set by *hand*"}
    save_body(site, ("pull_quote", {"quote": "Proof is good", "attribution": "A printer"}), ("figure", picture))
    page = site.post.get_latest_revision_as_object()
    quote, figure = (f"body.{block.id}" for block in page.body)
    assert content_path_of(page, page.body[0].id, "A printer") == f"{quote}.attribution"
    assert content_path_of(page, page.body[0].id, "proof is bad") == f"{quote}.quote"
    assert content_path_of(page, page.body[1].id, "Set by *hand*") == f"{figure}.caption"
    for path in (f"{quote}.attribution", f"{figure}.caption"):
        assert Comment(contentpath=path).has_valid_contentpath(page)


def test_what_no_field_is_known_of_goes_to_the_title(site) -> None:
    assert content_path_of(site.project, "gallery", "x") == "title"
    assert content_path_of(site.post, "", "x") == "title"
    assert content_path_of(site.post, "not-saved-yet", "x") == "body.not-saved-yet"


def test_every_page_type_takes_notes(site, reviewer) -> None:
    for page in site.pages():
        assert leave_note(SavedPage(page.pk), Note("title", page.title, "Good"), reviewer).contentpath == "title"


def test_a_page_that_was_never_saved_asks_for_patience(site, reviewer) -> None:
    for source in (None, NewPage("blog", "blogpostpage", site.blog.pk)):
        with pytest.raises(NoteRefused, match="isn't saved yet"):
            leave_note(source, Note("title", "x", "y"), reviewer)
    assert not Comment.objects.exists()


def test_notes_are_bounded(source, editor, reviewer, monkeypatch) -> None:
    monkeypatch.setattr(conf, "NOTES_AT_ONCE", 2)
    for number in range(2):
        leave_note(source, Note("title", "x", str(number)), reviewer)
    with pytest.raises(NoteRefused, match="many notes in the last minutes"):
        leave_note(source, Note("title", "x", "2"), reviewer)
    leave_note(source, Note("title", "x", "2"), Reviewer(editor.pk, "another"))
    monkeypatch.setattr(conf, "COMMENTS_ON_ONE_PAGE", 3)
    with pytest.raises(NoteRefused, match="very many"):
        leave_note(source, Note("title", "x", "3"), Reviewer(editor.pk, "third"))


def test_a_note_that_is_sent_again_is_one_note(source, reviewer) -> None:
    note = Note("title", "x", "Once")
    assert leave_note(source, note, reviewer) == leave_note(source, note, reviewer)


def test_a_screen_leaves_a_note_and_the_open_editor_is_told(site, editor, log_in) -> None:
    client = log_in(editor)

    async def scene() -> None:
        typing = Socket(f"/preview/tabs/tab1/edit/{site.post.pk}/", client)
        screen = Socket(f"/preview/pages/{site.post.pk}/", client)
        assert await typing.connect()
        assert await screen.connect()
        await typing.say(type="form", sequence=1, fields=form_of(site.post, body=markdown("First")))
        await screen.shown()
        await screen.say(type="note", path="title", quote="Post", text="Better: Mail", name="")
        assert await screen.heard("note") == {"type": "note", "kept": True, "reason": ""}
        told = await typing.heard("comments")
        [comment] = told["comments"]
        assert (comment["text"], comment["contentpath"]) == ("“Post”\r\nBetter: Mail", "title")
        assert told["authors"][str(editor.pk)]["name"]
        await screen.disconnect()
        await typing.disconnect()

    asyncio.run(scene())


def test_a_guest_leaves_a_note_in_the_name_of_the_links_maker(site, editor) -> None:
    _link, token = make_link(site.post, editor, timedelta(hours=1), "Client")

    async def scene() -> None:
        screen = Socket(f"/preview/shared/{token}/")
        assert await screen.connect()
        await screen.say(type="note", path="title", quote="Post", text="Better: Mail", name="Jane")
        assert (await screen.heard("note"))["kept"]
        await screen.disconnect()

    asyncio.run(scene())
    comment = Comment.objects.get()
    assert (comment.user, comment.page_id) == (editor, site.post.pk)
    assert comment.text == "From the link “Client”, Jane:\r\n“Post”\r\nBetter: Mail"


def test_a_stopped_link_takes_no_notes(site, editor) -> None:
    _link, token = make_link(site.post, editor, timedelta(hours=1))

    async def scene() -> None:
        screen = Socket(f"/preview/shared/{token}/")
        assert await screen.connect()
        await sync_to_async(ShareLink.objects.all().stop)()
        await screen.say(type="note", path="title", quote="Post", text="Too late", name="Jane")
        assert await screen.close_code() >= 4400

    asyncio.run(scene())
    assert not Comment.objects.exists()


def test_only_a_guest_is_asked_for_a_name(site, editor, log_in) -> None:
    _link, token = make_link(site.post, editor, timedelta(hours=1))
    assert "Your name" in Client().get(f"/preview/shared/{token}/").content.decode()
    assert "Your name" not in log_in(editor).get(f"/preview/pages/{site.post.pk}/").content.decode()


def test_a_screen_of_a_new_page_is_told_that_the_note_waits(site, editor, log_in) -> None:
    client = log_in(editor)

    async def scene() -> None:
        typing = Socket(f"/preview/tabs/tab1/create/blog/blogpostpage/{site.blog.pk}/", client)
        screen = Socket("/preview/", client)
        await typing.connect()
        await screen.connect()
        await typing.say(type="form", sequence=1, fields=form_of(type(site.post)(), title="New"))
        await screen.shown()
        await screen.say(type="note", path="title", quote="New", text="Old", name="")
        answer = await screen.heard("note")
        assert (answer["kept"], "isn't saved yet" in answer["reason"]) == (False, True)
        await screen.disconnect()
        await typing.disconnect()

    asyncio.run(scene())


@pytest.mark.parametrize(
    "wrong", [{"text": " "}, {"text": "x" * 4001}, {"name": "x" * 81}, {"path": 3}, {"quote": None}]
)
def test_what_no_screen_sends_is_refused(site, editor, log_in, wrong) -> None:
    client = log_in(editor)

    async def scene() -> None:
        screen = Socket(f"/preview/pages/{site.post.pk}/", client)
        await screen.connect()
        await screen.say(**({"type": "note", "path": "", "quote": "", "text": "x", "name": ""} | wrong))
        assert await screen.close_code() == 4400

    asyncio.run(scene())
    assert not Comment.objects.exists()


def test_a_note_on_a_block_waits_until_the_block_is_saved(site, source, editor, reviewer) -> None:
    comment = leave_note(source, Note("b0000000-0000-4000-8000-000000000000", "x", "y"), reviewer)
    arrivals = NewComments(editor.pk)
    assert arrivals.next_message(source) is None
    save_body(site, ("markdown", "x"))
    page = site.post.get_latest_revision_as_object()
    comment.contentpath = f"body.{page.body[0].id}"
    comment.save()
    assert [told["pk"] for told in arrivals.next_message(source)["comments"]] == [comment.pk]
    assert arrivals.next_message(source) is None


def test_a_note_that_a_save_swept_away_is_put_back(source, editor, reviewer) -> None:
    comment = leave_note(source, Note("title", "x", "y"), reviewer)
    arrivals = NewComments(editor.pk)
    Comment.objects.all().delete()
    for _look in range(2):
        arrivals.next_message(source)
    again = Comment.objects.get(pk=comment.pk)
    assert (again.text, again.contentpath, again.user) == (comment.text, comment.contentpath, editor)


def test_a_note_that_somebody_deleted_stays_deleted(source, editor, reviewer) -> None:
    comment = leave_note(source, Note("title", "x", "y"), reviewer)
    arrivals = NewComments(editor.pk)
    arrivals.next_message(source)
    comment.log_delete(user=editor)
    comment.delete()
    for _look in range(3):
        arrivals.next_message(source)
    assert not Comment.objects.exists()
