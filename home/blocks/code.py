"""Program code, highlighted on the server."""

from wagtail import blocks

LANGUAGES = [
    ("text", "Plain text"),
    ("bash", "Shell"),
    ("css", "CSS"),
    ("django", "Django template"),
    ("go", "Go"),
    ("html", "HTML"),
    ("javascript", "JavaScript"),
    ("json", "JSON"),
    ("python", "Python"),
    ("rust", "Rust"),
    ("sql", "SQL"),
    ("toml", "TOML"),
    ("typescript", "TypeScript"),
    ("yaml", "YAML"),
]


class CodeBlock(blocks.StructBlock):
    """A listing with its language."""

    language = blocks.ChoiceBlock(
        choices=LANGUAGES, default="text", help_text="Decides how the code is coloured; printed above it."
    )
    code = blocks.TextBlock(help_text="The code, exactly as it should be shown.")
    caption = blocks.CharBlock(
        required=False, max_length=255, help_text="What the code does or where it stands. Leave empty for none."
    )

    class Meta:
        icon = "code"
        template = "blocks/code.html"
        description = "Program code in a fixed-width face, coloured by language."
        preview_value = {
            "language": "python",
            "code": "def fold(sheet):\n    return sheet[: len(sheet) // 2]",
            "caption": "A sheet, folded once.",
        }
