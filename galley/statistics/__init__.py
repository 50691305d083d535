"""How often pages are read: a number for each page and day, and nothing about the visitors."""
