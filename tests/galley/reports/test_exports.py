"""No export has a cell that a spreadsheet program would run."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver
from django_tasks_db.models import DBTaskResult, get_date_max
from openpyxl import load_workbook
from wagtail.admin.views.mixins import SpreadsheetExportMixin
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Workflow

from forms.models import ContactMessage
from galley.reports.exports import neutralise
from tests.factories import EditorFactory, SmallSite

FORMULA = "=HYPERLINK(1)"


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\ta", "\ra", "\na", " =1", "＝1", "＠a"])
def test_what_a_program_might_run_gets_an_apostrophe(text: str) -> None:
    assert neutralise(text) == f"'{text}"


@pytest.mark.parametrize("value", ["a=1", "", "1-2", -1, None, 1.5, "'=1"])
def test_all_else_stays(value: object) -> None:
    assert neutralise(value) == value


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a;=1", "a;'=1"),
        ("a; =1;+2", "a; '=1;'+2"),
        ("a\n=1\r\n@b", "a\n'=1\r\n'@b"),
        ("a\t=1", "a\t'=1"),
        ("=1;=2", "'=1;'=2"),
        ("a;b=1 -2", "a;b=1 -2"),
        ("\n=1", "'\n'=1"),
    ],
)
def test_no_part_of_a_csv_file_begins_like_a_formula(text: str, written: str) -> None:
    """Where Excel takes semicolons for the ends of cells, it ends them within quotes too."""
    assert neutralise(text, "csv") == written
    assert neutralise(text, "xlsx") == neutralise(text)
    assert text in neutralise(text, "xlsx")


def find_exports(patterns: list[Any], prefix: str = "/") -> Iterator[str]:
    """Yield the addresses of the lists that export something."""
    for pattern in patterns:
        address = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from find_exports(pattern.url_patterns, address)
        # What a list shows without the page around it has an address of its own.
        elif (view := getattr(pattern.callback, "view_class", None)) and "results" not in address:
            own = {"list_export": getattr(view, "list_export", []), **pattern.callback.view_initkwargs}
            if own["list_export"]:
                yield address


def cells(client: Client, address: str, export_format: str) -> list[str]:
    response = client.get(f"{address}?export={export_format}")
    assert response.status_code == 200, response.content
    assert "no-store" in response["Cache-Control"], address
    assert response["Content-Disposition"].startswith("attachment; ")
    assert response["X-Content-Type-Options"] == "nosniff"
    content = b"".join(response.streaming_content)
    if export_format == "csv":
        return [cell for row in csv.reader(io.StringIO(content.decode())) for cell in row]
    rows = load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    return [str(cell or "") for row in rows for cell in row]


@pytest.mark.parametrize("export_format", ["csv", "xlsx"])
def test_exports_of_this_site_are_neutral(
    small_site: SmallSite, client: Client, export_format: str, fill_reports
) -> None:
    editor = EditorFactory(first_name=FORMULA, username="@editor")
    client.force_login(editor)
    page = fill_reports(FORMULA)
    page.locked = True
    page.save()
    page.save_revision(user=editor, log_action=True)
    Redirect.add_redirect("/former", FORMULA)
    ContactMessage.objects.create(name=FORMULA, email="a@example.org", subject=FORMULA, text=f"Dear all;{FORMULA}")
    Workflow.objects.get().start(page, editor)
    DBTaskResult.objects.create(
        status="FAILED", task_path=FORMULA, args_kwargs={}, backend_name="default", run_after=get_date_max()
    )
    addresses = list(find_exports(get_resolver().url_patterns))
    assert {"/admin/redirects/", "/admin/reports/tasks/", "/admin/snippets/forms/contactmessage/"} < set(addresses)
    for address in addresses:
        exported = cells(client, address, export_format)
        shown = (f"'{FORMULA}", f"/{FORMULA}", "'@editor")
        assert any(text in cell for text in shown for cell in exported), (address, exported)
        assert [cell for cell in exported if cell != neutralise(cell, export_format)] == []


def test_every_export_goes_through_the_method_that_is_patched() -> None:
    def overriding(view: type) -> list[type]:
        return [
            sub
            for subclass in view.__subclasses__()
            for sub in [subclass, *overriding(subclass)]
            if {"preprocess_field_value", "write_csv_row", "generate_xlsx_row"} & vars(sub).keys()
        ]

    assert overriding(SpreadsheetExportMixin) == []
    assert SpreadsheetExportMixin.preprocess_field_value.__wrapped__
