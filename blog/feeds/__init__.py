"""Feeds of a blog and of its tags, categories and authors: Atom, RSS 2.0 and JSON Feed 1.1."""
