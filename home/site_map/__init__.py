"""The site map (https://www.sitemaps.org/protocol.html): an index, and parts that stay small however many pages.

A part holds the pages whose ids lie between two multiples of `PART_SIZE`: it is found through the primary key and never
by counting off pages. Django's and Wagtail's own site maps count all pages, and skip all before the part asked for.
"""
