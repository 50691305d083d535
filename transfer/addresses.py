"""Addresses on the old site."""

import datetime
import re
from urllib.parse import unquote, urlsplit

from transfer.naming import FileName

_VARIABLE = re.compile(r"[{}<>]|(?<=/):\w+|^:\w+")


def normalise_address(address: str) -> str:
    """Return the path of an address: with a slash at its start, without host, query, fragment and `index.html`."""
    try:
        path = unquote(urlsplit(address.strip()).path)
    except ValueError:
        return ""
    path = re.sub(r"/{2,}", "/", "/" + path.lstrip("/")).removesuffix("index.html")
    return path if path != "/" and not re.search(r"[\x00-\x1f]", path) else ""


def expand_permalink(pattern: str, name: FileName, date: datetime.date | None) -> str:
    """Return `pattern` with Jekyll's variables filled in, or an empty text if it holds others.

    See https://jekyllrb.com/docs/permalinks/ for the variables.
    """
    variables = {":title": name.stem, ":slug": name.stem, ":name": name.stem, ":categories": "", ":output_ext": ".html"}
    if date:
        variables |= {
            ":year": f"{date.year:04}",
            ":month": f"{date.month:02}",
            ":day": f"{date.day:02}",
            ":i_month": str(date.month),
            ":i_day": str(date.day),
        }
    for variable in sorted(variables, key=len, reverse=True):
        pattern = pattern.replace(variable, variables[variable])
    return "" if _VARIABLE.search(pattern) else pattern


def address_key(address: str) -> str:
    """Return what two spellings of one address share: capitals, `.html` and a slash at the end don't count."""
    return normalise_address(address).lower().removesuffix("/").removesuffix(".html").removesuffix(".md")
