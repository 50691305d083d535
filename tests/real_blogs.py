"""Two real blogs of some nine hundred posts, which lie outside the project. CI has them, and refuses skips."""

import os
from pathlib import Path

import pytest

from tests.running_site import PROJECT

REAL_BLOGS = Path(os.environ.get("GALLEY_SHARED_DATA", PROJECT.parent / "shared" / "data"))

WITHOUT_REAL_BLOGS = (
    f"The two real blogs aren't at {REAL_BLOGS}. Put them there, or name their folder in GALLEY_SHARED_DATA."
)

# A clone alone doesn't have them, and the reason of the skip says so. In CI, where they have to be, `tests/skips.py`
# turns the skip into a failure.
needs_real_blogs = pytest.mark.skipif(not REAL_BLOGS.is_dir(), reason=WITHOUT_REAL_BLOGS)
