"""Sends values that can't be read to views of the small site on PostgreSQL. The settings come from the environment.

`python -m tests.galley.async_pages.on_postgresql` fails if one of them answers with status 500.
"""

import django

django.setup()

from django.test import Client  # noqa: E402

from tests.factories import EditorFactory, load_small_site  # noqa: E402

NUL, MANY_DIGITS, LONG = "a\x00b", "9" * 26, "x" * 5_000
# Addresses, the name of a value, and whether a NUL character, many digits and a long text are refused with status 400.
ADDRESSES = [
    ("/admin/choose-page/", "target_pages[]", (True, False, True)),
    ("/admin/choose-page/chosen-multiple/", "id", (True, False, True)),
    ("/admin/bulk/wagtailcore/page/delete/", "id", (True, False, True)),
    ("/admin/images/chooser/", "tag", (True, False, False)),
    ("/admin/tag-autocomplete/", "term", (True, False, False)),
    ("/admin/pages/", "q", (False, False, False)),
    ("/search/", "q", (False, False, False)),
    ("/search/", "page", (False, False, False)),
]

if __name__ == "__main__":
    site = load_small_site()
    editor = Client(headers={"host": "localhost"}, raise_request_exception=False)
    editor.force_login(EditorFactory(is_superuser=True))
    visitor = Client(headers={"host": "localhost"}, raise_request_exception=False)
    failures = []
    for address, name, refused in ADDRESSES:
        for value, is_refused in zip((NUL, MANY_DIGITS, LONG), refused, strict=True):
            status = editor.get(address, {name: value}).status_code
            if status >= 500 or (status == 400) != is_refused:
                failures.append((address, name, value[:9], status))
    for address in (
        f"/admin/pages/{site.post.pk}/copy/",
        "/admin/redirects/add/",
        "/admin/users/new/",
        "/admin/login/",
        site.contact.url,
    ):
        for value in (NUL, MANY_DIGITS, LONG):
            names = ("new_title", "new_parent_page", "old_path", "username", "name", "email", "message")
            for client in (editor, visitor):
                status = client.post(address, dict.fromkeys(names, value)).status_code
                if status >= 500:
                    failures.append((address, "form", value[:9], status))
    for value in (NUL, MANY_DIGITS, LONG):
        for client in (editor, visitor):
            status = client.get(f"/{value}/").status_code
            failures += [("path", value[:9], status)] if status != 404 else []
    assert not failures, failures
