"""Where the lists of a blog stand: its archive, and the pages of tags, authors, categories, series, years and months.

`blog_address` is the address of the blog itself, with a slash at its end: with or without a host, as the lists' own
addresses are wanted (`index.get_url(request)`, `index.full_url`).
"""

from urllib.parse import quote

# The filters of the list of posts that have pages of their own, and where those stand beneath the blog.
SEGMENTS = {"tag": "tags", "author": "authors", "category": "categories", "series": "series"}


def subject_address(blog_address: str, parameter: str, slug: str) -> str:
    """Return the address of the posts with the tag, author, category or series (`parameter`) that has this `slug`."""
    return f"{subjects_address(blog_address, parameter)}{quote(slug, safe='')}/"


def subjects_address(blog_address: str, parameter: str) -> str:
    """Return the address of the list of all tags, authors, categories or series."""
    return f"{blog_address}{SEGMENTS[parameter]}/"


def archive_address(blog_address: str) -> str:
    """Return the address of all years and months in which something was posted."""
    return f"{blog_address}archive/"


def year_address(blog_address: str, year: int) -> str:
    """Return the address of the posts of a year."""
    return f"{blog_address}{year:04}/"


def month_address(blog_address: str, year: int, month: int) -> str:
    """Return the address of the posts of a month."""
    return f"{year_address(blog_address, year)}{month:02}/"
