"""Videos, sound and links of other sites: nothing is loaded from there before a visitor asks for it. See README.md."""

from galley.embeds.providers import PROVIDERS, Player, Provider, address_pattern, find_player

__all__ = ["PROVIDERS", "Player", "Provider", "address_pattern", "find_player"]
