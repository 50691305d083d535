"""The site that a new installation starts with: a small studio's pages, posts and pictures.

Texts lie in `content/`, pictures in `pictures/`; `content/README.md` says how they are written.
"""

from quickstart.sample_site.load import LoadResult, Outcome, load_sample_site

__all__ = ["LoadResult", "Outcome", "load_sample_site"]
