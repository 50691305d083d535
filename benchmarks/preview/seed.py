"""Fill the site with the pages that are typed into: `python -m benchmarks.preview.seed '{"markdown": 6, …}'`.

Takes how many pages of each kind there should be, and prints their ids, both as JSON. Every measurement takes a page
of its own, so that none begins with what another one typed.
"""

import json
import sys

import django

if __name__ == "__main__":
    django.setup()

    from benchmarks.preview.pages import publish_pages

    print(json.dumps(publish_pages(json.loads(sys.argv[1]))))
