"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

import datetime
import json
from typing import Any

from django.utils.feedgenerator import SyndicationFeed, rfc3339_date


class JsonFeed(SyndicationFeed):
    """A feed as JSON. Without posts, `beginning` is when something changed last."""

    content_type = "application/feed+json; charset=utf-8"

    def __init__(self, *, beginning: datetime.datetime, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.beginning = beginning

    def latest_post_date(self) -> datetime.datetime:
        """Return when something changed last: the same for as long as nothing does."""
        return super().latest_post_date() if self.items else self.beginning

    def write(self, outfile: Any, encoding: str) -> None:
        """Write the feed; JSON is always UTF-8."""
        json.dump(self._describe_feed(), outfile, ensure_ascii=False)

    def _describe_feed(self) -> dict[str, Any]:
        feed = self.feed
        return {
            "version": "https://jsonfeed.org/version/1.1",
            "title": feed["title"],
            "home_page_url": feed["link"],
            "feed_url": feed["feed_url"],
            "description": feed["description"],
            "language": feed["language"],
            "authors": [{"name": feed["author_name"], "url": feed["author_link"]}],
            "items": [_describe_item(item) for item in self.items],
        }


def _describe_item(item: dict[str, Any]) -> dict[str, Any]:
    told = {
        "id": item["unique_id"],
        "url": item["link"],
        "title": item["title"],
        "summary": item["description"],
        "content_html": item["content"],
        "date_published": rfc3339_date(item["pubdate"]),
        "date_modified": rfc3339_date(item["updateddate"]),
        "authors": [{"name": name, "url": address} for name, address in item["authors"]],
        "tags": item["categories"],
    }
    # What isn't known is left out; a text without words is still a text.
    return {name: value for name, value in told.items() if value or name == "content_html"}
