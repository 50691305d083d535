"""Formulas in TeX to MathML, which browsers set and screen readers read by themselves."""

from html import unescape
from xml.etree.ElementTree import Element, tostring

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from latex2mathml import commands
from latex2mathml.converter import Converter

from home.markdown.sanitising import sanitise

# Nobody reads a longer formula; the cost of one grows with its length.
LONGEST_FORMULA = 2_000

# A definition that uses itself twice, and so on, makes a gigabyte out of a line.
DEFINITIONS = (commands.NEWCOMMAND, commands.DEF, commands.NEWENVIRONMENT, commands.DECLAREMATHOPERATOR)


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
        element = Converter(display="block" if display else "inline").convert_to_element(tex)
    except Exception as error:
        # The library has no common ancestor for its errors, and lets others through: StopIteration, RecursionError.
        raise UnreadableFormula(_("Something is missing in it: a brace, or what belongs to a command.")) from error
    return mark_safe(sanitise(_serialise(element)))


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


def _serialise(math: Element) -> str:
    """Return the element as HTML. The library leaves that half done: its texts hold references to characters."""
    for element in math.iter():
        element.text = unescape(element.text or "")
        if element.tag == "mi" and element.text.startswith("\\") and len(element.text) > 1:
            raise UnreadableFormula(_("The command %(command)s isn't known.") % {"command": element.text})
    return tostring(math, encoding="unicode", short_empty_elements=False)
