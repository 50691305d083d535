"""A live preview for Wagtail: what an editor types appears at once, rendered, on every screen that shows the draft.

The public face is small, and each part is imported where it is used:

- `galley.preview.urls`, included anywhere in the site's URLconf;
- `galley.preview.asgi.preview_application`, around the site's ASGI application, or `galley.preview.asgi:application`;
- `galley.preview.rich_text.LiveRichTextArea` and `galley.preview.context_processors`, both optional;
- the signal `galley.preview.notes.guest_note_left`, optional: a guest has left a note;
- the attributes `data-region` and `data-contentpath` in templates, both optional.

The README has settings, system checks and how it works.
"""
