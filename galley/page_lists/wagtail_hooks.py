"""Where the lists enter Wagtail's admin: one for each page type with a `write_label`."""

from django.utils.text import capfirst
from wagtail import hooks
from wagtail.models import get_page_models

from galley.page_lists.views import PageListViewSet

# Wagtail's entry for all pages has 100.
MENU_ORDER = 110

LISTS = [
    PageListViewSet(
        f"{model._meta.model_name}-list",
        model=model,
        icon="doc-full",
        menu_label=capfirst(model._meta.verbose_name_plural),
        menu_order=MENU_ORDER,
    )
    for model in get_page_models()
    if getattr(model, "write_label", "")
]


@hooks.register("register_admin_viewset")
def add_lists() -> list[PageListViewSet]:
    """Return the lists."""
    return LISTS


# Wagtail's viewsets enter the menu when the addresses are read, which may be after the menu was made.
for viewset in LISTS:
    hooks.register("register_admin_menu_item", viewset.get_menu_item)
