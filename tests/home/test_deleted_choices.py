"""What is chosen in a form is deleted by somebody else: before the form is sent, or while it is saved.

The page is saved without it, or the form names the field and shows all that was written. On PostgreSQL:
test_postgresql.py.
"""

import pytest

from tests.conftest import SmallSite
from tests.home.deleted_choices import CHOICES, play


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", ["before it is sent", "after the check"])
@pytest.mark.parametrize("name", CHOICES)
@pytest.mark.by_day(0, 1)
def test_a_page_is_published_whose_choice_is_deleted(small_site: SmallSite, name: str, moment: str) -> None:
    play(name, moment)
