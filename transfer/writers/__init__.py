"""Writes converted posts into the site: pages, images, terms and redirects."""
