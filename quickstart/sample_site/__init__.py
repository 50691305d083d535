"""The sample site of a new installation: pages, posts and images of a small studio."""

from quickstart.sample_site.load import SiteInUseError, load_sample_site

__all__ = ["SiteInUseError", "load_sample_site"]
