"""How many inline children a form really holds, whatever it claims: a number costs its sender nothing.

Django builds up to two thousand forms because a field says so, and nested ones for each of those again.
"""

import itertools

from galley.preview.drafts.form_state import FormData

TOTAL = "-TOTAL_FORMS"


def set_true_counts(data: FormData) -> None:
    """Let no formset in `data` claim more children than the form has fields of."""
    children = {name[:place] for name in data for place, letter in enumerate(name) if letter == "-"}
    for total in [name for name in data if name.endswith(TOTAL)]:
        prefix = total.removesuffix(TOTAL)
        present = next(number for number in itertools.count() if f"{prefix}-{number}" not in children)
        claimed = str(data[total])
        if not claimed.isdecimal() or len(claimed) > len(str(present)) or int(claimed) > present:
            data[total] = str(present)
