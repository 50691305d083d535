"""The same site under WSGI, to compare with: `gunicorn benchmarks.pages.wsgi:application`."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
