"""The address of the feeds. What follows `/shared/` is left out of the logs by `galley.preview.sharing`."""

from django.urls import re_path

from galley.calendar.feed import feed

urlpatterns = [re_path(r"^calendar/shared/(?P<token>[\w.-]{1,200})\.ics$", feed, name="calendar_feed")]
