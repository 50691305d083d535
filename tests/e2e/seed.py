"""Fill an empty database with the small site and an editor: `python -m tests.e2e.seed`.

The editor's name and password come from GALLEY_EDITOR and GALLEY_EDITOR_PASSWORD.
"""

import os

import django

if __name__ == "__main__":
    django.setup()

    from tests.conftest import build_small_site
    from tests.factories import EditorFactory

    build_small_site(hostname="localhost")
    EditorFactory(username=os.environ["GALLEY_EDITOR"], password=os.environ["GALLEY_EDITOR_PASSWORD"])
