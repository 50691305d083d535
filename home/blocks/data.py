"""Blocks for code and formulas."""

from django.core.exceptions import ValidationError
from wagtail import blocks

from galley.markdown import InvalidFormula, convert_formula

LANGUAGES = [
    ("text", "Plain text"),
    ("bash", "Shell"),
    ("css", "CSS"),
    ("django", "Django template"),
    ("go", "Go"),
    ("html", "HTML"),
    ("javascript", "JavaScript"),
    ("json", "JSON"),
    ("python", "Python"),
    ("rust", "Rust"),
    ("sql", "SQL"),
    ("toml", "TOML"),
    ("typescript", "TypeScript"),
    ("yaml", "YAML"),
]


class CodeBlock(blocks.StructBlock):
    """Program code, highlighted on the server."""

    language = blocks.ChoiceBlock(
        choices=LANGUAGES, default="text", help_text="Decides how the code is coloured; printed above it."
    )
    code = blocks.TextBlock(help_text="The code, exactly as it should be shown.")
    caption = blocks.CharBlock(
        required=False, max_length=255, help_text="What the code does or where it stands. Leave empty for none."
    )

    class Meta:
        icon = "code"
        template = "blocks/code.html"
        description = "Program code in a fixed-width face, coloured by language."
        preview_value = {
            "language": "python",
            "code": "def fold(sheet):\n    return sheet[: len(sheet) // 2]",
            "caption": "A sheet, folded once.",
        }


class TexBlock(blocks.TextBlock):
    """The TeX source of a formula."""

    def clean(self, value: str) -> str:
        """Return `value`. Raises ValidationError on publication if the formula can't be converted to MathML."""
        tex: str = super().clean(value)
        if not self.is_deferred_validation:
            try:
                convert_formula(tex, display=True)
            except InvalidFormula as error:
                raise ValidationError(str(error)) from error
        return tex


class FormulaBlock(blocks.StructBlock):
    """A formula on a line of its own."""

    tex = TexBlock(
        rows=3, label="Formula", help_text=r"In TeX, without dollar signs: \frac{a}{b}, \sqrt{x}, x^2, \sum_{i=1}^n i."
    )
    caption = blocks.CharBlock(
        required=False, max_length=255, help_text="What the formula says, or its number. Leave empty for none."
    )

    class Meta:
        icon = "plus"
        template = "blocks/formula.html"
        description = "A formula in TeX, set by the reader's browser, which can also read it aloud."
        preview_value = {"tex": r"p = \left\lceil \frac{6w}{c \cdot l} \right\rceil", "caption": "Pages from words."}
