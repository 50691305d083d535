"""The arguments of a template tag: `"a.png" "A cat"`, `src="a.png", alt="A cat"`, `user/id`."""

import re
from dataclasses import dataclass

_NAMED = re.compile(r"([\w-]+)\s*[=:]\s*(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|[^\s,\"']+)")
_POSITIONAL = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'|([^\s,\"']+)")
_SOURCE_CLASS_ALT = re.compile(r"\s*\"([^\"]*)\"[\s,]+\"([\w -]*)\"[\s,]+\"(.*)\"\s*\Z", re.DOTALL)
_SOURCE_ALT = re.compile(r"\s*\"([^\"]*)\"[\s,]+\"(.*)\"\s*\Z", re.DOTALL)


@dataclass(frozen=True)
class TagArguments:
    """What stands after a tag's name."""

    named: dict[str, str]
    positional: list[str]
    text: str

    def get(self, *names: str, position: int | None = None) -> str:
        """Return the first named argument there is, or else the one at `position`, or an empty text."""
        for name in names:
            if value := self.named.get(name):
                return value
        return self.positional[position] if position is not None and position < len(self.positional) else ""

    @property
    def image_alt(self) -> str:
        """The alt text of `image "file" "alt"` or `image "file" "class" "alt"`; it may hold quotation marks."""
        if match := _SOURCE_CLASS_ALT.match(self.text):
            return match[3].strip('"')
        match = _SOURCE_ALT.match(self.text)
        return match[2].strip('"') if match else ""


def read_arguments(text: str) -> TagArguments:
    """Take the arguments in `text` apart."""
    named = {} if text.lstrip().startswith('"') else {m[1]: _unquote(m[2]) for m in _NAMED.finditer(text)}
    rest = _NAMED.sub("", text) if named else text
    return TagArguments(named, [m[1] or m[2] or m[3] or "" for m in _POSITIONAL.finditer(rest)], text)


def _unquote(value: str) -> str:
    return value[1:-1].replace('\\"', '"') if value[0] in "\"'" else value
