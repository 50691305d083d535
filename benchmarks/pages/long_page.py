"""Adds a page of so many words to a site, and prints its address: `python -m benchmarks.pages.long_page 3700`.

3,700 words are about 30 KB.
"""

import sys

import django

from benchmarks.markdown import write_text


def main() -> None:
    """Add the page."""
    django.setup()
    from home.models import HomePage, StandardPage

    body = [("markdown", "\n\n".join(write_text(words=int(sys.argv[1]))))]
    page = StandardPage(title="A long galley", slug="a-long-galley", body=body)
    HomePage.objects.get().add_child(instance=page)
    print(page.get_url())


if __name__ == "__main__":
    main()
