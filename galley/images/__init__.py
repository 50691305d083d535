"""Pictures as pages show them: in several widths and formats, each made when it is first needed.

`places` knows how wide a picture stands in the layout, `addresses` where its files are, without asking the database;
`markup` writes the HTML. `making` makes a file, for whoever asks for it (`views`) and after a publication (`tasks`).
"""

from galley.images.markup import find_largest_url, render_picture, render_preload
from galley.images.places import PLACES

__all__ = ["PLACES", "find_largest_url", "render_picture", "render_preload"]
