"""Where the site's mail goes, for templates."""

from django import template

from galley.tasks.mail import is_mail_sent

register = template.Library()
register.simple_tag(is_mail_sent, name="is_mail_sent")
