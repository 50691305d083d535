"""What the documents for operators tell them to type or to write, taken from their text."""

import re

from tests.running_site import PROJECT

NAMES = ["deploying", "upgrading", "backing-up", "moving-to-postgresql", "several-hosts", "single-sign-on", "watching"]
FENCED = re.compile(r"^ *```(?P<language>\w*)\n(?P<code>.*?)^ *```", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"(?<=\n\n)(?:(?: {4,}\S.*)?\n)+", re.MULTILINE)
INLINE = re.compile(r"`([^`]+)`")
# A line in a block is of one of these kinds, and so is what stands between the lines of a text and begins so.
KINDS = {
    "galley": r"galley [a-z]",
    "deploy/install": r"deploy/install .",
    "manage.py": r"manage\.py [a-z]",
    "docker": r"docker ",
    "systemctl": r"systemctl ",
    "journalctl": r"journalctl ",
    "grep": r"grep ",
    "git": r"git -C ",
    "apt-get": r"apt-get ",
    "runuser": r"runuser -u ",
    "echo": r"echo ",
    "install": r"install -",
    "settings": r"[A-Z][A-Z0-9_]+=",
    "nginx": r"(add_header|set_real_ip_from|real_ip_header) ",
}


def read_blocks(language: str = "") -> list[str]:
    """Return the blocks of code of all documents that are said to be in `language`."""
    texts = [(PROJECT / f"docs/{name}.md").read_text() for name in NAMES]
    fenced = [found["code"] for text in texts for found in FENCED.finditer(text) if found["language"] == language]
    if language:
        return fenced
    return fenced + [code for text in texts for code in INDENTED.findall(FENCED.sub("", text))]


def read_languages() -> set[str]:
    """Return the languages of the blocks of code of all documents."""
    texts = [(PROJECT / f"docs/{name}.md").read_text() for name in NAMES]
    return {found["language"] for text in texts for found in FENCED.finditer(text)}


def read_lines() -> list[str]:
    """Return all lines that stand in blocks without a language, without comments."""
    lines = [line.split(" # ")[0].strip() for block in read_blocks() for line in block.splitlines()]
    return list(dict.fromkeys(line for line in lines if line))


def read_commands(kind: str) -> list[str]:
    """Return the commands of a kind, each once, in the order of the documents."""
    texts = [FENCED.sub("", (PROJECT / f"docs/{name}.md").read_text()) for name in NAMES]
    inline = [" ".join(code.split()) for text in texts for code in INLINE.findall(text)]
    return list(dict.fromkeys(line for line in [*read_lines(), *inline] if re.match(KINDS[kind], line)))
