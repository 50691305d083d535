"""Vector graphics: SVG without metadata, without scripts, and without what programs have noted in it."""

import base64
import re
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree

from defusedxml.ElementTree import parse
from willow.svg import SvgImage, SvgWrapper

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
XHTML, MATHML = "http://www.w3.org/1999/xhtml", "http://www.w3.org/1998/Math/MathML"
XML = "http://www.w3.org/XML/1998/namespace"
# Elements and attributes of other namespaces are notes of drawing programs: folders, names, earlier versions.
ELEMENTS = tuple(f"{{{namespace}}}" for namespace in (SVG, XHTML, MATHML))
ATTRIBUTES = (*ELEMENTS, f"{{{XLINK}}}", f"{{{XML}}}")
UNWANTED = {"metadata", "script"}

_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*<")
_DATA = re.compile(r"data:image/[^,]*,[^\"')]*")

# These prefixes are written; others would be `ns0`.
for _prefix, _namespace in {"": SVG, "xlink": XLINK}.items():
    ElementTree.register_namespace(_prefix, _namespace)

# Returns the type of a picture without metadata, such as `png`, and its content.
Clean = Callable[[bytes], tuple[str, bytes]]


def is_drawing(content: bytes) -> bool:
    """Return whether `content` begins as XML does."""
    return bool(_START.match(content)) or content.startswith((b"\xff\xfe<", b"\xfe\xff\x00<"))


def open_drawing(content: bytes) -> SvgWrapper:
    """Return an SVG with its size. Raises ValueError if it is another document, and errors of any kind."""
    dom = parse(BytesIO(content))
    if dom.getroot().tag != f"{{{SVG}}}svg":
        raise ValueError("It isn't an SVG image")
    return SvgWrapper(dom)


def has_script(root: ElementTree.Element) -> bool:
    """Return whether an SVG has scripts, or attributes that run some."""
    return any(
        _name(element.tag) == "script" or any(_runs(*attribute) for attribute in element.attrib.items())
        for element in root.iter()
    )


def write_drawing(
    drawing: SvgWrapper,
    clean: Clean,
    rect: Sequence[float] | None = None,
    of: Sequence[float] | None = None,
    size: Sequence[int] | None = None,
    **options: Any,
) -> bytes:
    """Return an SVG as a file, cut out and scaled if wanted. `clean` is called for pictures within it."""
    root = drawing.root
    _remove_notes(root)
    for element in root.iter():
        element.attrib = {
            name: _clean_data(value, clean)
            for name, value in element.attrib.items()
            if (not name.startswith("{") or name.startswith(ATTRIBUTES)) and not _runs(name, value)
        }
        if _name(element.tag) == "style" and element.text:
            element.text = _clean_data(element.text, clean)
    image = SvgImage(drawing)
    if rect and of and size:
        factors = drawing.width / of[0], drawing.height / of[1]
        image = image.crop([side * factors[axis % 2] for axis, side in enumerate(rect)]).resize(size)
    made = BytesIO()
    image.write(made)
    return made.getvalue()


def _remove_notes(root: ElementTree.Element) -> None:
    for parent in list(root.iter()):
        before = None
        for child in list(parent):
            if str(child.tag).startswith(ELEMENTS) and _name(child.tag) not in UNWANTED:
                before = child
                continue
            # The text behind it isn't part of it.
            if before is None:
                parent.text = (parent.text or "") + (child.tail or "")
            else:
                before.tail = (before.tail or "") + (child.tail or "")
            parent.remove(child)


def _clean_data(value: str, clean: Clean) -> str:
    """Return `value` with the pictures that are written into it as `data:` without metadata."""
    if value.lstrip().startswith("data:image/"):
        return _clean_url(value, clean)
    return _DATA.sub(lambda match: _clean_url(match[0], clean), value) if "data:image/" in value else value


def _clean_url(url: str, clean: Clean) -> str:
    header, _comma, data = url.strip().partition(",")
    content = unquote_to_bytes(data)
    try:
        kind, made = clean(base64.b64decode(content) if header.endswith(";base64") else content)
    except Exception:  # decoders raise errors of any kind; browsers show nothing either
        return "data:,"
    return f"data:image/{kind};base64,{base64.b64encode(made).decode()}"


def _name(tag: Any) -> str:
    return str(tag).rpartition("}")[2].lower()


def _runs(name: str, value: str) -> bool:
    """Return whether an attribute runs a script."""
    return name.lower().startswith("on") or value.strip().lower().startswith("javascript:")
