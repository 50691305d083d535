"""The how-to guides, followed to the letter in a copy of the project."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.e2e.test_preview_pick import cursor_is_in
from tests.e2e.watching import edit_beside_panel, stop_following
from tests.running_site import PROJECT, RunningSite, environment, run_site

GUIDES = PROJECT / "docs" / "how-to"
STEP = re.compile(
    r"^(?P<where>At the end of|A new file|In) `(?P<path>[^`]+)`(?:, after the line `(?P<line>[^`]+)`)?[^\n]*:\n\n"
    r"```\w+\n(?P<code>.*?)```",
    re.MULTILINE | re.DOTALL,
)

# What a reader sees who has followed the guide, by its name.
CHECKS = {
    "page-type": """
from datetime import datetime, timezone
from home.models import EventPage, HomePage

event = EventPage(
    title="Open press day",
    introduction="Come and see the press.",
    starts_at=datetime(2027, 5, 1, 10, tzinfo=timezone.utc),
)
HomePage.objects.get().add_child(instance=event)
page = visit(event.url)
for words in ("Open press day", "Come and see the press.", "1 May 2027, 10:00"):
    assert words in page, words
for field in ("title", "introduction", "starts_at"):
    assert f'data-contentpath="{field}"' in page, field
call_command("update_index", verbosity=0)
assert event.url in visit("/search/?q=press")
""",
    "block": """
from home.models import HomePage, StandardPage

question = {"question": "What is a galley?", "answer": "<p>A tray for set type.</p>"}
page = StandardPage(title="Questions")
page.body = StandardPage._meta.get_field("body").to_python([{"type": "question", "value": question}])
HomePage.objects.get().add_child(instance=page)
assert "A tray for set type." in visit(page.url)
""",
    "policy": """
from galley.security_headers.policies import CSP, build_headers

policy = build_headers().public[CSP]
for directive in ("script-src", "connect-src"):
    [sources] = [part for part in policy.split("; ") if part.startswith(directive)]
    assert sources.startswith(f"{directive} 'self'"), sources
    assert sources.endswith("https://counts.example.org"), sources
assert "counts.example.org" not in build_headers().admin[CSP]
""",
    "field": """
from datetime import date
from home.models import HomePage, StandardPage

page = StandardPage(title="Colophon", reviewed_on=date(2027, 5, 1))
HomePage.objects.get().add_child(instance=page)
assert "Reviewed on 1 May 2027" in visit(page.url)
""",
    "filter": """
from portfolio.models import PortfolioIndexPage, ProjectPage

portfolio = PortfolioIndexPage.objects.get()
for client in ("Quoin", "Kestrel"):
    portfolio.add_child(instance=ProjectPage(title=f"Work for {client}", client=client, year=2026))
assert "?client=Quoin" in visit(portfolio.url)
found = visit(f"{portfolio.url}?client=Quoin")
assert "Work for Quoin" in found and "Work for Kestrel" not in found
""",
    "reader": """
import json, tempfile
from pathlib import Path
from blog.models import BlogPostPage

folder = Path(tempfile.mkdtemp(dir=os.environ["GALLEY_VAR_DIR"]))
first = {"title": "The first of all", "date": "2015-06-11", "text": "See [it](/the-second/).", "tags": ["ink"]}
second = {"title": "The second", "date": "2015-07-01", "text": "*Text*"}
for name, post in (("a", first), ("b", second)):
    (folder / f"{name}.json").write_text(json.dumps(post))
(folder / "c.json").write_text("{")
try:
    call_command("import_posts", folder, reader="json_export", verbosity=0)
except CommandError as error:
    assert "1 of 3" in str(error), error
else:
    raise AssertionError("c.json was accepted")
page, other = (BlogPostPage.objects.get(title=post["title"]) for post in (first, second))
assert page.live and str(page.date) == "2015-06-11" and list(page.tags.names()) == ["ink"]
assert page.body[0].value == f"See [it](page:{other.pk})."
""",
    "app": """
from home.models import HomePage
from recipes.models import Kitchen, RecipeIndexPage, RecipePage

recipes = RecipeIndexPage(title="Recipes", slug="recipes")
HomePage.objects.get().add_child(instance=recipes)
kitchens = [Kitchen.objects.create(name=name, slug=name.lower()) for name in ("Lisbon", "Ghent")]
for kitchen, title, year in zip(kitchens, ("Caldo verde", "Waterzooi"), (2024, 2025)):
    recipe = RecipePage(title=title, kitchen=kitchen, year=year)
    ingredients = {"servings": 4, "ingredients": ["1 kg potatoes", "salt"]}
    recipe.body = recipe.body.stream_block.to_python([{"type": "ingredients", "value": ingredients}])
    recipes.add_child(instance=recipe)
whole = visit(recipes.url)
assert "Caldo verde" in whole and "Waterzooi" in whole and "Kitchen" in whole and "<html" in whole
part = visit(f"{recipes.url}?kitchen=lisbon", HTTP_HX_REQUEST="true")
assert "Caldo verde" in part and "Waterzooi" not in part and "<html" not in part
page = visit(recipe.url)
assert "1 kg potatoes" in page and '"@type": "Recipe"' in page and 'data-contentpath="kitchen"' in page
feed = visit("/recipes/feed.rss")
assert "Waterzooi" in feed and recipe.full_url in feed
""",
}
EVENT_WITH_TEXT = """
from datetime import datetime, timezone
from home.models import EventPage, HomePage

event = EventPage(title="Casting day", introduction="Hot metal.", starts_at=datetime(2027, 6, 1, tzinfo=timezone.utc))
event.body = event.body.stream_block.to_python([{"type": "markdown", "value": "Bring gloves."}])
HomePage.objects.get().add_child(instance=event)
print(event.pk)
"""
# Migrates, and runs each of the programs that it is given by name. All in one process: Django takes a second to start.
RUN = """
import contextlib, gc, io, json, os, sys, traceback
from pathlib import Path

import django
from django.apps import apps
from django.core.management import CommandError, call_command

# Migrations make models by the thousand: the garbage collector takes a fifth of their time at its usual pace.
gc.set_threshold(200_000, 20, 100)
django.setup()
own = [app.label for app in apps.get_app_configs() if Path(app.path).parent == Path.cwd()]
call_command("makemigrations", *own, verbosity=0)
call_command("migrate", verbosity=0)

from django.test import Client

def visit(url, **headers):
    response = Client(SERVER_NAME="localhost").get(url, **headers)
    assert response.status_code == 200, (url, response.status_code)
    return response.content.decode()

given = {"os": os, "visit": visit, "call_command": call_command, "CommandError": CommandError}
results = {}
for name, code in json.load(sys.stdin).items():
    results[name] = {"error": ""}
    with contextlib.redirect_stdout(io.StringIO()) as output:
        try:
            exec(compile(code, name, "exec"), dict(given))
        except Exception:
            results[name]["error"] = traceback.format_exc()
    results[name]["output"] = output.getvalue()
Path(sys.argv[1]).write_text(json.dumps(results))
"""
Results = dict[str, dict[str, str]]


def follow(guide: Path, project: Path) -> None:
    """Do in `project` what the guide's steps say."""
    steps = list(STEP.finditer(guide.read_text()))
    assert steps, f"{guide.name} has no step"
    for step in steps:
        file = project / step["path"]
        if step["where"] == "A new file":
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(step["code"])
        elif step["where"] == "At the end of":
            file.write_text(f"{file.read_text().rstrip()}\n\n\n{step['code']}")
        else:
            before, found, after = file.read_text().partition(f"{step['line']}\n")
            assert found, f"{step['path']} has no line {step['line']!r}"
            file.write_text(f"{before}{found}{step['code']}{after}")


@pytest.fixture(scope="module")
def changed_project(small_site_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which all guides were followed, with a database of its own in `var`."""
    copy = tmp_path_factory.mktemp("how-to") / "project"
    # Compiled modules come along: those that no guide changes needn't be compiled again.
    ignored = shutil.ignore_patterns("var", ".*", "tests", "node_modules")
    shutil.copytree(PROJECT, copy, ignore=ignored)
    shutil.copytree(small_site_folder, copy / "var", dirs_exist_ok=True)
    for name in CHECKS:
        follow(GUIDES / f"{name}.md", copy)
    return copy


@pytest.fixture(scope="module")
def results(changed_project: Path) -> Results:
    """What comes of the programs that the checks are, run in the changed project: what they print, and their error."""
    programs = json.dumps({**CHECKS, "event with text": EVENT_WITH_TEXT})
    report = changed_project / "var" / "results.json"
    done = subprocess.run(
        [sys.executable, "-c", RUN, report],
        cwd=changed_project,
        env=environment(changed_project / "var", PYTHONPATH=str(changed_project)),
        input=programs,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(report.read_text())


@pytest.fixture(scope="module")
def server(chromium: str, changed_project: Path, results: Results) -> Iterator[RunningSite]:
    """The changed project, migrated and running."""
    with run_site(changed_project / "var", project=changed_project, PYTHONPATH=str(changed_project)) as site:
        yield site


@pytest.mark.parametrize("name", CHECKS)
def test_what_the_guide_promises_is_there(results: Results, name: str) -> None:
    error = results[name]["error"]
    assert not error, error


# By day: the page names each of these fields for the preview, as the check of the guide sees.
@pytest.mark.nightly
async def test_each_field_of_the_new_page_type_can_be_clicked_in_the_preview(
    results: Results, editor_page: Page
) -> None:
    number = results["event with text"]["output"]
    draft = await edit_beside_panel(editor_page, int(number))
    await stop_following(editor_page)
    for clicked, name in (
        (draft.get_by_role("heading", name="Casting day"), "title"),
        (draft.get_by_text("Hot metal."), "introduction"),
        (draft.get_by_text("1 June 2027"), "starts_at"),
        (draft.get_by_text("Bring gloves."), "body-0-value"),
    ):
        await clicked.click()
        await cursor_is_in(editor_page, name)


def test_every_guide_is_followed() -> None:
    assert {path.stem for path in GUIDES.glob("*.md")} == set(CHECKS)


def test_the_readme_shows_the_guide_to_a_page_type() -> None:
    guide, readme = (GUIDES / "page-type.md").read_text(), (PROJECT / "README.md").read_text()
    for example in re.findall(r"```(?:python|django)\n.*?```", guide, re.DOTALL):
        assert example in readme
