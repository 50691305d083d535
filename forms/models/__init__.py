"""The contact page, the messages that it brings, and who may send how many."""

from forms.models.contact_message import ContactMessage, MailState, ReadingStatus
from forms.models.contact_page import ContactPage, ContactRecipient
from forms.models.sender_quota import SenderQuota

__all__ = ["ContactMessage", "ContactPage", "ContactRecipient", "MailState", "ReadingStatus", "SenderQuota"]
