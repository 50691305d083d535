"""People who edit the same page, each in a window of their own."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.test import Client
from wagtail.models import Page, Revision

from galley.history.models import OvertakenRevision
from tests.factories import EditorFactory
from tests.galley.preview.conftest import form_of

LOADED = re.compile(r'name="(loaded_revision_\w+)" value="([^"]*)"')


@dataclass
class Window:
    """A window with the editor of a page: it says which revision it comes from, as the browser does.

    With `loaded`, the page has been opened before.
    """

    page: Page
    user: Any = field(default_factory=EditorFactory)
    loaded: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.client = Client()
        self.client.force_login(self.user)
        self.address = f"/admin/pages/{self.page.pk}/edit/"
        if not self.loaded:
            self.open()

    def open(self) -> "Window":
        response = self.client.get(self.address)
        assert response.status_code == 200
        self.loaded = dict(LOADED.findall(response.content.decode()))
        assert len(self.loaded) == 2
        return self

    def form(self, **changed: Any) -> dict[str, list[str]]:
        return form_of(self.page, **changed) | {name: [value] for name, value in self.loaded.items()}

    def save(self, action: str = "", address: str = "", **changed: Any) -> HttpResponse:
        """Press a button: Save draft, or the one that sends `action`."""
        form = self.form(**changed) | ({action: ["1"]} if action else {})
        return self.client.post(address or self.address, form)

    def type(self, **changed: Any) -> dict[str, Any]:
        """Let autosave send the form. Its answer changes fields of the form, as Wagtail's script does."""
        form = self.form(**changed)
        answer = self.client.post(self.address, form, headers={"accept": "application/json"}).json()
        updates = answer.get("field_updates", {})
        self.loaded |= {name: value for name, value in updates.items() if name in self.loaded}
        return answer

    def compare(self) -> HttpResponse:
        """Open the page on which this person's last version is merged."""
        last = OvertakenRevision.objects.filter(revision__user=self.user).latest("revision_id")
        return self.client.get(last.merge_address)

    def use(self, shown: HttpResponse, **choices: str) -> HttpResponse:
        """Press 'Use this version' on the page that `compare` has shown. `choices` are by the place of a difference."""
        form = shown.context["form"]
        data = shown.context["loaded_revision"] | {
            name: choices.get(each.label, each.initial) for name, each in form.fields.items()
        }
        return self.client.post(shown.request["PATH_INFO"], data)


def newest(page: Page) -> Any:
    """Return the current draft."""
    return Page.objects.get(pk=page.pk).get_latest_revision_as_object()


def texts(page: Page) -> list[str]:
    """Return what the blocks of the current draft say."""
    return [part["value"] for part in newest(page).body.raw_data]


def stored(page: Page) -> list[list[str]]:
    """Return what the blocks of each revision say."""
    contents = Revision.objects.for_instance(page).order_by("pk").values_list("content", flat=True)
    return [[part["value"] for part in json.loads(content["body"])] for content in contents]
