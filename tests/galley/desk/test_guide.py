"""The editors' guide, in the admin and in `docs/`."""

import re
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.test import Client

from benchmarks.guide_screenshots import WALKS
from tests.factories import SmallSite


def test_editors_find_it_in_the_admin_with_its_pictures(small_site: SmallSite, editor: User, client: Client) -> None:
    client.force_login(editor)
    html = client.get("/admin/help/").content.decode()
    assert '<a href="#publish">Publish</a>' in html
    assert '<h2 id="publish">Publish</h2>' in html
    pictures = re.findall(r'<img src="/static/([^"]+)"[^>]*loading="lazy"', html)
    assert len(pictures) == len(WALKS)
    assert all(finders.find(name) for name in pictures)


def test_a_script_takes_each_picture_and_none_is_left_over() -> None:
    text = Path(settings.EDITORS_GUIDE).read_text()
    named = re.findall(r"!\[[^\]]+\]\(images/editors/(\w+)\.webp\)", text)
    files = [path.stem for path in (settings.BASE_DIR / "docs/images/editors").iterdir()]
    assert sorted(named) == sorted(WALKS) == sorted(files)
