"""Editors rename and merge the skills of projects, and old addresses go on working."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from portfolio.models import ProjectPage, Skill
from tests.conftest import SmallSite
from tests.factories import EditorFactory

pytestmark = pytest.mark.django_db


def url(view: str, *args: int) -> str:
    return reverse(f"wagtailsnippets_portfolio_skill:{view}", args=args)


@pytest.fixture
def desk(client: Client, small_site: SmallSite) -> Client:
    """The client of an editor. The project has the skill “Leterring”."""
    user = EditorFactory(is_superuser=False)
    user.groups.add(Group.objects.get(name="Editors"))
    client.force_login(user)
    project = small_site.project
    project.skills.add("Leterring")
    project.save_revision().publish()
    return client


def test_a_skill_is_renamed_and_its_address_leads_to_the_new_one(desk: Client, small_site: SmallSite) -> None:
    assert url("list") in desk.get("/admin/").text
    skill = Skill.objects.get()
    response = desk.post(url("edit", skill.pk), {"name": "Lettering", "slug": "lettering"})
    assert response.status_code == 302
    portfolio = small_site.portfolio.url
    moved = Client().get(f"{portfolio}?skill=leterring")
    assert (moved.status_code, moved["Location"]) == (301, f"{portfolio}?skill=lettering")
    assert "Lettering" in Client().get(moved["Location"]).text
    assert Client().get(f"{portfolio}?skill=unknown").status_code == 200


def test_two_skills_become_one(desk: Client, small_site: SmallSite) -> None:
    right = Skill.objects.create(name="Lettering")
    response = desk.post(url("merge", Skill.objects.get(name="Leterring").pk), {"target": right.pk})
    assert response.status_code == 302
    project = ProjectPage.objects.get(pk=small_site.project.pk)
    for version in (project, project.get_latest_revision_as_object()):
        assert [skill.name for skill in version.skills.all()] == ["Lettering"]
    assert Client().get(f"{small_site.portfolio.url}?skill=leterring")["Location"].endswith("?skill=lettering")


def test_authors_do_not_see_them(small_site: SmallSite, client: Client) -> None:
    author = EditorFactory(is_superuser=False)
    author.groups.add(Group.objects.get(name="Authors"))
    client.force_login(author)
    assert url("list") not in client.get("/admin/").text
    assert client.get(url("list")).status_code == 302
