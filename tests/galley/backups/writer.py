"""A site that is written to during a backup."""

import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any


class Writer:
    """Uploads and deletes files all the time, as the site does: the file is there before its row, and goes after it.

    Of each two rows, one is in another table. It deletes files that were there when `let_delete` was called last.
    """

    def __init__(self, media: Path, connect: Callable[[], Any]) -> None:
        self.media, self.connect = media, connect
        self.uploaded = self.deleted = self.limit = 0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.write)

    def __enter__(self) -> "Writer":
        self.thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self.stop.set()
        self.thread.join()

    def let_delete(self) -> None:
        self.limit = self.uploaded

    def write(self) -> None:
        with closing(self.connect()) as database:
            while not self.stop.is_set():
                name = f"documents/{self.uploaded}.txt"
                (self.media / "unfinished/draft").write_text(name)
                (self.media / "unfinished/draft").rename(self.media / name)
                database.execute(f"INSERT INTO wagtailcore_uploadedfile (file) VALUES ('{name}')")  # noqa: S608
                database.execute(f"INSERT INTO taggit_tag (name, slug) VALUES ('{name}', '{name}')")  # noqa: S608
                database.commit()
                self.uploaded += 1
                if self.deleted < self.limit:
                    name = f"documents/{self.deleted}.txt"
                    database.execute(f"DELETE FROM wagtailcore_uploadedfile WHERE file = '{name}'")  # noqa: S608
                    database.execute(f"DELETE FROM taggit_tag WHERE slug = '{name}'")  # noqa: S608
                    database.commit()
                    (self.media / name).unlink()
                    self.deleted += 1
