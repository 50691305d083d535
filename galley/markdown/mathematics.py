"""Formulas in TeX to MathML, which browsers set and screen readers read by themselves."""

import re
from html import unescape
from xml.etree.ElementTree import Element, tostring

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from latex2mathml import commands
from latex2mathml.converter import Converter

from galley.markdown.sanitising import sanitise

# Nobody reads a longer formula; the cost of one grows with its length.
LONGEST_FORMULA = 2_000

# A definition that uses itself twice, and so on, makes a gigabyte out of a line.
DEFINITIONS = (commands.NEWCOMMAND, commands.DEF, commands.NEWENVIRONMENT, commands.DECLAREMATHOPERATOR)

# How many parts these have, or browsers show an error.
PARTS = {"mfrac": 2, "mover": 2, "mroot": 2, "msub": 2, "msubsup": 3, "msup": 2, "munder": 2, "munderover": 3}
INCOMPLETE = gettext_noop("Something is missing in it: a brace, or what belongs to a command.")


class UnreadableFormula(ValueError):
    """TeX that can't be set. The message says why, to its author."""


def convert_formula(tex: str, display: bool = False) -> SafeString:
    """Return `tex` as a `<math>` element, for a line of its own if `display`. Raises `UnreadableFormula`."""
    tex = tex.strip()
    if len(tex) > LONGEST_FORMULA:
        raise UnreadableFormula(_("It is longer than %(most)s characters.") % {"most": LONGEST_FORMULA})
    if definition := next((name for name in DEFINITIONS if name in tex), None):
        raise UnreadableFormula(_("%(command)s can't be used here.") % {"command": definition})
    try:
        math = Converter(display="block" if display else "inline").convert_to_element(tex)
        for element in math.iter():
            # The library leaves references to characters in the texts, which it puts into HTML unescaped by itself.
            element.text = unescape(element.text or "")
        html = tostring(math, encoding="unicode", short_empty_elements=False)
    except Exception as error:
        # The library has no common ancestor for its errors, and lets others through: StopIteration, RecursionError.
        raise UnreadableFormula(_(INCOMPLETE)) from error
    _check(math)
    return mark_safe(sanitise(html))


def _check(math: Element) -> None:
    for element in math.iter():
        if element.tag == "mi" and re.match(r"\\\w", element.text or ""):
            raise UnreadableFormula(_("The command %(command)s isn't known.") % {"command": element.text})
        if len(element) != PARTS.get(element.tag, len(element)):
            raise UnreadableFormula(_(INCOMPLETE))


def render_formula(tex: str, display: bool = False) -> SafeString:
    """Return `tex` as MathML; what can't be set, as it was written."""
    try:
        math = convert_formula(tex, display=display)
    except UnreadableFormula:
        return format_html("<code>{}</code>", tex)
    if not display:
        return math
    return format_html(
        '<div class="math-scroll" role="group" tabindex="0" aria-label="{}">{}</div>', _("Formula"), math
    )
