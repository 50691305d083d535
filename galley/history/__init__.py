"""The history of a page: which versions are stored, their names, and when old ones are deleted."""
