"""No cell of an exported spreadsheet is a formula, whatever visitors and editors have written.

Spreadsheet programs run what begins with one of a few characters, in CSV files too: a message of a visitor could send
the file's content elsewhere (OWASP, "CSV injection"). Where a decimal has a comma, Excel takes semicolons for the ends
of cells, whatever the quotes say: there, a cell of a CSV file also begins after a semicolon, a tab or a line break.
"""

import re
from functools import wraps
from typing import Any

from wagtail.admin.views.mixins import SpreadsheetExportMixin

# Also after white space, which some programs cut off, and in their full-width forms.
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
INNER_FORMULA = re.compile(r"([;\t\r\n][^\S\r\n\t]*)(?=[=+\-@＝＋－＠])")


def neutralise(value: Any, export_format: str = SpreadsheetExportMixin.FORMAT_XLSX) -> Any:
    """Return `value`; a text that a spreadsheet program might run comes with an apostrophe before it.

    In a CSV file, so does each part of it that might become a cell.
    """
    if not isinstance(value, str):
        return value
    if export_format == SpreadsheetExportMixin.FORMAT_CSV:
        value = INNER_FORMULA.sub(r"\1'", value)
    return f"'{value}" if FORMULA.match(value) else value


def guard_exports() -> None:
    """Let all of Wagtail's exports write neutral cells: a patch of the method through which every cell goes."""
    original = SpreadsheetExportMixin.preprocess_field_value

    @wraps(original)
    def preprocess_field_value(self: Any, field: str, value: Any, export_format: str) -> Any:
        return neutralise(original(self, field, value, export_format), export_format)

    SpreadsheetExportMixin.preprocess_field_value = preprocess_field_value
