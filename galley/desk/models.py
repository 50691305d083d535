"""What the desk stores: which pages are templates."""

from django.db import models
from wagtail.models import Page


class PageTemplate(models.Model):
    """Marks a page from which others are started."""

    page = models.OneToOneField(Page, on_delete=models.CASCADE, primary_key=True, related_name="template_mark")

    wagtail_reference_index_ignore = True

    def __str__(self) -> str:
        return str(self.page)
