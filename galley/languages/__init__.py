"""A second language of a site and more, by Wagtail's locales. See README.md."""
