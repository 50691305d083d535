"""What the dashboard says of messages, to whom."""

import pytest

from forms.models import ContactMessage, ContactRecipient, MailState, ReadingStatus
from home.models import SiteSettings
from tests.conftest import SmallSite
from tests.forms.test_admin import client_of, member_with, write  # noqa: F401
from tests.galley.desk.test_dashboard import dashboard_of

NO_MAIL = "E-mail isn&#x27;t set up."
NOBODY = "are mailed to nobody."


def test_new_messages_stand_there_and_read_ones_dont(write, editor) -> None:  # noqa: F811
    read = write("Read", status=ReadingStatus.READ)
    new = [write(f"Writer {number}", text="<b>Hello</b> " * 30) for number in range(7)]
    html = dashboard_of(editor)
    assert f"/inspect/{new[-1].pk}/" in html
    assert f"/inspect/{read.pk}/" not in html
    assert "All 7 new messages" in html
    assert "&lt;b&gt;Hello" in html


def test_a_user_without_the_permission_sees_nothing_of_them(write) -> None:  # noqa: F811
    write("Secret writer", mail_state=MailState.FAILED)
    ContactRecipient.objects.all().delete()
    html = dashboard_of(member_with())
    for text in ("Secret writer", NO_MAIL, NOBODY, "The e-mail about a message wasn’t sent."):
        assert text not in html


@pytest.mark.parametrize(("backend", "is_missing"), [("console", True), ("dummy", True), ("smtp", False)])
@pytest.mark.by_day(0)
def test_mail_that_is_not_set_up_is_said(contact, editor, settings, backend: str, is_missing: bool) -> None:
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
    assert (NO_MAIL in dashboard_of(editor)) is is_missing


def test_a_page_without_a_recipient_is_named(contact, small_site: SmallSite, editor) -> None:
    assert NOBODY not in dashboard_of(editor)
    ContactRecipient.objects.all().delete()
    html = dashboard_of(editor)
    assert NOBODY in html
    assert f'<a href="/admin/pages/{contact.pk}/edit/#id_recipients-FORMS">Add a recipient</a>' in html


def test_the_recipients_of_the_site_are_enough(contact, small_site: SmallSite, editor) -> None:
    ContactRecipient.objects.all().delete()
    SiteSettings.objects.create(site=contact.get_site(), contact_recipients="desk@example.org")
    assert NOBODY not in dashboard_of(editor)


def test_failed_mails_are_counted(write, editor) -> None:  # noqa: F811
    write(mail_state=MailState.SENT)
    assert "sent." not in dashboard_of(editor)
    write(mail_state=MailState.FAILED)
    assert "The e-mail about a message wasn’t sent." in dashboard_of(editor)
    write(mail_state=MailState.FAILED)
    write(mail_state=MailState.NOWHERE)
    html = dashboard_of(editor)
    assert "The e-mails about 3 messages weren’t sent." in html
    assert "?mail_state=failed&amp;mail_state=nowhere" in html
    assert ContactMessage.objects.count() == 4
