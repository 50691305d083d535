"""What a question about the health of the site has found: what is wrong, what it does, and how to mend it."""

from enum import Enum
from typing import NamedTuple


class State(Enum):
    """How a finding is meant."""

    WELL = "well"
    WARNING = "warning"
    FAULT = "fault"


class Finding(NamedTuple):
    """One answer: what was asked about, how it is in words, and how to mend it if it isn't well."""

    name: str
    state: State
    text: str
    mend: str = ""
