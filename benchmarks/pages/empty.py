"""A Django project with one async view and no middleware: what a request costs at the least.

`uvicorn benchmarks.pages.empty:application` runs it. Its CPU time for a request is the unit of the others.
"""

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path


async def empty(request: HttpRequest) -> HttpResponse:
    """Answer with nothing."""
    return HttpResponse()


urlpatterns = [path("", empty)]

if not settings.configured:
    settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="for-nothing", MIDDLEWARE=[])  # noqa: S106

application = get_asgi_application()
