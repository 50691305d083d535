"""Takes the danger out of spreadsheets: what a visitor wrote must never run as a formula on an editor's computer."""

from typing import Any

# Spreadsheets take a cell that begins with one of these for a formula, the full-width ones too.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def neutralise_formula(value: Any) -> Any:
    """Return `value`; a text that a spreadsheet might run gets an apostrophe in front, which marks it as text."""
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


class FormulaSafeExportMixin:
    """For Wagtail's listing views. Wagtail itself marks cells as text in XLSX files, and leaves CSV as it is."""

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        """Neutralise what Wagtail is about to write into a cell."""
        prepared = super().preprocess_field_value(field, value, export_format)  # type: ignore[misc]
        return neutralise_formula(prepared)
