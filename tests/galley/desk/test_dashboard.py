"""What the dashboard shows, to whom."""

import datetime
import re

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django_tasks_db.models import DBTaskResult, get_date_max
from wagtail.models import Comment, GroupApprovalTask, GroupPagePermission, Workflow, WorkflowPage, WorkflowTask

from blog.models import BlogPostPage
from galley.desk.dashboard import SiteProblem, find_write_links, last_words
from tests.factories import BlogIndexPageFactory, EditorFactory, ProjectPageFactory, SmallSite


def dashboard_of(user) -> str:
    client = Client()
    client.force_login(user)
    return client.get("/admin/").content.decode()


def write_draft(small_site: SmallSite, user, title: str = "Begun", text: str = "The last words.") -> BlogPostPage:
    page = BlogPostPage(title=title, slug=slugify(title), live=False, owner=user, body=[("markdown", text)])
    small_site.blog.add_child(instance=page)
    page.save_revision(user=user)
    return page


def member_who_may(small_site: SmallSite, *codenames: str):
    """Return somebody who may enter the admin, and has these permissions on the blog alone."""
    group = Group.objects.create(name="-".join(codenames))
    group.permissions.set(Group.objects.get(name="Editors").permissions.all())
    for codename in codenames:
        GroupPagePermission.objects.create(group=group, page=small_site.blog, permission_type=codename)
    user = EditorFactory(is_superuser=False)
    user.groups.add(group)
    return user


def title_field(html: str) -> str:
    (field,) = re.findall(r'<[^<>]* name="title"[^<>]*>', html)
    return field


def test_an_address_at_which_nothing_is_names_the_bin(client: Client, editor) -> None:
    client.force_login(editor)
    response = client.get("/admin/nothing/")
    assert response.status_code == 404
    assert "is in the bin for 30 days" in response.text
    assert "Wagtail admin" not in response.text


def test_one_click_leads_to_the_form_of_a_new_post(small_site: SmallSite, editor, client: Client) -> None:
    (write, project) = find_write_links(editor)
    assert (write.text, project.text) == ("Write a post", "Add a project")
    assert write.url in dashboard_of(editor)
    client.force_login(editor)
    form = client.get(write.url).content.decode()
    assert "w-focus#focus" in title_field(form)
    saved = client.get(reverse("wagtailadmin_pages:edit", args=[small_site.post.pk])).content.decode()
    assert "w-focus" not in title_field(saved)


def test_two_blogs_have_a_link_each(small_site: SmallSite, editor) -> None:
    BlogIndexPageFactory(parent=small_site.home, title="Workshop")
    texts = [link.text for link in find_write_links(editor)]
    assert texts == ["Write a post in “Blog”", "Write a post in “Workshop”", "Add a project"]


def test_links_lead_only_to_where_the_user_may_write(small_site: SmallSite) -> None:
    assert [link.text for link in find_write_links(member_who_may(small_site, "add"))] == ["Write a post"]
    nobody = EditorFactory(is_superuser=False)
    assert list(find_write_links(nobody)) == []


def test_my_drafts_stand_there_with_their_last_words(small_site: SmallSite, editor) -> None:
    colleague = EditorFactory()
    write_draft(small_site, editor, "Mine", "Begins here.\n\n" + "word " * 50 + "\n\nand *ends* here.")
    write_draft(small_site, colleague, "Foreign", "Of a colleague.")
    html = dashboard_of(editor)
    assert "Mine" in html
    assert "word and ends here." in html
    assert "Begins here" not in html
    assert "Foreign" not in html
    assert "Of a colleague." in dashboard_of(colleague)


def test_a_draft_shows_to_its_owner_and_to_who_wrote_last(small_site: SmallSite, editor) -> None:
    colleague = EditorFactory()
    page = write_draft(small_site, editor, "Handed on")
    page.save_revision(user=colleague)
    assert "Handed on" in dashboard_of(editor)
    assert "Handed on" in dashboard_of(colleague)


def test_without_drafts_it_says_what_comes_there(small_site: SmallSite, editor) -> None:
    assert "You have no drafts." in dashboard_of(editor)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ([("markdown", "One *two*."), ("table", None)], "One two."),
        ([("paragraph", "<p>Old</p>"), ("paragraph", "<p>New &amp; last</p>")], "New & last"),
        ([("heading", {"text": "A heading", "level": "h2"})], "A heading"),
        ([("markdown", "x" * 5000)], "x" * 2000),
        ([], ""),
    ],
)
def test_last_words_come_from_any_block(small_site: SmallSite, editor, body, words: str) -> None:
    page = BlogPostPage(title="Words", slug="words", live=False, owner=editor)
    page.body = [block for block in body if block[1] is not None]
    small_site.blog.add_child(instance=page)
    page.save_revision(user=editor)
    assert last_words(page) == words


def test_changes_that_are_wanted_come_first_with_reason_and_name(small_site: SmallSite, editor) -> None:
    chief = EditorFactory(first_name="Ann", last_name="Chief")
    page = write_draft(small_site, editor, "Returned")
    workflow = Workflow.objects.create(name="Review")
    task = GroupApprovalTask.objects.create(name="Read")
    WorkflowTask.objects.create(workflow=workflow, task=task)
    WorkflowPage.objects.create(workflow=workflow, page=small_site.blog)
    state = workflow.start(page, editor)
    state.refresh_from_db()
    state.current_task_state.specific.reject(user=chief, comment="The <b>second</b> paragraph, please.")
    write_draft(small_site, editor, "Newer")
    html = dashboard_of(editor)
    assert html.index("Ann Chief asks for changes:") < html.index("Newer")
    assert "The &lt;b&gt;second&lt;/b&gt; paragraph, please." in html
    # The reviewer has written last, and waits for the owner.
    page.save_revision(user=chief)
    assert "asks for changes" not in dashboard_of(chief)
    assert "Ann Chief asks for changes:" in dashboard_of(editor)


def test_what_waits_for_a_review_stands_before_ones_own_drafts(small_site: SmallSite, editor) -> None:
    author = EditorFactory(username="author", is_superuser=False)
    page = write_draft(small_site, author, "Submitted")
    workflow = Workflow.objects.create(name="Review")
    WorkflowTask.objects.create(workflow=workflow, task=GroupApprovalTask.objects.create(name="Read"))
    workflow.start(page, author)
    html = dashboard_of(editor)
    assert html.index("Awaiting your review") < html.index("Submitted") < html.index("Your drafts")


def test_what_is_scheduled_is_named_with_time_and_zone(small_site: SmallSite, editor) -> None:
    page = write_draft(small_site, editor, "Tomorrow")
    page.go_live_at = datetime.datetime(2999, 3, 1, 9, tzinfo=datetime.UTC)
    page.save_revision(user=editor).publish()
    html = dashboard_of(editor)
    assert "goes live on 1 March 2999, 09:00 UTC" in html
    assert "You have no drafts." in html
    assert "Tomorrow" not in dashboard_of(member_who_may(small_site, "add"))


@pytest.mark.nightly
def test_tasks_that_nobody_takes_are_a_problem(small_site: SmallSite, editor) -> None:
    task = DBTaskResult.objects.create(args_kwargs={}, task_path="x", backend_name="default", run_after=get_date_max())
    problem = "The background worker hasn&#x27;t run since"
    assert problem not in dashboard_of(editor)
    DBTaskResult.objects.update(enqueued_at=timezone.now() - datetime.timedelta(minutes=6))
    assert problem in dashboard_of(editor)
    DBTaskResult.objects.update(run_after=timezone.now() + datetime.timedelta(hours=1))
    assert problem not in dashboard_of(editor)
    DBTaskResult.objects.update(run_after=get_date_max(), status="SUCCESSFUL")
    assert problem not in dashboard_of(editor)
    assert task.pk


def test_apps_add_problems(small_site: SmallSite, editor, register_hook) -> None:
    register_hook("site_problems", lambda request: [SiteProblem("The roof leaks.", "/roof/", "Mend it")])
    html = dashboard_of(editor)
    assert "The roof leaks." in html
    assert '<a href="/roof/">Mend it</a>' in html


def test_notes_on_my_pages_lead_to_their_comment(small_site: SmallSite, editor) -> None:
    mine = write_draft(small_site, editor, "Mine")
    foreign = write_draft(small_site, EditorFactory(), "Foreign")
    note = Comment.objects.create(page=mine, user=editor, text="From a shared link:\r\n<i>Hm</i>", contentpath="title")
    Comment.objects.create(page=foreign, user=editor, text="Not for me", contentpath="title")
    Comment.objects.create(
        page=mine, user=editor, text="Resolved", contentpath="title", resolved_at=timezone.now(), resolved_by=editor
    )
    html = dashboard_of(editor)
    assert f"/admin/pages/{mine.pk}/edit/?comment={note.pk}" in html
    assert "From a shared link:<br>&lt;i&gt;Hm&lt;/i&gt;" in html
    assert "Not for me" not in html
    assert "Resolved" not in html


def test_the_admin_bears_galleys_name_and_help(small_site: SmallSite, editor, client: Client) -> None:
    sign_in = client.get("/admin/login/").content.decode()
    assert "Sign in to Galley" in sign_in
    assert "galley-mark" in sign_in
    client.force_login(editor)
    for html in (sign_in, client.get("/admin/").content.decode(), client.get("/admin/help/").content.decode()):
        assert "<title>" in html
        assert "- Galley</title>" in html
        assert "images/favicon.svg" in html
        assert "guide.wagtail.org" not in html
    assert "Help for editors" in html


def test_the_help_is_for_those_who_may_enter_the_admin(small_site: SmallSite, client: Client) -> None:
    assert client.get("/admin/help/").status_code == 302


def test_the_dashboard_of_an_author_takes_few_queries(
    small_site: SmallSite, editor, client: Client, django_assert_max_num_queries
) -> None:
    for number in range(12):
        write_draft(small_site, editor, f"Draft {number}")
    ProjectPageFactory(parent=small_site.portfolio)
    client.force_login(editor)
    client.get("/admin/")
    with django_assert_max_num_queries(100):
        client.get("/admin/")
