"""Wagtail's rich text editor, telling of each change as it happens."""

from typing import Any

from wagtail.admin.rich_text import DraftailRichTextArea


class LiveRichTextArea(DraftailRichTextArea):
    """Writes its hidden field at once. Draftail otherwise waits 250 ms after the last key (`stateSaveInterval`)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.options["stateSaveInterval"] = 0
