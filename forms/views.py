"""The contact page, answered on the event loop: its form, its answers, and a word on each field meanwhile."""

from typing import TYPE_CHECKING

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.cache import patch_cache_control
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from forms.form_token import TokenState, check_token, issue_token
from forms.forms import ContactForm
from forms.models.sender_quota import seconds_until_next_span
from forms.senders import identify_sender
from forms.services import Receipt, store_message
from galley.page_cache.versioned import use_version_of

if TYPE_CHECKING:
    from forms.models import ContactPage

# Programs seldom press twice; a page that is kept for everybody can't tell how long somebody has been writing.
ONCE_MORE = _("Please read your message once more, then press Send: the second time tells you from a program.")
TOO_FAST = _("That was quicker than anybody writes. Nothing is lost: please press Send once more.")
TOO_OLD = _("This form had been open for more than a day. Nothing is lost: please read your text again and press Send.")
TROUBLES = {TokenState.MISSING: ONCE_MORE, TokenState.TOO_FAST: TOO_FAST, TokenState.TOO_OLD: TOO_OLD}
TOO_MANY = _(
    "Several messages have just come from your connection, so this one was not sent. "
    "Your text is still here: please send it again in about {minutes} minutes."
)


@require_safe
@cache_control(no_store=True)
async def form_token(request: HttpRequest) -> HttpResponse:
    """Answer with the hidden field that somebody needs who has begun to write."""
    return HttpResponse(format_html('<input type="hidden" name="token" value="{}">', issue_token()))


async def contact_page(request: HttpRequest, page: "ContactPage") -> HttpResponse:
    """Answer with the page, take a message in, or check one field of it.

    Forms, queries and templates are sync: they cross to a thread once, together.
    """
    return await sync_to_async(_answer)(request, page)


def _answer(request: HttpRequest, page: "ContactPage") -> HttpResponse:
    if request.method == "POST":
        return _answer_post(request, page)
    with use_version_of(request):
        return _show_page(request, page, is_sent="sent" in request.GET)


def _answer_post(request: HttpRequest, page: "ContactPage") -> HttpResponse:
    is_check = "check" in request.GET
    response = _check_field(request, request.GET["check"]) if is_check else _take_message(request, page)
    # The page holds the visitor's own text and token. `no-store` would empty the form when they come back to it.
    patch_cache_control(response, private=True, no_cache=True)
    return response


def _check_field(request: HttpRequest, name: str) -> HttpResponse:
    """Answer with what is amiss in one field, or with nothing."""
    if name not in ContactForm.shown_fields:
        return HttpResponseBadRequest("The form has no such field.", content_type="text/plain")
    errors = ContactForm(request.POST)[name].errors
    return TemplateResponse(request, "partials/contact_field_error.html", {"errors": errors}).render()


def _take_message(request: HttpRequest, page: "ContactPage") -> HttpResponse:
    form = ContactForm(request.POST)
    token = request.POST.get("token", "")
    state = check_token(token)
    if not form.is_valid():
        return _show_errors(request, page, form, token, state)
    if state is not TokenState.GOOD:
        form.add_error(None, TROUBLES[state])
        return _show_errors(request, page, form, token, state)
    receipt = store_message(
        page, form.message_fields(), token=token, sender=identify_sender(request), is_spam=form.looks_automatic()
    )
    if receipt is Receipt.REFUSED:
        return _refuse(request, page, form, token)
    if _wants_fragment(request):
        return _show_page(request, page, is_sent=True)
    return HttpResponseRedirect(f"{page.get_url(request)}?sent#contact-status")


def _show_errors(
    request: HttpRequest, page: "ContactPage", form: ContactForm, token: str, state: TokenState
) -> HttpResponse:
    form.focus_first_error()
    token = token if state in (TokenState.GOOD, TokenState.TOO_FAST) else issue_token()
    return _show_page(request, page, form=form, token=token, status=422)


def _refuse(request: HttpRequest, page: "ContactPage", form: ContactForm, token: str) -> HttpResponse:
    seconds = seconds_until_next_span()
    form.add_error(None, TOO_MANY.format(minutes=max(2, -(-seconds // 60))))
    response = _show_page(request, page, form=form, token=token, status=429)
    response["Retry-After"] = str(seconds)
    return response


def _show_page(request: HttpRequest, page: "ContactPage", *, status: int = 200, **context: object) -> HttpResponse:
    """Render the page; for htmx, after a POST, only the part of the same template that changes."""
    template = page.get_template(request)
    if _wants_fragment(request):
        template += "#contact"
    return TemplateResponse(request, template, page.get_context(request) | context, status=status).render()


def _wants_fragment(request: HttpRequest) -> bool:
    return request.method == "POST" and bool(getattr(request, "htmx", False))
