"""What templates get from the preview."""

from django.http import HttpRequest


def previews_without_csrf_token(request: HttpRequest) -> dict[str, str]:
    """Leave the CSRF token out of previews: `{% csrf_token %}` writes nothing there.

    A preview goes to screens of people who have no session here, and its forms can't be sent. The token would also
    differ in each rendering, and so travel with each key. `NOTPROVIDED` is what Django's own tag takes for 'none'.
    """
    return {"csrf_token": "NOTPROVIDED"} if getattr(request, "is_preview", False) else {}
