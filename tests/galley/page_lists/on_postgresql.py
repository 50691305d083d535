"""Searches drafts of the small site on PostgreSQL, and prints for each text of a JSON list whether it is found.

`python -m tests.galley.page_lists.on_postgresql TEXTS` reads settings from the environment, as a server does.
"""

import json
import sys

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from wagtail.models import Page  # noqa: E402

from blog.models import BlogPostPage  # noqa: E402
from galley.page_lists.newest import read_newest, search_pages  # noqa: E402

if __name__ == "__main__":
    user = get_user_model().objects.create_superuser("printer")
    post = BlogPostPage.objects.first()
    post.title = "Its draft"
    post.excerpt = "Of xylography"
    post.body = [("markdown", "A *palimpsest* in Zürich"), ("table", {"data": [["Mezzotint"]]})]
    post.tags.add("Aquatint")
    post.save_revision()
    read_newest.call(post.pk)
    found = [[page.pk for page in search_pages(text, Page.objects.all(), user)] for text in json.loads(sys.argv[1])]
    sys.stdout.write(json.dumps([pks == [post.pk] for pks in found]))
