"""Formulas."""

from django.core.exceptions import ValidationError
from wagtail import blocks

from galley.markdown import UnreadableFormula, convert_formula


class TexBlock(blocks.TextBlock):
    """A formula's source."""

    def clean(self, value: str) -> str:
        """Return `value`; when it is about to be published, refuse what can't be set, and say why."""
        tex: str = super().clean(value)
        if not self.is_deferred_validation:
            try:
                convert_formula(tex, display=True)
            except UnreadableFormula as error:
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
