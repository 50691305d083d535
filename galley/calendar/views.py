"""The calendar in the admin: its month, week and day, moving a scheduled page, and the address of the feed."""

import calendar
import datetime
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, get_format
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView, TemplateView, View
from wagtail.admin import messages
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.widgets import AdminDateInput
from wagtail.models import Page
from wagtail.permissions import policy_registry

from galley.calendar.events import Event, Kind, find_events
from galley.calendar.models import FeedAddress, make_nonce
from galley.calendar.moving import find_scheduled, move_to
from galley.site_settings.active_zone import format_time, name_other_site_zone

# Python's dates end soon after the year 9999.
YEARS = range(1000, 9000)
WEEK = 7
# By the length of the view: its name, and how many events a day shows. The others are a link away.
SPANS = {"month": (_("Month"), 6), "week": (_("Week"), 40), "day": (_("Day"), 500)}
FINER = {"month": "week", "week": "day", "day": ""}
ICONS = {Kind.DRAFT: "edit", Kind.SCHEDULED: "time", Kind.PUBLISHED: "check", Kind.EXPIRING: "no-view"}


def may_see(user: Any) -> bool:
    """Return whether `user` may edit any page."""
    return bool(policy_registry.get_by_type(Page).user_has_permission(user, "change"))


def calendar_url(span: str, day: datetime.date) -> str:
    """Return the address of the calendar's view of length `span` around `day`."""
    return f"{reverse('calendar')}?{urlencode({'view': span, 'date': day.isoformat()})}"


@dataclass(frozen=True)
class Day:
    """A day, the first events of it, and how many more there are."""

    date: datetime.date
    events: list[tuple[str, Event]]
    more: int
    more_url: str
    is_outside: bool

    @property
    def is_today(self) -> bool:
        """Whether it is today, in the current time zone."""
        return self.date == timezone.localdate()


@dataclass(frozen=True)
class Span:
    """The days that a view shows: a month in whole weeks, a week, or one day."""

    name: str
    day: datetime.date

    @classmethod
    def from_request(cls, request: HttpRequest) -> "Span":
        """Return what the address asks for. What it doesn't name, or what can't be read, is the present month."""
        name, day = request.GET.get("view", ""), timezone.localdate()
        try:
            asked = datetime.date.fromisoformat(request.GET.get("date", ""))
            day = asked if asked.year in YEARS else day
        except ValueError:
            pass
        return cls(name if name in SPANS else "month", day)

    @property
    def first(self) -> datetime.date:
        """The day from which it is named: of the month, of the week, or the day itself."""
        if self.name == "month":
            return self.day.replace(day=1)
        return _week_start(self.day) if self.name == "week" else self.day

    @property
    def last(self) -> datetime.date:
        """The last day that belongs to it."""
        return self.neighbour(1) - datetime.timedelta(days=1)

    def neighbour(self, direction: int) -> datetime.date:
        """Return the first day of the next one, or with -1 of the one before."""
        if self.name == "month":
            days = calendar.monthrange(self.first.year, self.first.month)[1] if direction > 0 else -1
            return (self.first + datetime.timedelta(days=days)).replace(day=1)
        return self.first + direction * datetime.timedelta(days=WEEK if self.name == "week" else 1)

    @property
    def dates(self) -> list[datetime.date]:
        """All days that are shown."""
        start, end = self.first, self.last
        if self.name == "month":
            start, end = _week_start(start), _week_start(end) + datetime.timedelta(days=WEEK - 1)
        return [start + datetime.timedelta(days=number) for number in range((end - start).days + 1)]

    @property
    def title(self) -> str:
        """The month, the week or the day in words."""
        if self.name == "week":
            return f"{date_format(self.first, 'j F')} – {date_format(self.last, 'j F Y')}"
        return date_format(self.first, "F Y" if self.name == "month" else "l, j F Y")

    def fill(self, user: Any) -> list[Day]:
        """Return the days with their events, as far as `user` may edit the pages."""
        dates = self.dates
        found: defaultdict[datetime.date, list[tuple[str, Event]]] = defaultdict(list)
        for event in find_events(user, _midnight(dates[0]), _midnight(dates[-1] + datetime.timedelta(days=1))):
            found[timezone.localdate(event.time)].append((ICONS[event.kind], event))
        most, finer = SPANS[self.name][1], FINER[self.name]
        return [
            Day(
                date,
                found[date][:most],
                max(len(found[date]) - most, 0),
                calendar_url(finer, date) if finer else "",
                self.name == "month" and date.month != self.first.month,
            )
            for date in dates
        ]


def _week_start(day: datetime.date) -> datetime.date:
    return day - datetime.timedelta(days=(day.isoweekday() - int(get_format("FIRST_DAY_OF_WEEK"))) % WEEK)


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


class _ForEditors:
    """For those who may edit pages."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_see(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


class CalendarView(_ForEditors, WagtailAdminTemplateMixin, TemplateView):
    """What is drafted, scheduled, published and expiring, by day."""

    template_name = "calendar/calendar.html"
    page_title = _("Calendar")
    header_icon = "calendar-alt"
    breadcrumbs_items = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the days, links to the others, and the address of the user's feed, if there is one."""
        span = Span.from_request(self.request)
        address = FeedAddress.objects.filter(pk=self.request.user.pk).first()
        today = timezone.localdate()
        days = span.fill(self.request.user)
        return super().get_context_data(**kwargs) | {
            "span": span,
            "days": days,
            "can_move": any(event.is_movable for day in days for _icon, event in day.events),
            "spans": [(name, label, calendar_url(name, span.day)) for name, (label, _most) in SPANS.items()],
            "previous_url": calendar_url(span.name, span.neighbour(-1)),
            "next_url": calendar_url(span.name, span.neighbour(1)),
            "today_url": calendar_url(span.name, today),
            "today": today,
            "legend": [(ICONS[kind], kind) for kind in Kind],
            "zone": timezone.get_current_timezone_name(),
            "other_zone": name_other_site_zone(),
            "feed_url": self.request.build_absolute_uri(address.path) if address else "",
        }


class NewAddressView(_ForEditors, View):
    """Makes a new address for the user's feed. The old one ends."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Store a new nonce, and show the calendar with the address."""
        FeedAddress.objects.update_or_create(pk=request.user.pk, defaults={"nonce": make_nonce()})
        messages.success(request, gettext("The calendar has a new address. If there was one before, it has ended."))
        return redirect(f"{reverse('calendar')}#calendar-feed")


class MoveForm(forms.Form):
    """To which day a page moves."""

    date = forms.DateField(label=_("Move to"), help_text=_("The hour stays as it is."), widget=AdminDateInput)
    next = forms.CharField(required=False, widget=forms.HiddenInput)


class MoveView(WagtailAdminTemplateMixin, FormView):
    """Moves a scheduled page to another day. For those who may publish it."""

    template_name = "wagtailadmin/generic/form.html"
    form_class = MoveForm
    page_title = _("Move to another day")
    header_icon = "calendar-alt"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Find the page. Raises Http404 and PermissionDenied. What isn't scheduled any more leads to the calendar."""
        self.page = get_object_or_404(Page, pk=kwargs["page_id"])
        if not self.page.permissions_for_user(request.user).can_publish():
            raise PermissionDenied
        revision = find_scheduled(self.page)
        if revision is None:
            messages.error(request, gettext("The page isn’t scheduled any more. Nothing has changed."))
            return redirect(self.get_success_url())
        self.time = revision.approved_go_live_at
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        """Return which page it is, and when it goes live now."""
        return gettext("“%(title)s” goes live on %(time)s") % self._names(self.time)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way back to the calendar."""
        calendar_item = {"url": self.get_success_url(), "label": gettext("Calendar")}
        return [*self.breadcrumbs_items, calendar_item, {"url": "", "label": self.get_page_title()}]

    def get_initial(self) -> dict[str, Any]:
        """Return the present day."""
        day = timezone.localdate(self.time)
        return {"date": day, "next": get_valid_next_url_from_request(self.request)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what Wagtail's form template shows."""
        labels = {"submit_button_label": _("Move"), "submit_button_active_label": _("Moving…")}
        context = super().get_context_data(action_url=self.request.path, **labels, **kwargs)
        return context | {"media": context["form"].media}

    def get_success_url(self) -> str:
        """Return the calendar that the user comes from."""
        return get_valid_next_url_from_request(self.request) or reverse("calendar")

    def form_valid(self, form: MoveForm) -> HttpResponse:
        """Move the page, or say why it can't be."""
        try:
            time = move_to(form.cleaned_data["date"], self.page, self.request.user)
        except ValidationError as error:
            form.add_error("date", error)
            return self.form_invalid(form)
        edit = messages.button(reverse("wagtailadmin_pages:edit", args=[self.page.pk]), gettext("Edit"))
        text = gettext("“%(title)s” goes live on %(time)s now.") % self._names(time)
        messages.success(self.request, text, buttons=[edit])
        url = get_valid_next_url_from_request(self.request) or calendar_url("month", form.cleaned_data["date"])
        return redirect(f"{url.partition('#')[0]}#event-{self.page.pk}")

    def _names(self, time: datetime.datetime) -> dict[str, str]:
        title = self.page.get_admin_display_title()
        return {"title": title, "time": format_time(time)}
