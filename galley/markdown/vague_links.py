"""Links whose words say nothing of where they lead, such as “here”: whoever hears them hears the host as well.

Readers who see the text have what stands around a link. A screen reader's list of links, and a search engine, have the
words alone.
"""

import re

# What Lighthouse calls non-descriptive in English: <https://developer.chrome.com/docs/lighthouse/seo/link-text>.
_WORDS = "click here|click this|go|here|information|learn more|more(?: info(?:rmation)?)?|right here|read more|see more"
_VAGUE_LINK = re.compile(
    r'(?P<link><a(?: [\w-]+="[^"]*")*? href="https?://(?:[^/?#"@]*@)?(?:www\.)?(?P<host>[^/?#"]+)[^>]*>)'
    rf"(?P<words>{_WORDS}|start|this)</a>",
    re.IGNORECASE,
)


def name_hosts(html: str) -> str:
    """Return sanitised `html` in which links to elsewhere whose words are vague name the host, for those who listen."""
    return _VAGUE_LINK.sub(r'\g<link>\g<words><span class="visually-hidden"> (\g<host>)</span></a>', html)
