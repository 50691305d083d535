"""The blog and its posts, with their authors, tags, categories and series."""

from blog.models.index import BlogIndexPage
from blog.models.post import BlogPostPage
from blog.models.taxonomy import Author, AuthorLink, Category, PostAuthor, PostTag, Series, Tag, get_term

__all__ = [
    "Author",
    "AuthorLink",
    "BlogIndexPage",
    "BlogPostPage",
    "Category",
    "PostAuthor",
    "PostTag",
    "Series",
    "Tag",
    "get_term",
]
