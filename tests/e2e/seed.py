"""Fill an empty database with the small site and an editor: `python -m tests.e2e.seed`.

With `--migrate` the migrations are run before, in the same process. The editor's name and password come from
GALLEY_EDITOR and GALLEY_EDITOR_PASSWORD. Prints the key of a session in which the editor is logged in.
"""

import gc
import os
import sys

import django

from tests.running_site import BLOG_ID, POST_ID

if __name__ == "__main__":
    django.setup()

    from django.core.management import call_command
    from django.test import Client

    from blog.models import BlogIndexPage, BlogPostPage
    from tests.factories import EditorFactory, add_small_site

    if "--migrate" in sys.argv:
        # Migrations make models by the thousand: the collector takes a fifth of their time at its usual pace.
        gc.set_threshold(200_000, 20, 100)
        call_command("migrate", verbosity=0)
    add_small_site(hostname="localhost")
    call_command("update_index", verbosity=0)
    assert BlogIndexPage.objects.get().pk == BLOG_ID
    assert BlogPostPage.objects.get().pk == POST_ID
    editor = EditorFactory(username=os.environ["GALLEY_EDITOR"], password=os.environ["GALLEY_EDITOR_PASSWORD"])
    client = Client()
    client.force_login(editor)
    sys.stdout.write(client.session.session_key)
