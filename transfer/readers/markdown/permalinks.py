"""Works out the addresses of posts on their old site, from the permalink settings of its generator."""

import re
from collections.abc import Iterable, Iterator

from transfer.readers import Date, make_slug, normalise_address
from transfer.readers.markdown.front_matter import Metadata
from transfer.readers.markdown.generator_config import GeneratorConfig, as_dict
from transfer.readers.markdown.names import FileName
from transfer.text import compose

_DAY = "/:year/:month/:day/:title"
_JEKYLL_STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}
# Names of the parts of a date, in Jekyll, Hugo and Hexo.
_DATE_FORMATS = {
    "year": "%Y", "month": "%m", "day": "%d", "i_month": "%-m", "i_day": "%-d", "short_year": "%y", "short_month": "%b",
    "long_month": "%B", "monthname": "%B", "y_day": "%j", "yearday": "%j", "week": "%V", "short_day": "%a",
    "long_day": "%A", "weekday": "%w", "weekdayname": "%A", "hour": "%H", "minute": "%M", "second": "%S",
}  # fmt: skip
# `{{ page.date | date: "%Y" }}` of Eleventy, `{date:%Y}` of Pelican, `:year` of all others.
_VARIABLE = re.compile(
    r"\{\{-?\s*(?:\w+\.)*(?P<output>\w+)\s*(?:\|[^{}%]*(?P<output_format>%[^{}\"']*)?[^{}]*)?\}\}"
    r"|\{(?P<braces>\w+)(?::(?P<format>[^{}]+))?\}|:(?P<colon>[a-z]\w*)"
)


def find_addresses(
    metadata: Metadata, name: FileName, title: str, date: Date | None, config: GeneratorConfig
) -> tuple[str, list[str]]:
    """Return the address of a post on its old site, and all addresses that led to it."""
    keys = ("path", "permalink", "url")
    categories = metadata.texts("categories", "category", split_words="_posts" in name.parents)
    slug = metadata.text("slug").strip("/")
    last = slug or (make_slug(title) if config.generator in ("hugo", "pelican") else re.sub(r"\s+", "-", name.stem))
    sections = [part for part in name.parents if not part.startswith("_")]
    variables = {
        **dict.fromkeys(("title", "slug"), last),
        **dict.fromkeys(("name", "fileslug", "basename"), name.stem),
        **dict.fromkeys(("filename", "contentbasename"), name.full_stem),
        **dict.fromkeys(("slugorfilename", "slugorcontentbasename"), slug or name.full_stem),
        **dict.fromkeys(("path", "filepathstem"), "/".join([*sections, name.stem])),
        "post_title": make_slug(title), "output_ext": ".html", "sections": "/".join(sections),
        "section": (sections or [""])[0], "collection": (name.parents or ("",))[0].strip("_"),
        "categories": "/".join(map(make_slug, categories)), "category": (*map(make_slug, categories), "misc")[0],
    }  # fmt: skip
    days = list(dict.fromkeys([date or name.date, name.date])) if name.date else [date]
    patterns = [metadata.text(*keys), *_patterns(config, name, is_slug_path="/" in metadata.text("slug"))]
    stated = list(_expand(patterns[:1], days[:1], variables))
    bases = (config.base.rstrip("/"), "")
    found = stated or list(_expand(patterns[1:], days, variables))
    if not found or (patterns[0] and not stated):
        metadata.lost(f"The form `{patterns[0] or patterns[1]}` of the old address can't be read.", *keys)
    aliases = map(normalise_address, metadata.texts("aliases", "redirect_from", "redirects", "redirect"))
    stated_forms = [normalise_address(f"{base}{address}") for address in (*found, *aliases) for base in bases]
    # Links to a file name of macOS may be written in either normal form.
    every = [form for address in stated_forms for form in (compose(address), address)]
    return (every or [""])[0], list(dict.fromkeys(address for address in every if address))


def _patterns(config: GeneratorConfig, name: FileName, is_slug_path: bool) -> Iterator[str]:
    """Yield the patterns of the addresses of such files, the likeliest first."""
    values = config.values
    if config.permalink:
        yield config.permalink
    elif config.generator in ("jekyll", "hexo"):
        own = as_dict(as_dict(values.get("collections")).get((name.parents or ("",))[0].strip("_"))).get("permalink")
        pattern = own or values.get("permalink") or ("date" if name.date else "")
        is_post = name.date or "_posts" in name.parents or own
        yield from (
            [_JEKYLL_STYLES.get(str(pattern), str(pattern))] if is_post and pattern else ["/:path/", "/:path.html"]
        )
    elif config.generator == "hugo":
        sections = as_dict(values.get("permalinks"))
        sections |= as_dict(sections.get("page"))
        pattern = str(sections.get((name.parents or ("",))[0]) or "/:sections/:slugorfilename/")
        yield f"{pattern.rstrip('/')}.html" if values.get("uglyURLs") or values.get("uglyurls") else pattern
    elif config.generator == "pelican":
        yield from [str(values[key]) for key in ("ARTICLE_SAVE_AS", "ARTICLE_URL") if values.get(key)] or [
            "{slug}.html"
        ]
    elif config.generator == "docusaurus":
        yield f"/{values.get('routeBasePath', 'blog')}" + ("/:slug" if is_slug_path or not name.date else _DAY)
    elif config.generator == "astro":
        yield "/:sections/:slugorfilename/"
    elif config.generator in ("eleventy", "zola") or not name.date:
        yield "/:sections/:title/"
    else:
        yield from (f"{_DAY}/", f"{_DAY}.html")
        if "_posts" in name.parents:
            yield from (_JEKYLL_STYLES["date"], _JEKYLL_STYLES["pretty"])


def _expand(patterns: Iterable[str], days: Iterable[Date | None], variables: dict[str, str]) -> Iterator[str]:
    """Yield the addresses that `patterns` stand for. A pattern with an unknown variable is left out."""
    days = list(days)
    for pattern in filter(None, patterns):
        for day in days:
            unknown = False

            def replace(match: re.Match[str], day: Date | None = day) -> str:
                nonlocal unknown
                key = (match["output"] or match["braces"] or match["colon"]).lower()
                layout = match["output_format"] or match["format"] or _DATE_FORMATS.get(key)
                value = variables.get(key) if not layout else day and day.strftime(layout)
                unknown = unknown or value is None
                return str(value)

            path = re.sub(r"^https?://[^/]*", "", pattern)
            address = normalise_address(re.sub("/{2,}", "/", _VARIABLE.sub(replace, f"/{path}")))
            if address and not unknown and not re.search(r"[{}<>]", address):
                yield address
