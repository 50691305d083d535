"""Posts, the people who write them and the subjects that order them."""

from blog.models.author import Author, AuthorLink, PostAuthor
from blog.models.index import BlogIndexPage
from blog.models.post import BlogPostPage
from blog.models.taxonomy import Category, PostTag, Series

__all__ = [
    "Author",
    "AuthorLink",
    "BlogIndexPage",
    "BlogPostPage",
    "Category",
    "PostAuthor",
    "PostTag",
    "Series",
]
