"""What authors, editors and chief editors see and may do."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client
from wagtail.admin.menu import admin_menu, settings_menu
from wagtail.models import GroupApprovalTask, Page, WorkflowPage

from blog.models import BlogPostPage
from tests.factories import EditorFactory, SmallSite

User = get_user_model()
ROLES = ["Authors", "Editors", "Chief editors"]
FOR_ALL = {"explorer", "calendar", "blog-posts", "projects", "images", "documents", "reports", "bin", "help"}
FOR_EDITORS = FOR_ALL | {"messages", "people-and-subjects", "shared-texts", "settings"}


def member_of(*names: str, **fields):
    user = EditorFactory(is_superuser=False, **fields)
    user.groups.set(Group.objects.filter(name__in=names))
    return user


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture(params=ROLES)
def member(request, small_site: SmallSite):
    return member_of(request.param)


def draft_of(small_site: SmallSite, user) -> BlogPostPage:
    page = BlogPostPage(title="Draft", slug=f"draft-of-{user.pk}", live=False, owner=user)
    small_site.blog.add_child(instance=page)
    page.save_revision(user=user)
    return page


@pytest.mark.parametrize(
    ("role", "shown", "in_settings"),
    [
        ("Authors", FOR_ALL, set()),
        ("Editors", FOR_EDITORS, {"redirects"}),
        ("Chief editors", FOR_EDITORS, {"redirects", "users", "your-site", "locks"}),
    ],
)
def test_nobody_sees_what_they_cannot_use(small_site: SmallSite, rf, role: str, shown: set, in_settings: set) -> None:
    request = rf.get("/admin/")
    request.user = member_of(role)
    assert {item.name for item in admin_menu.menu_items_for_request(request)} - {"users"} == shown
    assert {item.name for item in settings_menu.menu_items_for_request(request)} == in_settings


@pytest.mark.parametrize("role", ROLES)
def test_every_entry_of_the_menu_answers(small_site: SmallSite, rf, role: str) -> None:
    request = rf.get("/admin/")
    request.user = member_of(role)
    client = client_of(request.user)
    items = [*admin_menu.menu_items_for_request(request), *settings_menu.menu_items_for_request(request)]
    addresses = {item.url for item in items if item.url and item.url.startswith("/")}
    assert len(addresses) >= 3
    for address in addresses:
        response = client.get(address, follow=True)
        assert response.status_code == 200
        assert not [url for url, _status in response.redirect_chain if "login" in url]


def test_an_author_changes_own_drafts_and_publishes_nothing(small_site: SmallSite) -> None:
    author = member_of("Authors")
    own = draft_of(small_site, author).permissions_for_user(author)
    assert (own.can_edit(), own.can_publish(), own.can_submit_for_moderation()) == (True, False, True)
    foreign = small_site.post.permissions_for_user(author)
    assert (foreign.can_edit(), foreign.can_delete(), foreign.can_publish()) == (False, False, False)


@pytest.mark.parametrize(("role", "is_offered"), [("Authors", False), ("Editors", True)])
def test_only_who_may_publish_is_offered_to_publish_many(small_site: SmallSite, role: str, is_offered: bool) -> None:
    html = client_of(member_of(role)).get(f"/admin/pages/{small_site.blog.pk}/").text
    offered = [f"/admin/bulk/wagtailcore/page/{name}/" in html for name in ("publish", "unpublish", "move")]
    assert offered == [is_offered, is_offered, True]


@pytest.mark.parametrize("role", ["Editors", "Chief editors"])
def test_editors_change_and_publish_everything(small_site: SmallSite, role: str) -> None:
    editor = member_of(role)
    for page in Page.objects.filter(depth__gt=2):
        allowed = page.permissions_for_user(editor)
        assert (allowed.can_edit(), allowed.can_publish()) == (True, True)


@pytest.mark.parametrize("role", ["Editors", "Chief editors"])
@pytest.mark.by_day(0)
def test_editors_review_what_an_author_submits(small_site: SmallSite, role: str) -> None:
    author, editor = member_of("Authors"), member_of(role)
    page = draft_of(small_site, author)
    assert WorkflowPage.objects.get().workflow.name == "Review"
    assert GroupApprovalTask.objects.get().name == "Review"
    page.get_workflow().start(page, author)
    state = page.current_workflow_task_state
    assert "approve" in [action for action, _label, _modal in state.task.specific.get_actions(page, editor)]
    assert state.task.specific.get_actions(page, author) == []
    state.specific.reject(user=editor, comment="Shorter, <i>please</i>.")
    html = client_of(author).get(f"/admin/pages/{page.pk}/edit/").content.decode()
    assert "asks for changes: Shorter, &lt;i&gt;please&lt;/i&gt;." in html


def form_of(person, **changes) -> dict:
    fields = {"username": person.username, "email": "a@example.org", "first_name": "A", "last_name": "B"}
    return fields | {"is_active": "on", "groups": [group.pk for group in person.groups.all()]} | changes


@pytest.mark.parametrize("role", ["Authors", "Editors"])
def test_only_chief_editors_see_people(small_site: SmallSite, role: str) -> None:
    assert client_of(member_of(role)).get("/admin/users/").status_code == 302


def test_a_chief_editor_adds_people_and_gives_roles(small_site: SmallSite) -> None:
    chief = client_of(member_of("Chief editors"))
    groups = list(Group.objects.filter(name__in=["Authors", "Chief editors"]).values_list("pk", flat=True))
    password = {"password1": "proof-reading-7", "password2": "proof-reading-7"}
    fields = {"username": "new-one", "email": "n@example.org", "first_name": "N", "last_name": "O", "groups": groups}
    response = chief.post("/admin/users/new/", fields | password | {"is_superuser": "on"})
    assert response.status_code == 302
    person = User.objects.get(username="new-one")
    assert set(person.groups.values_list("name", flat=True)) == {"Authors", "Chief editors"}
    assert not person.is_superuser


def test_a_chief_editor_makes_nobody_an_administrator(small_site: SmallSite) -> None:
    person, chief = member_of("Authors"), client_of(member_of("Chief editors"))
    for address in ("/admin/users/new/", f"/admin/users/edit/{person.pk}/"):
        assert "Administrator" not in chief.get(address).text
    chief.post(f"/admin/users/edit/{person.pk}/", form_of(person, is_superuser="on"))
    person.refresh_from_db()
    assert (person.first_name, person.is_superuser) == ("A", False)


@pytest.mark.parametrize("make", ["superuser", "higher group"])
def test_who_may_do_more_is_not_changed_or_deleted(small_site: SmallSite, make: str) -> None:
    higher = Group.objects.create(name="Technicians")
    higher.permissions.add(*Group._meta.get_field("permissions").related_model.objects.filter(codename="change_group"))
    person = EditorFactory(is_superuser=make == "superuser", first_name="Old")
    if make != "superuser":
        person.groups.add(higher)
    chief = client_of(member_of("Chief editors"))
    chief.post(f"/admin/users/edit/{person.pk}/", form_of(person, password1="x" * 12, password2="x" * 12))
    chief.post(f"/admin/users/delete/{person.pk}/")
    for action in ("delete", "set_active_state", "assign_role"):
        data = {"role": Group.objects.get(name="Authors").pk, "mark_as_active": ""}
        chief.post(f"/admin/bulk/auth/user/{action}/?id={person.pk}&next=/admin/users/", data)
    after = User.objects.get(pk=person.pk)
    assert (after.first_name, after.password, after.is_active) == ("Old", person.password, True)
    assert not after.groups.filter(name="Authors").exists()


def test_a_chief_editor_gives_no_higher_role(small_site: SmallSite) -> None:
    higher = Group.objects.create(name="Technicians")
    higher.permissions.add(*Group._meta.get_field("permissions").related_model.objects.filter(codename="change_group"))
    person = member_of("Authors")
    chief = client_of(member_of("Chief editors"))
    chief.post(f"/admin/users/edit/{person.pk}/", form_of(person, groups=[higher.pk]))
    chief.post(f"/admin/bulk/auth/user/assign_role/?id={person.pk}&next=/admin/users/", {"role": higher.pk})
    assert list(person.groups.values_list("name", flat=True)) == ["Authors"]


def test_an_administrator_may_do_all_that(small_site: SmallSite, editor) -> None:
    person = member_of("Authors")
    client = client_of(editor)
    assert client.post(f"/admin/users/edit/{person.pk}/", form_of(person, is_superuser="on")).status_code == 302
    person.refresh_from_db()
    assert person.is_superuser
    client.post(f"/admin/users/delete/{person.pk}/")
    assert not User.objects.filter(pk=person.pk).exists()
