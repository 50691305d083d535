"""Addresses of feeds: each stands under the address of the list that it follows, whichever that is."""

from django.urls import re_path

from blog.feeds.views import feed

# The way to a blog: nothing if the blog is the front of its site.
_BLOG = r"^(?P<blog>(?:[\w\-]+/)*?)"
_FEED = r"feed\.(?P<format_name>atom|rss|json)$"

urlpatterns = [
    re_path(rf"{_BLOG}(?P<kind>tags|categories|authors)/(?P<slug>[-\w]+)/{_FEED}", feed, name="blog_group_feed"),
    re_path(rf"{_BLOG}{_FEED}", feed, name="blog_feed"),
]
