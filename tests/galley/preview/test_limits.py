"""Whoever goes beyond a limit is told so, and nobody else notices."""

import re
import tracemalloc
from unittest.mock import patch

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test import override_settings

from galley.preview import conf
from galley.preview.consumers import (
    MAX_REASON_BYTES,
    Close,
    PreviewConsumer,
    TokenBucket,
    TooFast,
    reason_for,
)
from galley.preview.drafts.binding import set_true_counts
from galley.preview.drafts.form_state import FormState
from galley.preview.drafts.live_page import IN_STREAM
from galley.preview.messages import FormChange, MessageTooLarge
from galley.preview.wagtail_hooks import add_live_preview
from quickstart.management.commands.serve import SERVER_OPTIONS
from tests.galley.preview.conftest import Socket, form_of
from tests.galley.preview.consumers.test_sockets import editor_of, editor_path, in_loop, left, opened

CODES = [code for name, code in vars(Close).items() if name.isupper()]


@pytest.fixture
def clock():
    """Time as the bucket sees it; set `return_value`."""
    with patch("galley.preview.consumers.time.monotonic", return_value=0.0) as clock:
        yield clock


def test_a_fast_typist_never_hits_the_rate(clock) -> None:
    bucket = TokenBucket()
    for key in range(10_000):
        clock.return_value = key / 60
        bucket.spend(120)


def test_somebody_who_pastes_a_large_text_again_and_again_never_hits_the_rate(clock) -> None:
    bucket = TokenBucket()
    for paste in range(1_000):
        clock.return_value = paste / 10
        bucket.spend(500_000)


def test_a_flood_is_too_fast(clock) -> None:
    bucket = TokenBucket()
    for _ in range(conf.MESSAGES_AT_ONCE):
        bucket.spend(0)
    with pytest.raises(TooFast):
        bucket.spend(0)


def test_a_flood_of_bytes_is_too_fast_as_well(clock) -> None:
    bucket = TokenBucket()
    for _ in range(10):
        bucket.spend(conf.MAX_MESSAGE_BYTES)
    with pytest.raises(TooFast):
        bucket.spend(conf.MAX_MESSAGE_BYTES * 2)


@pytest.mark.parametrize("code", CODES)
def test_every_reason_fits_into_a_closing_frame(code) -> None:
    assert reason_for(code)
    with patch("galley.preview.consumers._", lambda text: "ä" * 200):
        assert len(reason_for(code).encode()) <= MAX_REASON_BYTES


def test_the_editors_page_and_its_screens_are_told_the_limits() -> None:
    with override_settings(USE_THOUSAND_SEPARATOR=True):
        editor = add_live_preview()
        screen = render_to_string("preview/viewer_head.html", {"is_guest": True, "limits": conf})
    assert f'data-max-message-bytes="{conf.MAX_MESSAGE_BYTES}"' in editor
    assert f'data-max-quote="{conf.MAX_QUOTE}"' in screen
    assert re.findall(r'name="(\w+)".* maxlength="(\d+)"', screen) == [
        ("name", str(conf.MAX_NAME)),
        ("text", str(conf.MAX_NOTE)),
    ]


def test_the_server_in_front_knows_the_largest_message() -> None:
    in_front = SERVER_OPTIONS["ws_max_size"]
    # What is a little too large is answered with a sentence, not with a bare code.
    assert conf.MAX_MESSAGE_BYTES < in_front < 2 * conf.MAX_MESSAGE_BYTES


def test_small_changes_do_not_make_up_a_form_that_is_too_large() -> None:
    form = FormState()
    form.change(FormChange(1, {"title": ["x"]}, is_whole=True))
    for number in range(2, 10):
        form.change(FormChange(number, {f"field-{number}": ["x" * 500_000]}))
    with pytest.raises(MessageTooLarge):
        form.change(FormChange(10, {"field-10": ["x" * 500_000]}))


def test_a_field_that_is_replaced_does_not_count_twice() -> None:
    form = FormState()
    form.change(FormChange(1, {"title": ["x"]}, is_whole=True))
    for number in range(2, 40):
        form.change(FormChange(number, {"body": ["x" * 500_000]}))


def test_a_replay_changes_nothing() -> None:
    form = FormState()
    form.change(FormChange(5, {"title": ["Newest"]}, is_whole=True))
    form.change(FormChange(5, {"title": ["Replayed"]}))
    form.change(FormChange(4, {"title": ["Older"]}, is_whole=True))
    assert form.take()[0]["title"] == "Newest"


@pytest.mark.parametrize(
    ("claimed", "children", "true"),
    [("1000000000", 2, "2"), ("2", 2, "2"), ("1", 2, "1"), ("-1", 0, "0"), ("x", 1, "1"), ("9" * 5000, 0, "0")],
)
def test_a_formset_has_the_children_that_it_has_fields_of(claimed, children, true) -> None:
    data = QueryDict(mutable=True)
    data["links-TOTAL_FORMS"] = claimed
    for number in range(children):
        data[f"links-{number}-name"] = ""
    set_true_counts(data)
    assert data["links-TOTAL_FORMS"] == true


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
class TestSockets:
    def test_too_fast(self, site, editor, log_in) -> None:
        client = log_in(editor)

        async def scene() -> None:
            flooding, other = Socket(editor_path(site.post, "one"), client), Socket(editor_path(site.post), client)
            await opened(flooding, other)
            for _ in range(4):
                await flooding.say(type="focus", path="title")
            assert await flooding.close_code() == Close.TOO_FAST
            await other.say(type="form", sequence=1, fields=form_of(site.post))
            assert (await other.heard())["type"] == "rendered"
            await left(other)

        with patch("galley.preview.conf.MESSAGES_AT_ONCE", 3), patch("galley.preview.conf.MESSAGES_PER_SECOND", 0):
            in_loop(scene())

    def test_too_many_of_one_owner(self, site, editor, log_in) -> None:
        client, colleague = log_in(editor), log_in(editor_of(site.blog))

        async def scene() -> None:
            other = Socket("/preview/", colleague)
            await opened(other)
            sockets = [Socket("/preview/", client) for _ in range(3)]
            for socket in sockets[:2]:
                await opened(socket)
                await socket.messages_so_far()  # it has been counted by now
            await opened(sockets[2])
            assert await sockets[2].close_code() == Close.TOO_MANY
            await left(sockets[0])
            sockets[0] = Socket("/preview/", client)
            await opened(sockets[0])
            assert await sockets[0].messages_so_far() == []
            await left(*sockets[:2], other)

        with patch.object(PreviewConsumer, "max_sockets", 2):
            in_loop(scene())

    def test_what_can_not_be_stored_or_sent_is_replaced(self, site, editor, log_in) -> None:
        client = log_in(editor)

        async def scene() -> None:
            typing, screen = Socket(editor_path(site.post), client), Socket("/preview/", client)
            await opened(typing, screen)
            await typing.say(type="form", sequence=1, fields=form_of(site.post, title="A\0B\ud800C"))
            assert "A\ufffdB\ufffdC" in await screen.shown()
            await typing.say(type="focus", path="\udfff")
            await screen.shown()
            # Half a pair that completes another half is a letter.
            await typing.say(type="change", sequence=2, changed={"title": ["𝄞"]})
            assert "𝄞" in await screen.shown()
            await typing.say(type="change", sequence=3, splices=[["title", 1, 2, "\udd1f", 2]])
            assert "𝄟" in await screen.shown()
            await left(screen, typing)

        in_loop(scene())

    @pytest.mark.parametrize("count", ["gallery-TOTAL_FORMS", "gallery-INITIAL_FORMS", "body-count"])
    def test_a_form_that_claims_too_much_is_rendered_all_the_same(self, site, editor, log_in, count) -> None:
        client = log_in(editor)

        async def scene() -> None:
            typing = Socket(editor_path(site.post), client)
            await opened(typing)
            await typing.say(type="form", sequence=1, fields=form_of(site.post) | {count: ["1000000000"]})
            assert (await typing.heard())["type"] == "rendered"
            await left(typing)

        in_loop(scene())

    def test_children_that_no_form_has_close_the_socket(self, site, editor, log_in, caplog) -> None:
        client = log_in(editor)
        odd = {"links-TOTAL_FORMS": ["1"], "links-INITIAL_FORMS": ["1"], "links-0-id": ["no number"]}

        async def scene() -> None:
            typing = Socket(editor_path(site.project), client)
            await opened(typing)
            await typing.say(type="form", sequence=1, fields=form_of(site.project) | odd)
            assert await typing.close_code() == Close.BAD_MESSAGE

        in_loop(scene())
        assert "Traceback" not in caplog.text


@pytest.mark.parametrize("name", ["-" * 20_000, "-0" * 10_000, "body-0-" * 3_000, "-TOTAL_FORMS" * 2_000])
def test_a_long_name_takes_no_more_memory_than_in_proportion(name: str) -> None:
    data = QueryDict(mutable=True) | {name: "1", f"{name}-TOTAL_FORMS": "2"}
    tracemalloc.start()
    try:
        set_true_counts(data)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 50 * len(name)


def test_a_name_of_many_places_in_a_stream_is_read_once() -> None:
    """This took hours, with the interpreter held: the suite's time limit would end it."""
    match = IN_STREAM.fullmatch("a-1-value-" * 400_000 + "\n")
    assert match
    assert match["stream"] == "a"
