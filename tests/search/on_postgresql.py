"""A site with 150 posts in the database of this process, which answers what the tests ask, one line for each.

`python -m tests.search.on_postgresql` reads from stdin what is to be asked: an address, or the `step` of
`every_word.check`. Django is started once for all of it: that takes as long as sixty answers.
"""

import json
import sys
from contextlib import redirect_stdout

from asgiref.sync import async_to_sync
from django.core.management import call_command
from django.db import transaction
from django.test import AsyncClient

from benchmarks.generate_posts import main as generate_posts


def ask(path: str) -> tuple[int, str]:
    """Ask Django over ASGI; return status and text of the answer."""
    answer = async_to_sync(AsyncClient(raise_request_exception=False).get)(path)
    return answer.status_code, answer.content.decode()


def check_every_word(step: int) -> None:
    """Raise an error if a word isn't found; leave the index as it was."""
    from tests.search.every_word import check

    with transaction.atomic():
        check(step)
        transaction.set_rollback(True)


if __name__ == "__main__":
    # Only answers are written to stdout.
    with redirect_stdout(sys.stderr):
        generate_posts(["150"])
        from search import matching

        # So that more posts have a common word than are listed.
        matching.MAX_RESULTS = 100
        call_command("update_index", verbosity=0, chunk_size=1000)
    for line in sys.stdin:
        asked = json.loads(line)
        with redirect_stdout(sys.stderr):
            answer = None
            if isinstance(asked, str):
                answer = ask(asked)
            else:
                check_every_word(asked)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
