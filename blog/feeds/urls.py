"""URLs of feeds: each is below the URL of its list of posts."""

from django.urls import re_path

from blog.feeds.views import feed

# The path of a blog. It is empty if the blog is the home page of its site.
_BLOG = r"^(?P<blog>(?:[\w\-]+/)*?)"
_FEED = r"feed\.(?P<format_name>atom|rss|json)$"

urlpatterns = [
    re_path(rf"{_BLOG}(?P<segment>tags|categories|authors)/(?P<slug>[-\w]+)/{_FEED}", feed, name="blog_group_feed"),
    re_path(rf"{_BLOG}{_FEED}", feed, name="blog_feed"),
]
