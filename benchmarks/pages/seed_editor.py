"""Give a generated site an editor, a post that they publish and one that they type in: prints both as JSON, with
the fields of their edit forms. The contact form's messages reach somebody by e-mail.

`python -m benchmarks.pages.seed_editor`
"""

import json
import os

import django

if __name__ == "__main__":
    django.setup()

    from blog.models import BlogIndexPage, BlogPostPage
    from forms.models import ContactPage, ContactRecipient
    from tests.factories import EditorFactory
    from tests.galley.preview.conftest import form_of, markdown

    EditorFactory(username=os.environ["GALLEY_EDITOR"], password=os.environ["GALLEY_EDITOR_PASSWORD"])  # type: ignore[no-untyped-call]
    ContactRecipient.objects.create(page=ContactPage.objects.get(), email="desk@example.org")
    blog = BlogIndexPage.objects.get()
    posts = {name: BlogPostPage(title=f"A post to be {name}", slug=f"to-be-{name}") for name in ("published", "typed")}
    for post in posts.values():
        blog.add_child(instance=post)
    forms = {name: form_of(post, date=str(post.date), body=markdown("Set:")) for name, post in posts.items()}
    rows = {
        name: {"id": post.pk, "parent": blog.pk, "path": post.url, "form": forms[name]} for name, post in posts.items()
    }
    print(json.dumps(rows))
