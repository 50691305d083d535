"""When the sample site is loaded, when it isn't, and what an interruption leaves behind. With a site of three pages."""

from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from PIL import Image
from wagtail.models import Page, Site

from home.models import HomePage, SiteImage, StandardPage
from quickstart.sample_site import SiteInUseError, load_sample_site
from quickstart.sample_site.content import Content
from quickstart.sample_site.load import WELCOME_TITLE
from tests.factories import HomePageFactory

SITE = """
site_name: Small
tagline: A small site
footer_text: ""
links: []
pages: [about]
authors: {ann: {name: Ann, portrait: red.png}}
categories: {}
series: {}
"""
PICTURES = "{red.png: {title: Red, description: A red square}, blue.png: {title: Blue, description: A blue square}}"
PAGES = {
    "home": "---\ntype: home\ntitle: Small\n---\n",
    "about": "---\ntype: standard\ntitle: About\nlead_image: blue.png\n---\nA *word*.\n",
    "about/team": "---\ntype: standard\ntitle: Team\n---\n:::figure\nimage: red.png\n:::\n",
}


@pytest.fixture
def content(tmp_path: Path) -> Content:
    (tmp_path / "about").mkdir()
    (tmp_path / "site.yaml").write_text(SITE)
    (tmp_path / "pictures.yaml").write_text(PICTURES)
    for place, text in PAGES.items():
        (tmp_path / f"{place}.md").write_text(text)
    for colour in ("red", "blue"):
        Image.new("RGB", (8, 8), colour).save(tmp_path / f"{colour}.png")
    return Content(folder=tmp_path, pictures_folder=tmp_path)


@pytest.fixture(autouse=True)
def media_of_its_own(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def load(content: Content) -> str:
    return load_sample_site(lambda line: None, content)


def titles() -> list[str]:
    return list(Page.objects.filter(depth__gt=1).order_by("path").values_list("title", flat=True))


def stored_pictures() -> list[str]:
    """The names of the stored files, without what makes each unique."""
    return sorted(name.partition("-")[2] for name in default_storage.listdir("original_images")[1])


@pytest.mark.django_db
def test_an_empty_site_gets_all_pages_in_the_place_of_the_welcome_page(content: Content) -> None:
    assert "is loaded" in load(content)
    assert titles() == ["Small", "About", "Team"]
    assert Site.objects.get().root_page.specific == HomePage.objects.get()


@pytest.mark.django_db
def test_the_welcome_page_has_the_title_by_which_it_is_found() -> None:
    """Wagtail's migration gives it this title. With another one, no site would count as empty."""
    assert Page.objects.get(depth=2).title == WELCOME_TITLE


@pytest.mark.django_db
def test_progress_is_told_line_by_line(content: Content) -> None:
    lines: list[str] = []
    load_sample_site(lines.append, content)
    assert lines == [
        "Picture red.png (1 of 2)",
        "Picture blue.png (2 of 2)",
        "Page home (1 of 3)",
        "Page about (2 of 3)",
        "Page about/team (3 of 3)",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("stopped_at", range(5))
@pytest.mark.by_day(0)
def test_a_run_that_was_stopped_is_completed_without_copies(content: Content, stopped_at: int) -> None:
    lines: list[str] = []

    def stop(line: str) -> None:
        lines.append(line)
        if len(lines) > stopped_at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_sample_site(stop, content)
    assert titles() == [WELCOME_TITLE]

    assert "is loaded" in load(content)
    assert titles() == ["Small", "About", "Team"]
    assert SiteImage.objects.count() == 2
    assert stored_pictures() == ["blue.png", "red.png"]


@pytest.mark.django_db
def test_another_picture_of_the_same_name_is_left_alone(content: Content) -> None:
    with (content.pictures_folder / "blue.png").open("rb") as file:
        default_storage.save("original_images/red.png", file)
    load(content)
    with default_storage.open("original_images/red.png") as file:
        assert file.read() == (content.pictures_folder / "blue.png").read_bytes()
    assert SiteImage.objects.get(title="Red").file.name != "original_images/red.png"


@pytest.mark.django_db
def test_a_site_with_a_home_page_of_its_own_is_left_as_it_is(content: Content) -> None:
    Page.objects.get(slug="home").delete()
    HomePageFactory(parent=Page.objects.get(depth=1), title="Our house")
    with pytest.raises(SiteInUseError, match="“Our house”"):
        load(content)
    assert titles() == ["Our house"]
    assert not SiteImage.objects.exists()


@pytest.mark.django_db
def test_a_page_under_the_welcome_page_is_content_of_its_own(content: Content) -> None:
    Page.objects.get(slug="home").add_child(instance=StandardPage(title="Ours"))
    with pytest.raises(SiteInUseError):
        load(content)
    assert titles() == [WELCOME_TITLE, "Ours"]


@pytest.mark.django_db
def test_an_edited_welcome_page_is_content_of_its_own(content: Content) -> None:
    welcome = Page.objects.get(slug="home")
    welcome.save_revision()
    with pytest.raises(SiteInUseError):
        load(content)


@pytest.mark.django_db
def test_a_site_that_was_emptied_stays_empty(content: Content) -> None:
    load(content)
    HomePage.objects.get().delete()
    with pytest.raises(SiteInUseError):
        load(content)
    assert titles() == []


@pytest.mark.django_db
def test_the_command_says_why_it_refuses() -> None:
    Page.objects.get(slug="home").add_child(instance=StandardPage(title="Ours"))
    with pytest.raises(CommandError, match="already has pages of its own"):
        call_command("load_sample_site")


@pytest.mark.django_db
def test_an_unknown_block_is_named(content: Content) -> None:
    (content.folder / "about.md").write_text(
        "---\ntype: standard\ntitle: About\n---\n:::figurine\nimage: red.png\n:::\n"
    )
    with pytest.raises(KeyError, match="figurine"):
        load(content)
