"""Editors read, filter, mark and export the messages."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, reverse
from openpyxl import load_workbook
from wagtail.admin.menu import admin_menu

from forms.models import ContactMessage, MailState, ReadingStatus
from tests.factories import EditorFactory

LIST = "wagtailsnippets_forms_contactmessage:list"
INSPECT = "wagtailsnippets_forms_contactmessage:inspect"


@pytest.fixture
def write(contact) -> Callable[..., ContactMessage]:
    """Store a message, as if a visitor had written it."""

    def store(name: str = "Ada", **fields: object) -> ContactMessage:
        number = str(ContactMessage.objects.count())
        given = {"email": "ada@example.org", "text": "Hello", "page": contact, "fingerprint": number, **fields}
        return ContactMessage.objects.create(name=name, **given)

    return store


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def member_with(*codenames: str):
    """Return somebody who may enter the admin and do to messages what `codenames` say, nothing else."""
    group = Group.objects.create(name="-".join(["desk", *codenames]))
    group.permissions.set(Permission.objects.filter(codename__in=["access_admin", *codenames]))
    user = EditorFactory(is_superuser=False)
    user.groups.add(group)
    return user


@pytest.fixture
def desk(db: None) -> Client:
    return client_of(member_with("view_contactmessage", "change_contactmessage"))


@pytest.fixture
def reader(db: None) -> Client:
    return client_of(member_with("view_contactmessage"))


def act(client: Client, action: str, *messages: ContactMessage, query: str = "") -> HttpResponse:
    ids = "".join(f"&id={message.pk}" for message in messages)
    path = reverse("wagtail_bulk_action", args=["forms", "contactmessage", action])
    return client.post(f"{path}?next={reverse(LIST)}{ids}{query}", follow=True)


def text_of(response: HttpResponse) -> str:
    return response.content.decode()


def test_the_list_shows_who_wrote_and_whether_the_mail_was_sent(desk: Client, write) -> None:
    write("Ada", subject="Engine", mail_state=MailState.FAILED)
    write("Grace", mail_state=MailState.NO_RECIPIENT)
    page = text_of(desk.get(reverse(LIST)))
    for text in ["Ada", "Engine", "Failed", "Grace", "Not sent: no recipient"]:
        assert text in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("q=engine", {"Ada"}),
        ("status=spam", {"Eve"}),
        ("status=new&status=done", {"Ada", "Grace"}),
        ("mail_state=failed", {"Grace"}),
        ("received_at_from=2000-01-01&received_at_to=2000-01-03", {"Eve"}),
    ],
)
def test_the_list_can_be_searched_and_filtered(desk: Client, write, query: str, shown: set[str]) -> None:
    write("Ada", text="About the engine")
    write("Grace", status=ReadingStatus.DONE, mail_state=MailState.FAILED)
    write("Eve", status=ReadingStatus.SPAM, received_at="2000-01-02T12:00:00Z")
    response = desk.get(f"{reverse(LIST)}?{query}")
    assert {message.name for message in response.context["object_list"]} == shown


def test_the_list_needs_as_many_queries_for_fifty_messages_as_for_two(
    desk: Client, write, django_assert_max_num_queries
) -> None:
    def count_queries() -> int:
        with django_assert_max_num_queries(100) as queries:
            desk.get(reverse(LIST))
        return len(queries)

    write(), write()
    count_queries()  # fills caches
    few = count_queries()
    for _ in range(48):
        write()
    assert count_queries() == few


def test_a_message_opens_in_full_and_escaped(desk: Client, write) -> None:
    message = write("<b>Ada</b>", text="One\n<script>alert(1)</script>", mail_error="The mail server <i>refused</i>.")
    page = text_of(desk.get(reverse(INSPECT, args=[message.pk])))
    assert "One<br>&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "The mail server &lt;i&gt;refused" in page
    assert "<b>Ada</b>" not in page
    assert 'href="mailto:ada@example.org?subject=Re%3A%20your%20message"' in page


def test_times_are_written_for_people(desk: Client, write) -> None:
    message = write(received_at="2030-05-04T13:30:12.345678Z")
    page = text_of(desk.get(reverse(INSPECT, args=[message.pk])))
    assert "4 May 2030" in page
    assert "+00:00" not in page


def test_an_opened_message_is_no_longer_new(desk: Client, reader: Client, write) -> None:
    message = write()
    reader.get(reverse(INSPECT, args=[message.pk]))
    message.refresh_from_db()
    assert message.status == ReadingStatus.NEW
    desk.get(reverse(INSPECT, args=[message.pk]))
    message.refresh_from_db()
    assert message.status == ReadingStatus.READ


def test_opening_leaves_a_message_that_is_done(desk: Client, write) -> None:
    message = write(status=ReadingStatus.DONE)
    desk.get(reverse(INSPECT, args=[message.pk]))
    message.refresh_from_db()
    assert message.status == ReadingStatus.DONE


@pytest.mark.parametrize(
    ("action", "status"),
    [
        ("mark_as_read", ReadingStatus.READ),
        ("mark_as_done", ReadingStatus.DONE),
        ("mark_as_spam", ReadingStatus.SPAM),
        ("mark_as_new", ReadingStatus.NEW),
    ],
)
def test_messages_are_marked(desk: Client, write, action: str, status: ReadingStatus) -> None:
    first, second, other = write(status="read"), write(status="done"), write(status="read", name="Other")
    page = text_of(act(desk, action, first, second))
    assert f"2 messages marked as {status.label.lower()}." in page
    assert list(ContactMessage.objects.filter(status=status, name="Ada")) == [second, first]
    other.refresh_from_db()
    assert other.status == ReadingStatus.READ


def test_marking_asks_first(desk: Client, write) -> None:
    message = write()
    path = reverse("wagtail_bulk_action", args=["forms", "contactmessage", "mark_as_spam"])
    page = text_of(desk.get(f"{path}?id={message.pk}"))
    assert "They stay stored. You find them with the filter for spam." in page
    message.refresh_from_db()
    assert message.status == ReadingStatus.NEW


def test_select_all_means_all_that_the_list_shows(desk: Client, write) -> None:
    for _ in range(3):
        write(status=ReadingStatus.SPAM)
    keep = write("Ada")
    superuser = client_of(EditorFactory())
    page = text_of(act(superuser, "delete", query="&id=all&status=spam"))
    assert "3 messages deleted." in page
    assert list(ContactMessage.objects.all()) == [keep]


def test_failed_mail_is_sent_again(desk: Client, write, django_capture_on_commit_callbacks, contact) -> None:
    from forms.models import ContactRecipient

    ContactRecipient.objects.get_or_create(page=contact, email="desk@example.org")
    failed, sent = write(mail_state=MailState.FAILED, mail_error="Refused"), write(mail_state=MailState.SENT)
    with django_capture_on_commit_callbacks(execute=True):
        page = text_of(act(desk, "send_again", failed, sent))
    assert "1 message waiting to be sent. 1 message left alone" in page
    failed.refresh_from_db()
    assert failed.mail_state == MailState.SENT
    assert len(mail.outbox) == 1


def test_who_may_only_read_can_change_nothing(reader: Client, write) -> None:
    message = write(mail_state=MailState.FAILED)
    for action in ["mark_as_done", "send_again", "delete"]:
        act(reader, action, message)
    message.refresh_from_db()
    assert (message.status, message.mail_state) == (ReadingStatus.NEW, MailState.FAILED)
    page = text_of(reader.get(reverse(INSPECT, args=[message.pk])))
    assert "Mark as done" not in page


def test_who_may_change_may_not_delete(desk: Client, write) -> None:
    message = write()
    act(desk, "delete", message)
    assert ContactMessage.objects.filter(pk=message.pk).exists()
    path = reverse("wagtailsnippets_forms_contactmessage:delete", args=[message.pk])
    assert desk.post(path).status_code == 302
    assert ContactMessage.objects.filter(pk=message.pk).exists()


@pytest.mark.parametrize("query", ["", "?export=csv", "?export=xlsx"])
def test_without_permission_nothing_is_shown_or_exported(write, query: str) -> None:
    write("Ada")
    outsider = client_of(member_with())
    response = outsider.get(reverse(LIST) + query)
    assert response.status_code == 302
    assert "Messages" not in text_of(outsider.get(reverse("wagtailadmin_home")))


@pytest.mark.parametrize("group", ["Editors", "Chief editors"])
def test_the_groups_that_edit_the_site_read_its_messages(write, group: str) -> None:
    write("Ada")
    member = EditorFactory(is_superuser=False)
    member.groups.add(Group.objects.get(name=group))
    assert "Ada" in text_of(client_of(member).get(reverse(LIST)))


def test_nobody_writes_or_changes_a_message_in_the_admin(write) -> None:
    superuser = client_of(EditorFactory())
    write()
    page = text_of(superuser.get(reverse(LIST)))
    assert "Add message" not in page
    for view, arguments in [("add", []), ("edit", [1]), ("copy", [1])]:
        with pytest.raises(NoReverseMatch):
            reverse(f"wagtailsnippets_forms_contactmessage:{view}", args=arguments)


def test_the_menu_counts_new_messages(write, rf) -> None:
    request = rf.get("/")
    request.user = EditorFactory()
    write(), write(), write(status=ReadingStatus.READ)
    labels = [item.render_component(request).label for item in admin_menu.menu_items_for_request(request)]
    assert "Messages (2)" in labels
    ContactMessage.objects.update(status=ReadingStatus.DONE)
    labels = [item.render_component(request).label for item in admin_menu.menu_items_for_request(request)]
    assert "Messages" in labels


def test_a_superuser_deletes_one_message(write) -> None:
    message = write()
    superuser = client_of(EditorFactory())
    path = reverse("wagtailsnippets_forms_contactmessage:delete", args=[message.pk])
    assert superuser.get(path).status_code == 200
    assert superuser.post(path).status_code == 302
    assert not ContactMessage.objects.exists()


# --- export

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    "＝1",
    '=HYPERLINK("http://x")',
    "=cmd|' /C calc'!A0",
]


def exported_csv(client: Client, query: str = "") -> list[dict[str, str]]:
    response = client.get(f"{reverse(LIST)}?export=csv{query}")
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))


def exported_xlsx(client: Client):
    response = client.get(f"{reverse(LIST)}?export=xlsx")
    return load_workbook(io.BytesIO(b"".join(response.streaming_content))).active


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.by_day(0, 3)
def test_formulas_are_exported_as_text(desk: Client, write, formula: str) -> None:
    write(formula, subject=formula, text=formula)
    [row] = exported_csv(desk)
    for heading in ["Name", "Subject", "Message"]:
        # After a tab or a line break, another cell may begin.
        assert row[heading] == "'" + re.sub(r"(?<=[\t\r])(?==)", "'", formula)
    cells = [cell for cells in exported_xlsx(desk).iter_rows(min_row=2) for cell in cells]
    assert sum(str(cell.value).startswith("'") for cell in cells) == 3
    assert all(cell.data_type != "f" for cell in cells)


def test_ordinary_texts_are_exported_as_they_are(desk: Client, write, contact) -> None:
    write("Ada", subject="5 = five", text='One\nTwo, "three" – vier 👩‍👩‍👧', mail_state=MailState.FAILED)
    [row] = exported_csv(desk)
    assert row["Name"] == "Ada"
    assert row["Subject"] == "5 = five"
    assert row["Message"] == 'One\nTwo, "three" – vier 👩‍👩‍👧'
    assert row["Page"] == contact.title
    assert row["Status"] == "New"
    assert row["E-mail"] == "Failed"
    headings, values = exported_xlsx(desk).iter_rows(values_only=True)
    assert dict(zip(headings, values, strict=True))["Message"] == row["Message"]


def test_the_export_holds_what_the_list_is_filtered_by(desk: Client, write) -> None:
    write("Ada"), write("Eve", status=ReadingStatus.SPAM)
    assert [row["Name"] for row in exported_csv(desk, "&status=spam")] == ["Eve"]


def test_what_a_visitor_may_send_can_be_exported(desk: Client, send) -> None:
    send(name="A\x0bd\x00a", text="\x08 bell \x07 \ufffe \uffff\x1f ✓")
    [row] = exported_csv(desk)
    assert row["Name"] == "A da"
    assert exported_xlsx(desk).max_row == 2
