"""The template tags `{% find_announcement as announcements %}` and `{% is_mail_sent as mail_is_sent %}`."""

from django import template
from django.template.context import Context

from galley.site_settings.announcement import Announcement, find_announcement
from galley.tasks.mail import is_mail_sent

register = template.Library()
register.simple_tag(is_mail_sent, name="is_mail_sent")


@register.simple_tag(takes_context=True, name="find_announcement")
def find_announcement_tag(context: Context) -> list[Announcement]:
    """Return the announcement of the request's site that shows now, in a list; an empty list without one."""
    request = context.get("request")
    return find_announcement(request) if request else []
