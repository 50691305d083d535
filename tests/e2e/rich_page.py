"""A project with every kind of field and block, for the running site: `python -m tests.e2e.rich_page` prints its id."""

import subprocess
import sys
import uuid
from pathlib import Path

import django

from tests.running_site import PROJECT, environment

FILLING = "\n\n".join(f"Paragraph {number} of the tides, as they come and go." for number in range(40))
MARKDOWN = f"""## Soundings

The *spring tide* [runs](https://example.org/runs) hard here.

{FILLING}

| Port | Height | {" | ".join(f"Column {number}" for number in range(12))} |
| --- | --- | {" | ".join("---" for _ in range(12))} |
| Wexmouth | 4.1 m | {" | ".join("a wide cell of words" for _ in range(12))} |

The *spring tide* [runs](https://example.org/runs) hard here.

<details><summary>More</summary>

Hidden depths.

</details>
"""


def add_rich_page(var_dir: Path) -> int:
    """Add the project to the site whose files lie in `var_dir`; return its id."""
    command = [sys.executable, "-m", "tests.e2e.rich_page"]
    run = subprocess.run(command, cwd=PROJECT, env=environment(var_dir), check=True, capture_output=True, text=True)
    return int(run.stdout)


def body() -> list[dict]:
    """The body as Wagtail stores it."""
    pictures = [_picture("The weir at low water", "Low water"), _picture("The weir at high water", "High water")]
    values = [
        ("paragraph", "<p>The first words of the tide.</p><p>And a <b>second</b> thought about it.</p>"),
        ("heading", {"text": "How it is read", "level": "2"}),
        ("pull_quote", {"quote": "Time and tide wait for no man.", "attribution": "A ferryman"}),
        ("callout", {"kind": "tip", "text": "<p>Read the table twice.</p>"}),
        ("gallery", {"pictures": pictures, "caption": "Two states of a weir"}),
        ("code", {"language": "python", "code": "def ebb(tide):\n    return tide - 1", "caption": "A tide, ebbing."}),
        ("markdown", MARKDOWN),
    ]
    return [{"type": kind, "value": value, "id": str(uuid.uuid4())} for kind, value in values]


def _picture(alt_text: str, caption: str) -> dict:
    from tests.factories import SiteImageFactory

    image = {"image": SiteImageFactory(title=caption).pk, "alt_text": alt_text, "decorative": False}
    return {"type": "item", "value": {"image": image, "caption": caption}, "id": str(uuid.uuid4())}


def _add() -> int:
    from portfolio.models import PortfolioIndexPage, ProjectLink, ProjectPage, ProjectPicture
    from tests.factories import SiteImageFactory

    project = ProjectPage(title="A Tide Atlas", introduction="Forty sheets of moving water.", year=2024)
    project.client, project.role = "The Tarrow Conservancy", "Cartography"
    project.body = body()
    project.gallery = [
        ProjectPicture(image=SiteImageFactory(title=words), caption=words, alt_text=f"{words}, seen from above")
        for words in ("The first sheet", "The second sheet")
    ]
    project.links = [ProjectLink(label="The atlas at sea", url="https://example.org/atlas")]
    PortfolioIndexPage.objects.get().add_child(instance=project)
    project.skills.add("mapmaking")
    project.save_revision()
    return project.pk


if __name__ == "__main__":
    django.setup()
    sys.stdout.write(str(_add()))
