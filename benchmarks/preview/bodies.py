"""What stands on the pages that are typed into, made of the sample site's words and pictures."""

from itertools import islice
from string import Template

from benchmarks.preview.texts import CAPTION, PASSAGE, SENTENCE, TEXT
from quickstart.sample_site.content import Content

WORDS = 2000
BLOCKS = 100
PICTURES = 10

# In the sample site's notation: ten blocks, each of another kind or with other contents.
TEN_BLOCKS = Template("""
## Part $number of the inventory

Every drawer is pulled out, **counted** and pushed back. The list begins with *capitals*, as drawers do.

:::markdown
The second drawer from above holds figures. $sentence Nobody has missed a seven
since, and the [list](/blog/) is kept in the drawer itself.

- old style, for running text
- lining, for tables
:::
:::figure
image: $first
caption: A drawer, and $caption what was found in it.
:::
:::pull_quote
quote: Whoever counts type should like counting.
attribution: A foreman
:::
:::markdown
### What is missing

1. An *ampersand*, lent in spring.
2. Two `em` quads.[^$number]

[^$number]: They came back later.
:::
:::figure
image: $second
caption: The same drawer from the other side.
placement: wide
:::
:::callout
kind: note
text: Wash your hands before supper. **Lead** is patient.
:::
:::code
language: python
code: |
  def weigh(drawer):
      return sum(sort.weight for sort in drawer)
caption: How the drawers are weighed.
:::
:::gallery
pictures:
  - {image: $first, caption: Before}
  - {image: $second, caption: After}
caption: A drawer that was put in order.
:::
""")


def markdown_text() -> str:
    """Return a Markdown text of 2,000 words, from the sample site's posts, with `TEXT` in its middle."""
    words_so_far = 0
    paragraphs = []
    for page in Content().read_pages():
        if page.fields["type"] != "post" or page.fields.get("rich") or ":::" in page.text:
            continue
        for paragraph in page.text.split("\n\n"):
            words = len(paragraph.split())
            if words_so_far + words <= WORDS:
                paragraphs.append(paragraph)
                words_so_far += words
    # Before a heading nothing is open, such as a listing.
    middle = next(i for i in range(len(paragraphs) // 2, len(paragraphs)) if paragraphs[i].startswith("## "))
    return "\n\n".join([*paragraphs[:middle], TEXT.sentence, *paragraphs[middle:]])


def blocks_text() -> str:
    """Return a text of 100 blocks; in its middle a Markdown block with `TEXT` and a caption with `CAPTION`."""
    parts = BLOCKS // 10
    return "".join(
        TEN_BLOCKS.substitute(
            number=number,
            sentence=TEXT.sentence if number == parts // 2 else "It is never locked.",
            caption=CAPTION if number == parts // 2 else "all",
            first=picture_names()[2 * number % PICTURES],
            second=picture_names()[(2 * number + 1) % PICTURES],
        )
        for number in range(parts)
    )


def rich_text() -> str:
    """Return a text of headings and paragraphs, with `TEXT` in a paragraph in its middle."""
    part = "## A paragraph that is read\n\n{}\n\n" + PASSAGE + "\n\n"
    sentences = [SENTENCE] * 5 + [TEXT.sentence] + [SENTENCE] * 5
    return "".join(part.format(sentence) for sentence in sentences)


def picture_names() -> list[str]:
    """Return the file names of some of the sample site's pictures."""
    return list(islice(Content().read_yaml("pictures"), PICTURES))
