"""Posts without number, to see how the site bears them: realistic in length, subjects and dates, and made in bulk."""

from quickstart.generating.generate import generate_posts

__all__ = ["generate_posts"]
