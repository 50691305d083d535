"""Works out the addresses of posts on their old site, from the permalink settings of its generator."""

import datetime
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import PurePath
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from anyascii import anyascii

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
    r"\{\{-?\s*(?:\w+\.)*(?P<output>\w+)\s*"
    r"(?P<filters>\|[^{}%]*(?P<output_format>%[^{}\"']*)?[^{}]*)?\}\}"
    r"|\{(?P<braces>\w+)(?::(?P<format>[^{}]+))?\}|:(?P<colon>[a-z]\w*)(?:\[(?P<slice>[\w:]+)\])?"
)
_ADDRESS_KEYS = ("path", "permalink.build", "permalink", "url", "save_as", "dg-permalink")


def find_addresses(
    metadata: Metadata, name: FileName, title: str, date: Date | None, config: GeneratorConfig
) -> tuple[str, list[str]]:
    """Return the address of a post on its old site, and all addresses that led to it."""
    slug = metadata.text("slug")
    is_address = slug.startswith("/") and config.generator in ("", "gatsby", "next")
    own = metadata.text(*_ADDRESS_KEYS) or slug * is_address
    variables = _find_variables(metadata, name, title, config)
    days = _possible_days(date, name, config)
    patterns = list(_patterns(config, name, is_slug_path="/" in slug))
    stated = list(_expand([_JEKYLL_STYLES.get(own, own)], days[:1], variables, metadata))
    found = stated or [_as_written(address, config) for address in _expand(patterns, days, variables, metadata)]
    if not found or (own and not stated):
        metadata.lost(f"The form `{own or patterns[0]}` of the old address can't be read.", *_ADDRESS_KEYS)
    keys = ("aliases", "redirect_from", "redirects", "redirect")
    aliases = metadata.texts(*keys)
    if config.generator == "hugo" and found:  # relative to the folder of the page
        aliases = [urljoin(found[0].rstrip("/"), alias) for alias in aliases]
    for alias in aliases:
        if not normalise_address(alias):
            metadata.lost(f"The old address `{alias[:80]}` has no path. It can't be redirected.", *keys)
    language = f"/{name.language}" if _is_below_language(name, config) else ""
    bases = (config.base.rstrip("/"), "")
    every = [*(address if stated else language + address for address in found), *filter(normalise_address, aliases)]
    forms = [normalise_address(f"{base}{normalise_address(address)}") for address in every for base in bases]
    # Links to a file name of macOS may be written in either normal form.
    forms = [form for address in forms for form in (compose(address), address)]
    return (forms or [""])[0], list(dict.fromkeys(address for address in forms if address))


def _find_variables(metadata: Metadata, name: FileName, title: str, config: GeneratorConfig) -> dict[str, str]:
    """Return the values of what may stand in a pattern, as the generator makes them."""
    values, generator, slug = config.values, config.generator, metadata.text("slug").strip("/")
    stem = re.sub(r"\s+", "-", name.stem)
    if generator == "hexo" and "year" not in str(values.get("new_post_name")):
        stem = re.sub(r"\s+", "-", name.full_stem)
    inner = name.parents[
        max((index + 1 for index, part in enumerate(name.parents) if part.startswith("_")), default=0) :
    ]
    collection = next((part.strip("_") for part in name.parents if part.startswith("_")), (name.parents or ("",))[0])
    is_split = "_posts" in name.parents and generator != "hexo"
    categories = metadata.texts("categories", "category", split_words=is_split)
    category = (*map(make_slug, categories), "misc")[0]
    of_title = slug or stem
    of_slug = of_title
    if generator == "jekyll":
        folders = [part for part in name.above if part not in ("source", "src", values.get("collections_dir"))]
        categories = list(dict.fromkeys([*folders, *categories]))
        of_slug = make_slug(of_title.replace("_", "-"))
    elif generator == "hexo":
        names = as_dict(values.get("category_map"))
        default = str(values.get("default_category") or "uncategorized")
        category = "/".join(re.sub(r"\s+", "-", str(names.get(part, part))) for part in categories or [default])
        of_title = "/".join([*inner, of_title]) if "_posts" in name.parents else of_title
    elif generator == "hugo":
        if ":filename" in str(as_dict(values.get("frontmatter")).get("date")) and name.date:
            slug = slug or name.stem
        of_title, of_slug = title, slug or title
    elif generator == "pelican":
        folders = [part for part in name.parents if part != PurePath(str(values.get("PATH"))).name]
        category = make_slug((*categories, *folders[-1:], values.get("DEFAULT_CATEGORY") or "misc")[0])
        is_by_name = values.get("SLUGIFY_SOURCE") == "basename"
        of_title = of_slug = slug or (name.full_stem if is_by_name else make_slug(_romanise(title)))
    authors = metadata.texts("authors", "author") or [str(values.get("AUTHOR") or "")]
    return {
        "title": of_title, "slug": of_slug,
        **dict.fromkeys(("name", "fileslug", "basename"), name.stem),
        **dict.fromkeys(("filename", "contentbasename"), name.full_stem),
        **dict.fromkeys(("slugorfilename", "slugorcontentbasename"), slug or name.full_stem),
        **dict.fromkeys(("path", "filepathstem"), "/".join([*inner, name.stem])),
        "post_title": make_slug(title), "output_ext": ".html", "sections": "/".join(inner),
        "section": (*inner, "")[0], "collection": collection, "author": make_slug(anyascii(authors[0])),
        "categories": "/".join(map(str.lower, categories)), "category": category,
        "slugified_categories": "/".join(map(make_slug, categories)),
    }  # fmt: skip


def _possible_days(date: Date | None, name: FileName, config: GeneratorConfig) -> list[Date | None]:
    """Return the days of a post that its address may name, the likeliest first."""
    days: list[Date | None] = [date or name.date, *([name.date] if name.date else [])]
    if config.generator in ("jekyll", "hexo") and isinstance(date, datetime.datetime) and date.tzinfo:
        with suppress(KeyError, ValueError, OverflowError):  # in the zone of the machine that built the site
            days.append(date.astimezone(ZoneInfo(str(config.values.get("timezone") or "UTC"))))
    return days


def _is_below_language(name: FileName, config: GeneratorConfig) -> bool:
    values = config.values
    keys = ("defaultContentLanguage", "default_language", "DEFAULT_LANG")  # Hugo, Zola, Nikola
    is_default = name.language == next((values[key] for key in keys if values.get(key)), "en")
    return bool(name.language) and (not is_default or bool(values.get("defaultContentLanguageInSubdir")))


def _as_written(address: str, config: GeneratorConfig) -> str:
    """Return an address that was made of names and titles in the characters that the generator writes."""
    if config.generator == "hugo":
        address = "".join(
            character
            for character in address
            if character.isalnum() or character in " ./\\_+~@-" or unicodedata.category(character)[0] == "M"
        )
        address = re.sub(r"\s*-\s*|\s+", "-", re.sub(r"(?<! ) +(?=/|$)|(?<=/) +", "", address))
        return address if config.values.get("disablePathToLower") else address.lower()
    is_plain = as_dict(config.values.get("slugify")).get("paths", "on") != "on"  # Zola
    if config.generator in ("zola", "astro") and not is_plain:
        path, dot, suffix = address.partition(".html")
        parts = [_romanise(part) if config.generator == "zola" else part for part in path.split("/")]
        return "/".join(map(make_slug, parts)) + dot + suffix
    return address


def _patterns(config: GeneratorConfig, name: FileName, is_slug_path: bool) -> Iterator[str]:
    """Yield the patterns of the addresses of such files, the likeliest first."""
    values = config.values
    if config.permalink:
        yield config.permalink
    elif config.generator in ("jekyll", "hexo"):
        collection = next((part[1:] for part in name.parents if part.startswith("_") and part != "_posts"), "")
        options = as_dict(as_dict(values.get("collections")).get(collection))
        pattern = options.get("permalink") or values.get("permalink") or ("date" if name.date else "")
        is_post = name.date or "_posts" in name.parents or options.get("permalink")
        if options.get("output") and not options.get("permalink"):
            yield from ("/:collection/:path.html", "/:collection/:path/")
        elif is_post and pattern:
            yield _JEKYLL_STYLES.get(str(pattern), str(pattern))
        else:
            yield from ("/:path/", "/:path.html")
    elif config.generator == "hugo":
        sections = as_dict(values.get("permalinks"))
        sections |= as_dict(sections.get("page"))
        pattern = str(sections.get((name.parents or ("",))[0]) or "/:sections/:slugorfilename/")
        yield f"{pattern.rstrip('/')}.html" if values.get("uglyURLs") or values.get("uglyurls") else pattern
    elif config.generator == "pelican":
        kind, usual = ("PAGE", "pages/{slug}.html") if "pages" in name.above else ("ARTICLE", "{slug}.html")
        yield from [str(values[key]) for key in (f"{kind}_SAVE_AS", f"{kind}_URL") if values.get(key)] or [usual]
    elif config.generator == "docusaurus" and name.parents[:1] == ("docs",):
        yield "/:sections/:slugorfilename"
    elif config.generator == "docusaurus":
        base = f"/{values.get('routeBasePath', 'blog')}/"
        if is_slug_path or not name.date:
            folders = name.parents[1:] if name.parents[:1] == ("blog",) else name.parents
            yield base + "/".join([*([] if is_slug_path else folders), ":slug"])
        else:
            yield f"{base}{_DAY}"
    elif config.generator == "nikola":
        folder = "/".join([*name.above, *name.parents])
        places = [place for key in ("POSTS", "PAGES") for place in values.get(key) or () if len(place) > 1]
        for pattern, target in [map(str, place[:2]) for place in places]:
            if f"{folder}/".startswith(f"{PurePath(pattern).parent}/"):
                yield from (f"/{target}/:slug/", f"/{target}/:slug.html")
        yield "/:path/"
    elif config.generator == "vuepress":
        yield from ("/:sections/:name.html", "/:sections/:name/")
    elif config.generator == "astro":
        yield "/:sections/:slugorfilename" + (".html" if values.get("format") == "file" else "/")
    elif config.generator in ("eleventy", "zola") or not name.date:
        yield "/:sections/:title/"
    else:
        yield from (f"{_DAY}/", f"{_DAY}.html")
        if "_posts" in name.parents:
            yield from (_JEKYLL_STYLES["date"], _JEKYLL_STYLES["pretty"])


def _expand(
    patterns: Iterable[str], days: list[Date | None], variables: dict[str, str], metadata: Metadata
) -> Iterator[str]:
    """Yield the addresses that `patterns` stand for. A pattern with an unknown variable is left out.

    A variable may also be a key of the front matter, as in Hexo and Eleventy.
    """
    for pattern in filter(None, patterns):
        for day in days:
            unknown = False

            def replace(match: re.Match[str], day: Date | None = day) -> str:
                nonlocal unknown
                key = (match["output"] or match["braces"] or match["colon"]).lower()
                end = "" if key in variables or key in _DATE_FORMATS or not key.endswith("_") else "_"
                key = key.removesuffix(end)
                layout = match["output_format"] or match["format"] or _DATE_FORMATS.get(key)
                if layout:
                    value = day.strftime(layout) if day else None
                else:
                    value = (match["output"] and metadata.text(key)) or variables.get(key) or metadata.text(key)
                    value = value if value or key in variables else None
                if value and match["slice"]:
                    value = _cut(value, match["slice"])
                if value and "slug" in (match["filters"] or ""):
                    value = make_slug(value)
                unknown = unknown or value is None
                return f"{value}{end}"

            path = re.sub(r"^https?://[^/]*", "", pattern)
            address = normalise_address(re.sub("/{2,}", "/", _VARIABLE.sub(replace, f"/{path}")))
            if address and not unknown and not re.search(r"[{}<>]", address):
                yield address


def _romanise(text: str) -> str:
    """Return `text` in Latin letters, with each Chinese character as a word, as Pelican and Zola do."""
    return anyascii(re.sub(r"[\u4e00-\u9fff]", lambda match: f" {anyascii(match[0])} ", text))


def _cut(path: str, part: str) -> str | None:
    """Return the folders of `path` that `part` selects: `0`, `last`, `1:` or `:2`, as in Hugo. None for others."""
    folders, (first, colon, last) = path.split("/"), part.replace("last", "-1").partition(":")
    with suppress(ValueError):
        chosen = folders[int(first or 0) :]
        return "/".join(chosen[:1] if not colon else folders[int(first or 0) : int(last) if last else None])
    return None
