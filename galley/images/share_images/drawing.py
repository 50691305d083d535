"""Draws the share image of a page: a proof of its title, and the mark for 'let it stand'."""

from io import BytesIO

from PIL import Image, ImageDraw

from galley.images.share_images.faces import LABELS, TITLES, choose_face, load_face, reads_from_right
from galley.images.share_images.marks import draw_dot, draw_mark
from galley.images.share_images.setting import SetTitle, set_title
from galley.images.share_images.words import HEIGHT, WIDTH, ShareWords

PAPER, INK, INK_LIGHT, RULE, RED = "#f8f4ea", "#1c1916", "#4b453d", "#d6cdb9", "#b01d14"
# The column of type, and the margin right of it in which marks stand.
LEFT, RIGHT, TOP, FOOT = 84, 976, 140, 540
MARGIN = 1000
LABEL_SIZE = 30
CUT = 24
DOT, DOT_DISTANCE = 8, 22
COLOURS = 64


def draw_share_image(words: ShareWords) -> bytes:
    """Return the image as PNG. Takes about a tenth of a second."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    _draw_sheet(image, draw, words)
    face, text = choose_face(words.title, TITLES)
    if text:
        _draw_title(image, draw, set_title(text, face, RIGHT - LEFT, FOOT - TOP), reads_from_right(text))
    else:  # there is no font for it
        _stamp(image, draw_mark("stet", 360, 14), (LEFT, 160))
    file = BytesIO()
    image.quantize(COLOURS).save(file, "PNG", optimize=True)
    return file.getvalue()


def _draw_sheet(image: Image.Image, draw: ImageDraw.ImageDraw, words: ShareWords) -> None:
    """Draw the running head, the foot and the rules between them, and the corners at which the sheet is cut."""
    _stamp(image, draw_mark("dele", 56, 4.5), (LEFT - 8, 44))
    _draw_label(draw, words.site_name, (LEFT + 56, 73), INK)
    draw.line((LEFT, 112, WIDTH - LEFT, 112), fill=INK, width=2)
    draw.line((MARGIN, 114, MARGIN, 566), fill=RULE, width=2)
    if words.line:
        draw.line((LEFT, 566, WIDTH - LEFT, 566), fill=RULE, width=2)
        _draw_label(draw, words.line, (LEFT, 594), INK_LIGHT)
    for x, edge_x in ((CUT, 0), (WIDTH - 1 - CUT, WIDTH - 1)):
        for y, edge_y in ((CUT, 0), (HEIGHT - 1 - CUT, HEIGHT - 1)):
            draw.line((edge_x, y, x, y, x, edge_y), fill=INK_LIGHT)


def _draw_label(draw: ImageDraw.ImageDraw, text: str, place: tuple[int, int], colour: str) -> None:
    face, text = choose_face(text, LABELS)
    font = load_face(face, LABEL_SIZE)
    while text and font.getlength(text) > WIDTH - LEFT - place[0]:
        text = f"{text[:-2].rstrip()}…"
    draw.text(place, text, font=font, fill=colour, anchor="lm")


def _draw_title(image: Image.Image, draw: ImageDraw.ImageDraw, title: SetTitle, from_right: bool) -> None:
    """Draw the lines; the last one is dotted beneath, and the sign in the margin says why: let it stand."""
    x, anchor = (RIGHT, "rs") if from_right else (LEFT, "ls")
    room = FOOT - TOP - title.leading * len(title.lines)
    y = TOP + room * 2 // 5 + title.leading * 4 // 5
    for line in title.lines:
        draw.text((x, y), line, font=title.font, fill=INK, anchor=anchor)
        y += title.leading
    y -= title.leading
    length = title.font.getlength(title.lines[-1])
    start = x - length if from_right else x
    dot = draw_dot(DOT)
    for place in range(round(start), round(start + length) - DOT + 1, DOT_DISTANCE):
        _stamp(image, dot, (place, round(y + title.font.size * 0.34)))
    _stamp(image, draw_mark("stet", 108, 5.5), (MARGIN + 8, round(y - 70)))


def _stamp(image: Image.Image, mask: Image.Image, place: tuple[int, int]) -> None:
    image.paste(RED, (*place, place[0] + mask.width, place[1] + mask.height), mask)
