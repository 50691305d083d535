"""A draft being validated must not loosen what another thread publishes, nor what it draws."""

import json
from collections.abc import Callable
from threading import Event, Thread

import pytest
from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.blocks.base import BlockField, BlockWidget

from galley.async_pages.deferred_validation import guard_deferred_validation

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

    def run(self, clean: Callable, work: Callable[[], object]) -> object:
        draft_field = BlockField(self.block)
        draft_field.is_deferred_validation = True
        draft = self._start("draft", lambda: clean(draft_field, self.value("draft", "")))
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
    """If this fails, upstream has mended the race, and the guard can go."""
    upstream_clean = BlockField.clean.__wrapped__
    result = race.run(upstream_clean, lambda: upstream_clean(BlockField(race.block), race.value("published", "")))
    assert not isinstance(result, ValidationError)


def test_guarded_publishing_refuses_what_is_not_valid(race: Race) -> None:
    result = race.run(BlockField.clean, lambda: BlockField(race.block).clean(race.value("published", "")))
    assert isinstance(result, ValidationError)


def title_is_required(widget: BlockWidget) -> bool:
    return '"required": true' in json.dumps(json.loads(widget.block_json))


def test_a_form_drawn_meanwhile_shows_what_is_required(race: Race) -> None:
    assert race.run(BlockField.clean, lambda: title_is_required(BlockWidget(race.block))) is True


def test_a_form_drawn_meanwhile_without_the_guard_does_not(race: Race, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BlockWidget, "_build_block_json", BlockWidget._build_block_json.__wrapped__)
    assert race.run(BlockField.clean, lambda: title_is_required(BlockWidget(race.block))) is False


def test_a_block_may_validate_another_field_within_its_own_validation() -> None:
    class NestingBlock(blocks.CharBlock):
        def clean(self, value):
            return BlockField(blocks.CharBlock()).clean(super().clean(value))

    assert BlockField(NestingBlock()).clean("words") == "words"


def test_the_guard_is_put_up_once() -> None:
    guarded = BlockField.clean
    guard_deferred_validation()
    assert BlockField.clean is guarded
    assert not hasattr(guarded.__wrapped__, "__wrapped__")
