"""The score that MDN's HTTP Observatory gives, by its published rules.

<https://developer.mozilla.org/en-US/observatory/docs/tests_and_scoring>: 100 points less the penalties; from 90 on, the
bonuses are added. The rules that no page of this site can come under are left out: files for Flash, CORS, and scripts
of other origins, of which the caller has to be sure.
"""

import re
from collections.abc import Mapping

from bs4 import BeautifulSoup

BROAD = {"ftp:", "http:", "https:", "*", "http://*", "https://*", "http://*.*", "https://*.*"}
PRIVATE_REFERRERS = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
HALF_A_YEAR = 15_768_000


def score(headers: Mapping[str, str], html: str, *, redirects_to_https: bool) -> int:
    """Return the score of a page that was asked for by HTTPS and set no cookies."""
    csp = read_policy(headers.get("Content-Security-Policy", ""))
    modifiers = [
        _score_policy(csp),
        0 if redirects_to_https else -20,
        _score_referrer(headers.get("Referrer-Policy", "")),
        _score_hsts(headers.get("Strict-Transport-Security", "")),
        0 if headers.get("X-Content-Type-Options") == "nosniff" else -5,
        _score_framing(csp, headers.get("X-Frame-Options", "")),
        10 if headers.get("Cross-Origin-Resource-Policy") in {"same-origin", "same-site"} else 0,
        _score_scripts(html),
    ]
    base = 100 + sum(modifier for modifier in modifiers if modifier < 0)
    return max(0, base if base < 90 else 100 + sum(modifiers))


def read_policy(text: str) -> dict[str, set[str]]:
    """Return the sources of each directive."""
    parts = [part.split() for part in text.split(";") if part.strip()]
    return {name: set(sources) for name, *sources in parts}


def _score_policy(csp: dict[str, set[str]]) -> int:
    if not csp:
        return -25
    default = csp.get("default-src", {"*"})
    scripts, styles = csp.get("script-src", default), csp.get("style-src", default)
    if scripts & (BROAD | {"'unsafe-inline'", "data:"}) or csp.get("object-src", default) & BROAD:
        return -20
    if any(source.startswith(("http:", "ftp:")) for sources in csp.values() for source in sources):
        return -20
    if "'unsafe-eval'" in scripts | styles:
        return -10
    if styles & (BROAD | {"'unsafe-inline'", "data:"}):
        return 0
    is_strict = default == {"'none'"} and csp.get("form-action", {"*"}) <= {"'self'", "'none'"}
    return 10 if is_strict else 5


def _score_referrer(value: str) -> int:
    if not value:
        return 0
    return 5 if value.split(",")[-1].strip() in PRIVATE_REFERRERS else -5


def _score_hsts(value: str) -> int:
    found = re.search(r"max-age=(\d+)", value)
    if not found:
        return -20
    return 0 if int(found[1]) >= HALF_A_YEAR else -10


def _score_framing(csp: dict[str, set[str]], header: str) -> int:
    if csp.get("frame-ancestors", {"*"}) & BROAD:
        return 0 if header in {"DENY", "SAMEORIGIN"} else -20
    return 5


def _score_scripts(html: str) -> int:
    sources = [str(script["src"]) for script in BeautifulSoup(html, "html.parser").select("script[src]")]
    return -50 if any(re.match(r"(https?:)?//", source) for source in sources) else 0
