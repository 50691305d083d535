"""The sites whose videos and sound can be embedded: how their addresses look, and where their players are."""

import re
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.module_loading import import_string

# The moment at which a video begins, as addresses name it: `90`, `90s`, `1m30s`.
_START = re.compile(r"(?:^|[?&#])(?:t|start)=(?:(\d{1,2})h)?(?:(\d{1,3})m)?(?:(\d{1,5})s?)?(?:$|[&#])")


@dataclass(frozen=True)
class Provider:
    """A site whose players can be embedded.

    `pattern` matches an address without scheme and `www.`, up to its query's further parameters. The other texts are
    formats for the groups that it names: the address of the video itself, of its player, and of a large picture that
    the oEmbed answer of `endpoint` doesn't name. `start` is appended to the player's address if the video begins later;
    its format takes seconds. `shape` is that of the player: `wide`, or `sound` without pictures.
    """

    name: str
    pattern: str
    address: str
    player: str
    endpoint: str
    picture: str = ""
    start: str = ""
    shape: str = "wide"
    expression: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "expression", re.compile(rf"(?:{self.pattern})/?(?:[?&#].*)?", re.ASCII))


class Player(NamedTuple):
    """What an address leads to: `address` is the same however it was written, `url` that of the player."""

    provider: Provider
    address: str
    url: str
    picture_url: str


PROVIDERS = (
    Provider(
        "YouTube",
        r"(?:music\.)?youtube\.com/(?:watch\?(?:[^#]*&)?v=|(?:shorts|live|embed|v)/)(?P<id>[\w-]{11})"
        r"|youtu\.be/(?P<short>[\w-]{11})|youtube-nocookie\.com/embed/(?P<private>[\w-]{11})",
        "https://www.youtube.com/watch?v={id}",
        "https://www.youtube-nocookie.com/embed/{id}?autoplay=1",
        "https://www.youtube.com/oembed",
        picture="https://i.ytimg.com/vi/{id}/maxresdefault.jpg",
        start="&start={}",
    ),
    # An unlisted video has a second part in its address.
    Provider(
        "Vimeo",
        r"(?:vimeo\.com|player\.vimeo\.com/video)/(?P<id>\d{1,12})(?:/|\?(?:[^#]*&)?h=)(?P<hash>[0-9a-f]{6,20})",
        "https://vimeo.com/{id}/{hash}",
        "https://player.vimeo.com/video/{id}?dnt=1&autoplay=1&h={hash}",
        "https://vimeo.com/api/oembed.json",
        start="#t={}s",
    ),
    Provider(
        "Vimeo",
        r"(?:vimeo\.com/(?:(?:channels|groups|album|showcase)/[\w-]+/(?:videos?/)?)?|player\.vimeo\.com/video/)"
        r"(?P<id>\d{1,12})",
        "https://vimeo.com/{id}",
        "https://player.vimeo.com/video/{id}?dnt=1&autoplay=1",
        "https://vimeo.com/api/oembed.json",
        start="#t={}s",
    ),
    Provider(
        "Dailymotion",
        r"dailymotion\.com/(?:embed/)?video/(?P<id>\w{1,20})|dai\.ly/(?P<short>\w{1,20})",
        "https://www.dailymotion.com/video/{id}",
        "https://geo.dailymotion.com/player.html?video={id}",
        "https://www.dailymotion.com/services/oembed",
    ),
    Provider(
        "TED",
        r"ted\.com/talks/(?:lang/[\w-]+/)?(?P<id>\w+)|embed\.ted\.com/talks/(?P<embedded>\w+)",
        "https://www.ted.com/talks/{id}",
        "https://embed.ted.com/talks/{id}",
        "https://www.ted.com/services/v1/oembed.json",
    ),
    Provider(
        "SoundCloud",
        r"(?:m\.)?soundcloud\.com/(?P<id>[\w-]+/(?:sets/)?[\w-]+)",
        "https://soundcloud.com/{id}",
        "https://w.soundcloud.com/player/?url=https%3A//soundcloud.com/{id}&auto_play=true",
        "https://soundcloud.com/oembed",
        shape="sound",
    ),
    Provider(
        "Spotify",
        r"open\.spotify\.com/(?:intl-\w+/)?(?:embed/)?(?P<id>(?:track|album|playlist|artist|episode|show)/\w+)",
        "https://open.spotify.com/{id}",
        "https://open.spotify.com/embed/{id}",
        "https://open.spotify.com/oembed",
        shape="sound",
    ),
    Provider(
        "Mixcloud",
        r"mixcloud\.com/(?P<id>[\w-]+/[\w-]+)",
        "https://www.mixcloud.com/{id}/",
        "https://player-widget.mixcloud.com/widget/iframe/?feed=/{id}/",
        "https://app.mixcloud.com/oembed/",
        shape="sound",
    ),
)


@cache
def get_providers() -> tuple[Provider, ...]:
    """Return the providers that the setting `EMBED_PROVIDERS` names, or those of this module."""
    path = getattr(settings, "EMBED_PROVIDERS", None)
    return tuple(import_string(path)) if path else PROVIDERS


def name_providers() -> str:
    """Return the names of the providers, with commas between."""
    return ", ".join(dict.fromkeys(provider.name for provider in get_providers()))


def find_frame_sources() -> dict[str, list[str]]:
    """Return the origins of all players, for the directive `frame-src` of a content security policy."""
    players = [urlsplit(provider.player) for provider in get_providers()]
    return {"frame-src": [f"{player.scheme}://{player.netloc}" for player in players]}


def address_pattern() -> str:
    """Return a regular expression of JavaScript for the addresses that a provider has."""
    patterns = "|".join(re.sub(r"\?P<\w+>", "?:", provider.pattern) for provider in get_providers())
    return rf"^https?://(?:www\.)?(?:m\.)?(?:{patterns})/?(?:[?&#].*)?$"


def find_player(address: str) -> Player | None:
    """Return the player of the video or sound at `address`, or None if no provider has it."""
    try:
        parts = urlsplit(address.strip())
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
        if parts.scheme not in ("http", "https") or parts.port not in (None, 80, 443):
            return None
    except ValueError:
        return None
    query = f"?{parts.query}" if parts.query else ""
    for provider in get_providers():
        if match := provider.expression.fullmatch(f"{host}{parts.path}{query}"):
            names = match.groupdict()
            names["id"] = next(filter(None, names.values()))
            url = provider.player.format(**names)
            if provider.start and (seconds := _find_start(f"{query}#{parts.fragment}")):
                url += provider.start.format(seconds)
            return Player(provider, provider.address.format(**names), url, provider.picture.format(**names))
    return None


def _find_start(query: str) -> int:
    match = _START.search(query)
    hours, minutes, seconds = (int(number or 0) for number in match.groups()) if match else (0, 0, 0)
    return hours * 3600 + minutes * 60 + seconds
