"""No cell of an exported spreadsheet is a formula, whatever visitors and editors have written.

Spreadsheet programs run what begins with one of a few characters, in CSV files too: a message of a visitor could send
the file's content elsewhere (OWASP, "CSV injection").
"""

import re
from functools import wraps
from typing import Any

from wagtail.admin.views.mixins import SpreadsheetExportMixin

# Also after white space, which some programs cut off, and in their full-width forms.
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")


def neutralise(value: Any) -> Any:
    """Return `value`; a text that a spreadsheet program might run comes with an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value


def guard_exports() -> None:
    """Let all of Wagtail's exports write neutral cells: a patch of the method through which every cell goes."""
    original = SpreadsheetExportMixin.preprocess_field_value

    @wraps(original)
    def preprocess_field_value(self: Any, field: str, value: Any, export_format: str) -> Any:
        return neutralise(original(self, field, value, export_format))

    SpreadsheetExportMixin.preprocess_field_value = preprocess_field_value
