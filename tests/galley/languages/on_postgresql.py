"""Translates a page of the small site on PostgreSQL, as GALLEY_LANGUAGES allows it, and prints what searches find.

`python -m tests.galley.languages.on_postgresql` reads settings from the environment, as a server does.
"""

import json
import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from wagtail.models import Locale  # noqa: E402

from galley.languages.translating import translate  # noqa: E402
from home.models import StandardPage  # noqa: E402

if __name__ == "__main__":
    english = StandardPage.objects.get()
    german = translate(english, Locale.objects.create(language_code="de"), None)
    for page, title in ((german.get_parent().specific, "Startseite"), (german, "Ein kestrel"), (english, "A kestrel")):
        page.title = title
        page.save_revision().publish()
    call_command("update_index", verbosity=0)
    client = Client(headers={"host": "localhost"})
    pages = {path: client.get(f"{path}?q=kestrel").content.decode() for path in ("/search/", "/de/search/")}
    found = {path: [f'<a href="{page.url}"' in html for page in (english, german)] for path, html in pages.items()}
    sys.stdout.write(json.dumps(found))
