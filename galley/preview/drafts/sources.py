"""What is being edited, a page that is saved or one that isn't yet, and who may edit it.

Rights are looked up afresh each time: they are taken away while sockets are open.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest
from wagtail.models import Page


class SourceGone(Exception):
    """The page, its type or its parent doesn't exist (any more)."""


@dataclass(frozen=True)
class SavedPage:
    """A page with an id, edited from its latest revision on."""

    page_id: int

    def load(self) -> tuple[Page, Page]:
        """Return the page as its latest revision has it, and its parent. Raises `SourceGone`."""
        page = Page.objects.select_related("latest_revision").filter(pk=self.page_id).first()
        if page is None or page.is_root():
            raise SourceGone
        return page.get_latest_revision_as_object(), page.get_parent().specific

    def may_edit(self, user: AbstractBaseUser) -> bool:
        """Whether `user` may edit the page now: it exists, they have the permission, and it isn't locked for them."""
        page = Page.objects.filter(pk=self.page_id).first()
        if page is None:
            return False
        permissions = page.permissions_for_user(user)
        return bool(permissions.can_edit() and not permissions.page_locked())


@dataclass(frozen=True)
class NewPage:
    """A page that is being created: its type, and the page under which it will stand."""

    app_label: str
    model_name: str
    parent_id: int

    def page_class(self) -> type[Page]:
        """Return the page type. Raises `SourceGone` if there is none of that name."""
        try:
            model = apps.get_model(self.app_label, self.model_name)
        except LookupError as error:
            raise SourceGone from error
        if not issubclass(model, Page):
            raise SourceGone
        return model

    def load(self) -> tuple[Page, Page]:
        """Return an unsaved page with a place in the tree that it could have, and its parent. Raises `SourceGone`.

        Follows `wagtail.admin.views.pages.preview.PreviewOnCreateView.get_object`: path and depth let the page's
        methods walk the tree, without a row being written.
        """
        parent = self._parent()
        page = self.page_class()()
        page.depth = parent.depth + 1
        if parent.is_leaf():
            page.path = page._get_path(parent.path, page.depth, 1)
        else:
            page.path = parent.get_last_child()._inc_path()
        return page, parent

    def may_edit(self, user: AbstractBaseUser) -> bool:
        """Whether `user` may create a page of this type under that parent now."""
        try:
            parent, page_class = self._parent(), self.page_class()
        except SourceGone:
            return False
        return bool(parent.permissions_for_user(user).can_add_subpage() and page_class.can_create_at(parent))

    def became(self, saved: SavedPage) -> bool:
        """Whether `saved` can be this page after its first save: the same type, under the same parent."""
        page: Any = Page.objects.filter(pk=saved.page_id).first()
        if page is None or page.specific_class is not self.page_class():
            return False
        parent = page.get_parent()
        return parent is not None and parent.pk == self.parent_id

    def _parent(self) -> Page:
        parent = Page.objects.filter(pk=self.parent_id).first()
        if parent is None:
            raise SourceGone
        return parent.specific


Source = SavedPage | NewPage


def source_from(parts: tuple[Any, ...]) -> Source:
    """Return the source whose fields are `parts`, as a frame carries them."""
    return SavedPage(*parts) if len(parts) == 1 else NewPage(*parts)


class AccessDenied(Exception):
    """The socket's session has ended, or its user may not edit the page (any more)."""


def require_user(session_key: str | None) -> AbstractBaseUser:
    """Return the user whose login session this is, if they may use the admin.

    `django.contrib.auth.get_user` compares the session with the user's password, so that a log-out, a deactivation
    and a change of password all count. Raises `AccessDenied`.
    """
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = get_user(request)
    if not user.is_authenticated or not user.has_perm("wagtailadmin.access_admin"):
        raise AccessDenied
    return user


def require_editor(session_key: str | None, source: Source) -> AbstractBaseUser:
    """Return the user whose login session this is, if they may edit `source` now. Raises `AccessDenied`."""
    user = require_user(session_key)
    if not source.may_edit(user):
        raise AccessDenied
    return user
