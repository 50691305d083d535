"""Compressed bodies, and which of them a browser takes (RFC 9110, section 12.5.3)."""

import gzip
from functools import lru_cache

import brotli

# The smallest first.
ENCODINGS = ("br", "gzip")
IDENTITY = "identity"
COMPRESSIBLE = ("text/", "application/json", "application/xml", "application/feed+json", "application/javascript")
COMPRESSIBLE_SUFFIXES = ("+xml", "+json")
SMALLEST = 500  # bytes: below, the headers gain nothing


@lru_cache(maxsize=256)
def choose_encoding(accepted: bytes | None) -> str:
    """Return the encoding to send to whoever sent `accepted` as Accept-Encoding."""
    if accepted is None:
        return IDENTITY
    weights: dict[str, float] = {}
    for part in accepted.decode("latin-1").lower().split(","):
        name, _, parameter = part.partition(";")
        weights[name.strip()] = _weight(parameter)
    anything = weights.get("*", 0.0)
    best = max(ENCODINGS, key=lambda name: weights.get(name, anything))
    weight = weights.get(best, anything)
    return best if weight > 0 and weight >= weights.get(IDENTITY, 0.0) else IDENTITY


def _weight(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def compress(body: bytes, content_type: str) -> dict[str, bytes]:
    """Return `body` by encoding, as it is and compressed where that pays. Blocks: takes milliseconds."""
    bodies = {IDENTITY: body}
    kind = content_type.partition(";")[0].strip().lower()
    if len(body) >= SMALLEST and (kind.startswith(COMPRESSIBLE) or kind.endswith(COMPRESSIBLE_SUFFIXES)):
        bodies["gzip"] = gzip.compress(body, compresslevel=6, mtime=0)
        bodies["br"] = brotli.compress(body, mode=brotli.MODE_TEXT, quality=5)
    return bodies
