"""The contact page as an async view: it shows the form, takes a message, and validates single fields while typing."""

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.cache import patch_cache_control
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from forms.forms import ContactForm, TokenState, check_token, issue_token
from forms.models import ContactPage
from forms.submissions import SubmissionResult, limit_of, store_message
from galley.page_cache.versioned import use_version_of
from galley.rate_limits import get_client_ip
from galley.rate_limits.models import seconds_left

TOKEN_ERRORS = {
    # The page comes from a cache, so it can't tell the age of the form. Programs seldom press Send twice.
    TokenState.MISSING: _(
        "Please read your message once more, then press Send: the second time tells you from a program."
    ),
    TokenState.TOO_NEW: _("That was quicker than anybody writes. Nothing is lost: please press Send once more."),
    TokenState.INVALID: _(
        "This form had been open for more than a day. Nothing is lost: please read your text again and press Send."
    ),
}
RATE_LIMITED = _(
    "Several messages have just come from your connection, so this one was not sent. "
    "Your text is still here: please send it again in about {minutes} minutes."
)


@require_safe
@cache_control(no_store=True)
async def form_token(request: HttpRequest) -> HttpResponse:
    """Return the hidden field with a new token. htmx asks for it when a visitor begins to write."""
    return HttpResponse(format_html('<input type="hidden" name="token" value="{}">', issue_token()))


async def contact_page(request: HttpRequest, page: ContactPage) -> HttpResponse:
    """Return the page, or for a POST the response to a message or to one field of it.

    Forms, queries and templates are sync, and share one call in a thread.
    """
    return await sync_to_async(_respond)(request, page)


def _respond(request: HttpRequest, page: ContactPage) -> HttpResponse:
    if request.method != "POST":
        with use_version_of(request):
            return _render_page(request, page, is_sent="sent" in request.GET)
    field = request.GET.get("check")
    response = _take_message(request, page) if field is None else _check_field(request, field)
    # The page holds the visitor's own text and token. `no-store` would empty the form when they come back to it.
    patch_cache_control(response, private=True, no_cache=True)
    return response


def _check_field(request: HttpRequest, name: str) -> HttpResponse:
    """Return the errors of one field, or an empty response."""
    if name not in ContactForm.Meta.fields:
        return HttpResponseBadRequest("The form has no such field.", content_type="text/plain")
    errors = ContactForm(request.POST)[name].errors
    return TemplateResponse(request, "partials/contact_field_error.html", {"errors": errors}).render()


def _take_message(request: HttpRequest, page: ContactPage) -> HttpResponse:
    form = ContactForm(request.POST)
    token = request.POST.get("token", "")
    state = check_token(token)
    if form.is_valid() and state is not TokenState.VALID:
        form.add_error(None, TOKEN_ERRORS[state])
    if form.errors:
        form.focus_first_error()
        token = token if state in (TokenState.VALID, TokenState.TOO_NEW) else issue_token()
        return _render_page(request, page, form=form, token=token, status=422)
    form.instance.page = page
    result = store_message(
        form.save(commit=False), token=token, client_ip=get_client_ip(request), is_spam=form.is_spam()
    )
    if result is SubmissionResult.RATE_LIMITED:
        return _render_rate_limit(request, page, form, token)
    if _wants_partial(request):
        return _render_page(request, page, is_sent=True)
    return HttpResponseRedirect(f"{page.get_url(request)}?sent#contact-status")


def _render_rate_limit(request: HttpRequest, page: ContactPage, form: ContactForm, token: str) -> HttpResponse:
    seconds = seconds_left(limit_of(get_client_ip(request)))
    form.add_error(None, RATE_LIMITED.format(minutes=max(2, -(-seconds // 60))))
    response = _render_page(request, page, form=form, token=token, status=429)
    response["Retry-After"] = str(seconds)
    return response


def _render_page(request: HttpRequest, page: ContactPage, *, status: int = 200, **context: object) -> HttpResponse:
    """Render the page; for htmx, after a POST, only the partial of the same template that changes."""
    template = page.get_template(request)
    if _wants_partial(request):
        template += "#contact"
    return TemplateResponse(request, template, page.get_context(request) | context, status=status).render()


def _wants_partial(request: HttpRequest) -> bool:
    return request.method == "POST" and bool(getattr(request, "htmx", False))
