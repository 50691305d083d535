"""Fill an empty database with the sample site, its pictures made smaller: `python -m tests.site.seed '[]'`.

The argument is JSON: the arguments of each run of `import_posts` that follows, in the same process.
"""

import json
import sys
import tempfile
from pathlib import Path

import django
from PIL import Image

# The sizes offered are as many as of a picture of 640 pixels, and take less than half the time.
LONGEST_SIDE = 420


def shrink(pictures: Path, folder: Path) -> None:
    """Put the `pictures` into `folder`, no side longer than `LONGEST_SIDE`."""
    for path in pictures.iterdir():
        with Image.open(path) as picture:
            # Nobody looks at them: the quickest way is good enough.
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.NEAREST)
            picture.save(folder / path.name)


if __name__ == "__main__":
    django.setup()

    from django.core.management import call_command

    from quickstart.sample_site import load_sample_site
    from quickstart.sample_site.content import PICTURES_FOLDER, Content

    with tempfile.TemporaryDirectory() as temporary:
        shrink(PICTURES_FOLDER, Path(temporary))
        load_sample_site(lambda line: None, Content(pictures_folder=Path(temporary)))
    for arguments in json.loads(sys.argv[1]):
        call_command("import_posts", *arguments)
