"""Formulas in Markdown that can't be set, for their author."""

from dataclasses import dataclass

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from galley.markdown.lines import with_lines
from galley.markdown.mathematics import UnreadableFormula, convert_formula
from galley.markdown.parser import parser


@dataclass(frozen=True)
class WrongFormula:
    """A formula that can't be set, the line of the text in which it stands, and why."""

    line: int
    tex: str
    reason: str

    def __str__(self) -> str:
        values = {"line": self.line, "tex": Truncator(self.tex).chars(40), "reason": self.reason}
        said = _("Line %(line)s: the formula “%(tex)s” can't be set. %(reason)s A dollar sign is written \\$.")
        return said % values


def find_wrong_formulas(text: str) -> list[WrongFormula]:
    """Return the formulas in the Markdown `text` that can't be set, in the order of their lines."""
    wrong = []
    for line, token in with_lines(parser.parse(text)):
        if token.type in {"math_inline", "math_block"}:
            try:
                convert_formula(token.content)
            except UnreadableFormula as error:
                wrong.append(WrongFormula(line, token.content.strip(), str(error)))
    return wrong
