"""Which addresses lead to a player, and to which one."""

import re

import pytest

from galley.embeds import PROVIDERS, address_pattern, find_player

YOUTUBE = "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?autoplay=1"

PLAYERS = [
    ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", YOUTUBE),
    ("http://m.youtube.com/watch?feature=share&v=dQw4w9WgXcQ&list=PL1", YOUTUBE),
    ("https://youtu.be/dQw4w9WgXcQ?si=abc", YOUTUBE),
    ("https://www.youtube.com/shorts/dQw4w9WgXcQ", YOUTUBE),
    ("https://youtu.be/dQw4w9WgXcQ?t=1m30s", f"{YOUTUBE}&start=90"),
    ("https://vimeo.com/76979871", "https://player.vimeo.com/video/76979871?dnt=1&autoplay=1"),
    ("https://vimeo.com/channels/staffpicks/76979871", "https://player.vimeo.com/video/76979871?dnt=1&autoplay=1"),
    ("https://vimeo.com/76979871/ab12cd34ef", "https://player.vimeo.com/video/76979871?dnt=1&autoplay=1&h=ab12cd34ef"),
    ("https://dai.ly/x8abcde", "https://geo.dailymotion.com/player.html?video=x8abcde"),
    (
        "https://open.spotify.com/episode/4rOoJ6Egrf8K2IrywzwOMk",
        "https://open.spotify.com/embed/episode/4rOoJ6Egrf8K2IrywzwOMk",
    ),
]

OTHERS = [
    "",
    "https://example.org/watch?v=dQw4w9WgXcQ",
    "https://youtube.com.example.org/watch?v=dQw4w9WgXcQ",
    "https://www.youtube.com/@channel",
    "https://www.youtube.com/watch?v=short",
    "https://www.youtube.com:8443/watch?v=dQw4w9WgXcQ",
    "ftp://youtu.be/dQw4w9WgXcQ",
    "javascript:alert(1)//youtu.be/dQw4w9WgXcQ",
    'https://youtu.be/dQw4w9WgXcQ"><script>',
    "http://[",
]


@pytest.mark.parametrize(("address", "url"), PLAYERS)
def test_an_address_leads_to_its_player(address: str, url: str) -> None:
    player = find_player(address)
    assert player
    assert player.url == url
    # The address that is stored leads to the same player.
    again = find_player(player.address)
    assert again
    assert again.address == player.address


@pytest.mark.parametrize("address", OTHERS)
def test_other_addresses_have_none(address: str) -> None:
    assert find_player(address) is None


def test_the_pattern_for_the_editor_finds_the_same_addresses() -> None:
    pattern = re.compile(address_pattern())
    assert all(pattern.match(address) for address, _url in PLAYERS)
    # A browser has no ports and no quotes to check here: the form does that.
    assert not any(pattern.match(address) for address in OTHERS[:5])


def test_players_and_answers_are_encrypted() -> None:
    for provider in PROVIDERS:
        for url in (provider.address, provider.player, provider.endpoint):
            assert url.startswith("https://")
