"""Posts without number, to see how the site bears them: realistic in length, subjects and dates, and made in bulk."""

from blog.generating.generate import generate_posts

__all__ = ["generate_posts"]
