"""Brings a folder of Markdown posts into the blog.

Data flows one way: `discovery` finds files, `front_matter` splits them, `source` says what they mean, `convert` turns
their text into the site's Markdown (with `template_tags`, `images`, `links`, `html` and `commonmark`), `pages` writes
the result. Everything before `pages` is pure: it reads files and touches no database, so a dry run is the same work
without the last step, and a post whose result is what was written last time is left alone.
"""
