"""The validation of a draft must not affect a publication or a form in another thread."""

import json
from collections.abc import Callable
from threading import Event, Thread

import pytest
from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.blocks.base import BlockField, BlockWidget
from wagtail.fields import StreamField

from galley.async_pages.fields import ThreadSafeBlockField, ThreadSafeBlockWidget, check_stream_fields
from home.models import HomePage, StandardPage

PATIENCE = 30  # seconds


class GateBlock(blocks.CharBlock):
    """Holds the validation of the word 'draft' until it is let through."""

    def __init__(self, **kwargs) -> None:
        super().__init__(**kwargs)
        self.reached = Event()
        self.opened = Event()

    def clean(self, value):
        if value == "draft":
            self.reached.set()
            assert self.opened.wait(PATIENCE)
        return super().clean(value)


class Race:
    """Does `work` in a thread while a draft stands in the middle of its validation in another."""

    def __init__(self) -> None:
        self.gate = GateBlock(required=False)
        self.block = blocks.StructBlock([("gate", self.gate), ("title", blocks.CharBlock())])
        self.results: dict[str, object] = {}

    def value(self, gate: str, title: str):
        return self.block.to_python({"gate": gate, "title": title})

    def run(self, field_class: type[BlockField], work: Callable[[], object]) -> object:
        draft_field = field_class(self.block)
        draft_field.is_deferred_validation = True
        draft = self._start("draft", lambda: draft_field.clean(self.value("draft", "")))
        assert self.gate.reached.wait(PATIENCE)
        other = self._start("other", work)
        other.join(0.3)  # without a guard it is through by now; with one it waits for the draft
        self.gate.opened.set()
        draft.join(PATIENCE)
        other.join(PATIENCE)
        assert not isinstance(self.results["draft"], Exception)
        return self.results["other"]

    def _start(self, name: str, work: Callable[[], object]) -> Thread:
        def keep_result() -> None:
            try:
                self.results[name] = work()
            except ValidationError as error:
                self.results[name] = error

        thread = Thread(target=keep_result)
        thread.start()
        return thread


@pytest.fixture
def race() -> Race:
    return Race()


def test_upstream_publishes_what_is_not_valid(race: Race) -> None:
    """If this fails, Wagtail has fixed the race, and the thread-safe field can go."""
    result = race.run(BlockField, lambda: BlockField(race.block).clean(race.value("published", "")))
    assert not isinstance(result, ValidationError)


def test_a_publication_refuses_what_is_not_valid(race: Race) -> None:
    field = ThreadSafeBlockField(race.block)
    result = race.run(ThreadSafeBlockField, lambda: field.clean(race.value("published", "")))
    assert isinstance(result, ValidationError)


def title_is_required(widget: BlockWidget) -> bool:
    return '"required": true' in json.dumps(json.loads(widget.block_json))


def test_a_form_drawn_meanwhile_shows_what_is_required(race: Race) -> None:
    widget = ThreadSafeBlockWidget(race.block)
    assert race.run(ThreadSafeBlockField, lambda: title_is_required(widget)) is True


def test_upstreams_form_drawn_meanwhile_does_not(race: Race) -> None:
    assert race.run(ThreadSafeBlockField, lambda: title_is_required(BlockWidget(race.block))) is False


def test_a_block_may_validate_another_field_within_its_own_validation() -> None:
    class NestingBlock(blocks.CharBlock):
        def clean(self, value):
            return ThreadSafeBlockField(blocks.CharBlock()).clean(super().clean(value))

    assert ThreadSafeBlockField(NestingBlock()).clean("words") == "words"


@pytest.mark.parametrize("page_type", [HomePage, StandardPage])
def test_the_body_of_a_page_has_the_thread_safe_field(page_type) -> None:
    field = page_type.get_edit_handler().get_form_class().base_fields["body"]
    assert type(field) is ThreadSafeBlockField
    assert type(field.widget) is ThreadSafeBlockWidget


def test_a_system_check_finds_other_stream_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_stream_fields() == []
    plain = StreamField([("words", blocks.CharBlock())])
    monkeypatch.setattr(StandardPage._meta, "local_fields", [plain])
    assert [warning.obj for warning in check_stream_fields()] == [plain]
