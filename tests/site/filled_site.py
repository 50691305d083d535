"""The sample site together with twenty real posts, as their authors wrote them."""

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.real_blogs import REAL_BLOGS, WITHOUT_REAL_BLOGS
from tests.running_site import DATABASE, PROJECT, RunningSite, environment, run_site

# Between them they have what real posts have: many pictures and none, charts, tables, long code, raw HTML, several
# authors, a text of a few lines and one of a book's chapter. All their pictures are there.
POSTS = {
    "18f/content/posts": [
        "2014-09-04-a-new-look-at-the-freedom-of-information-act.md",
        "2014-11-26-how-to-use-more-open-source.md",
        "2014-12-23-hub.md",
        "2015-02-09-the-first-gov-domains-hardcoded-into-your-browser-as-all-https.md",
        "2015-03-19-how-we-built-analytics-usa-gov.md",
        "2015-06-02-taking-the-pulse-of-the-federal-governments-web-presence.md",
        "2016-08-25-micro-purchase-design-philosophy-do-one-thing-well.md",
        "2016-08-29-data-act-prototype-simplicty-is-key.md",
        "2017-02-02-cloud-gov-is-now-fedramp-authorized.md",
        "2024-07-17-working-with-oracle-databases-in-open-source-projects.md",
    ],
    "rust-blog": [
        "MIR",
        "Next-year.md",
        "Project-Goals-2025-May-Update.md",
        "Rust-1.12",
        "Rust-1.16.md",
        "Rust-Survey-2021",
        "Rust-survey-2018",
        "i128-layout-update.md",
        "project-goals-2025h2.md",
        "stabilizing-naked-functions.md",
    ],
}
# One post of each blog that refers to pictures which are nowhere.
POSTS_WITH_LOSSES = {
    "18f/content/posts": ["2021-09-16-a_day_in_the_life_-_ingeniero_en_18f.md"],
    "rust-blog": ["five-years-of-rust"],
}
# Pictures that posts of the first blog call `/assets/…` lie beside its texts.
ASSETS = REAL_BLOGS / "18f"


def build_filled_site(
    var_dir: Path,
    *,
    has_small_pictures: bool = False,
    migrated: Path | None = None,
    posts_per_blog: int | None = None,
    **extra: str,
) -> None:
    """Prepare database and media in `var_dir`; the importer's reports lie beside them.

    With small pictures, making them in all sizes doesn't take longer than all the rest. Raises SystemExit without the
    real blogs.
    """
    if not REAL_BLOGS.is_dir():
        raise SystemExit(WITHOUT_REAL_BLOGS)
    var_dir.mkdir(parents=True, exist_ok=True)
    if migrated:
        shutil.copyfile(migrated, var_dir / DATABASE)
    else:
        _manage(var_dir, "migrate", "--verbosity", "0", **extra)
    imports = []
    for number, (blog, names) in enumerate(POSTS.items()):
        folder = var_dir / f"posts-{number}"
        for name in [*names[:posts_per_blog], *POSTS_WITH_LOSSES[blog]]:
            _copy(REAL_BLOGS / blog / name, folder / name)
        imports.append([str(folder), "--assets", str(ASSETS), "--report", str(var_dir / f"import-{number}.json")])
    if has_small_pictures:
        _run(var_dir, "-m", "tests.site.seed", json.dumps(imports), **extra)
        return
    _manage(var_dir, "load_sample_site", **extra)
    for arguments in imports:
        _manage(var_dir, "import_posts", *arguments, **extra)


def imported_addresses(var_dir: Path) -> list[str]:
    """Return the addresses of the real posts on the site in `var_dir`."""
    return [post["url"] for post in _reported_posts(var_dir)]


def whole_posts(var_dir: Path) -> list[str]:
    """Return the addresses of the twenty of them whose pictures are all there."""
    whole = {name for names in POSTS.values() for name in names}
    return [post["url"] for post in _reported_posts(var_dir) if post["file"].partition("/")[0] in whole]


def losses_told(var_dir: Path) -> list[str]:
    """Return what the importer said that it couldn't bring along: pictures and links that are nowhere."""
    details = [detail for post in _reported_posts(var_dir) for detail in post["diagnostics"]]
    return [detail["text"] for detail in details if detail["kind"] == "not understood"]


@contextmanager
def run_filled_site(var_dir: Path, *, has_worker: bool = True, **extra: str) -> Iterator[RunningSite]:
    """Run the site in `var_dir`, which calls itself by the address that it has this time."""
    with run_site(var_dir, has_worker=has_worker, **extra) as site:
        # Nothing was asked for yet: no process knows the address that it had before.
        with closing(sqlite3.connect(var_dir / "galley.sqlite3")) as database, database:
            database.execute("UPDATE wagtailcore_site SET port = ?", [urlsplit(site.url).port])
        yield site


def _reported_posts(var_dir: Path) -> list[dict]:
    reports = [json.loads(path.read_text()) for path in sorted(var_dir.glob("import-*.json"))]
    return [post for report in reports for post in report["posts"]]


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    (shutil.copytree if source.is_dir() else shutil.copyfile)(source, target)


def _manage(var_dir: Path, *arguments: str, **extra: str) -> None:
    _run(var_dir, "manage.py", *arguments, **extra)


def _run(var_dir: Path, *arguments: str, **extra: str) -> None:
    command = [sys.executable, *arguments]
    subprocess.run(command, cwd=PROJECT, env=environment(var_dir, **extra), check=True, stdout=subprocess.DEVNULL)
