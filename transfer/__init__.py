"""Imports content into the site. Nothing else uses this app: to remove it, delete the folder and its settings.

Data flows one way. `readers` return the posts of a source. `conversion` turns their texts into the site's Markdown;
`references` and `links` find the posts and images to which they refer. `writers` save pages. Only `writers` and the
records in `models` use the database, so that a dry run does everything except the last step. `importer` runs the steps.
"""
