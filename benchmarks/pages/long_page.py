"""Adds a page of about 30 KB to the small site, and prints its address: `python -m benchmarks.pages.long_page`."""

import os

import django

from benchmarks.markdown import write_text


def main() -> None:
    """Add the page."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    django.setup()
    from home.models import HomePage, StandardPage

    body = [("markdown", "\n\n".join(write_text(words=3_700)))]
    page = StandardPage(title="A long galley", slug="a-long-galley", body=body)
    HomePage.objects.get().add_child(instance=page)
    print(page.get_url())


if __name__ == "__main__":
    main()
