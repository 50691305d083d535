"""The contact page."""

from home.base_page import BasePage, BodyMixin, IntroductionMixin


class ContactPage(IntroductionMixin, BodyMixin, BasePage):
    """A page with the contact form."""

    content_panels = [*BasePage.content_panels, *IntroductionMixin.introduction_panels, *BodyMixin.body_panels]
    search_fields = [*BasePage.search_fields, *BodyMixin.body_search_fields]
    subpage_types: list[str] = []
    page_description = "A page with a form through which visitors write to you."

    class Meta:
        verbose_name = "contact page"
