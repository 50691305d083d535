"""The places of the layout in which images stand."""

from galley.images import Slot
from galley.images.share_images import HEIGHT, WIDTH

# Widths as in css/sheet.css: a gutter of 5 % on phones, from 48rem on a column of 36.5rem beside the left margin,
# from 75rem on margins on both sides.
COLUMN = "(min-width: 48rem) 36.5rem, 90vw"
WIDE = "(min-width: 75rem) {}, (min-width: 48rem) 46rem, 90vw"

SLOTS = {
    "lead": Slot(WIDE.format("54.5rem"), is_filled=False),
    "column": Slot(COLUMN, is_filled=False),
    "wide": Slot(WIDE.format("67rem"), is_filled=False),
    "margin": Slot("(min-width: 75rem) 15rem, 20rem"),
    "gallery": Slot("(min-width: 75rem) 21.5rem, (min-width: 34rem) 17.5rem, 90vw"),
    "plate": Slot(WIDE.format("54.5rem")),
    "listed": Slot(WIDE.format("54.5rem"), max_ratio=0.8),
    "share": Slot("", widths=(WIDTH,), min_ratio=HEIGHT / WIDTH, max_ratio=HEIGHT / WIDTH),
    "logo": Slot("12rem", widths=(200, 400, 600)),
    "portrait": Slot("6rem", widths=(96, 192, 288), min_ratio=1, max_ratio=1),
}
