"""Share the draft of a page: `python -m benchmarks.preview.share PAGE_ID` prints the address for guests."""

import sys
from datetime import timedelta

import django

if __name__ == "__main__":
    django.setup()

    from django.contrib.auth import get_user_model
    from django.urls import reverse
    from wagtail.models import Page

    from galley.preview.sharing import make_link
    from tests.running_site import EDITOR

    editor = get_user_model().objects.get(username=EDITOR)
    _link, token = make_link(Page.objects.get(pk=sys.argv[1]), editor, timedelta(days=1))
    print(reverse("preview:shared", args=[token]))
