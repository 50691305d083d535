"""Fill an empty database with the small site and an editor: `python -m tests.e2e.seed`.

The editor's name and password come from GALLEY_EDITOR and GALLEY_EDITOR_PASSWORD. Prints the key of a session in which
the editor is logged in.
"""

import os
import sys

import django

from tests.running_site import BLOG_ID, POST_ID

if __name__ == "__main__":
    django.setup()

    from django.test import Client

    from blog.models import BlogIndexPage, BlogPostPage
    from tests.factories import EditorFactory, add_small_site

    add_small_site(hostname="localhost")
    assert BlogIndexPage.objects.get().pk == BLOG_ID
    assert BlogPostPage.objects.get().pk == POST_ID
    editor = EditorFactory(username=os.environ["GALLEY_EDITOR"], password=os.environ["GALLEY_EDITOR_PASSWORD"])
    client = Client()
    client.force_login(editor)
    sys.stdout.write(client.session.session_key)
