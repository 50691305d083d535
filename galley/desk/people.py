"""Chief editors manage people. Nobody gives away more than they may do themselves, or changes who may do more."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import HiddenInput, ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext as _
from wagtail.users.views.users import CreateView, EditView, UserViewSet


def groups_to_give(user: Any) -> QuerySet[Group]:
    """Return the groups that `user` may put others into: without any permission that `user` hasn't."""
    if user.is_superuser:
        return Group.objects.all()
    return Group.objects.exclude(permissions__in=Permission.objects.exclude(group__user=user))


def check_may_manage(user: Any, other: Any) -> None:
    """Raise PermissionDenied if `other` may do more than `user`."""
    too_high = other.groups.exclude(pk__in=groups_to_give(user).values("pk"))
    if not user.is_superuser and (other.is_superuser or too_high.exists()):
        raise PermissionDenied(_("Only an administrator can change this person."))


class _LimitedChoices:
    """For views with a form: the user can't make administrators, and gives only groups that they may give."""

    request: HttpRequest

    def get_form(self, *args: Any, **kwargs: Any) -> ModelForm:
        form: ModelForm = super().get_form(*args, **kwargs)  # type: ignore[misc]
        if "is_superuser" in form.fields and not self.request.user.is_superuser:
            # Wagtail's template needs the field. Disabled, it takes no value.
            is_superuser = form.fields["is_superuser"]
            is_superuser.disabled, is_superuser.widget = True, HiddenInput()
            is_superuser.label = is_superuser.help_text = ""
        form.fields["groups"].queryset = groups_to_give(self.request.user)  # type: ignore[attr-defined]
        return form


class PersonCreateView(_LimitedChoices, CreateView):
    """Wagtail's view with limited choices."""


class PersonEditView(_LimitedChoices, EditView):
    """Wagtail's view with limited choices."""


class PeopleViewSet(UserViewSet):
    """Wagtail's views, for chief editors too."""

    add_view_class = PersonCreateView
    edit_view_class = PersonEditView


def refuse_higher_person(request: HttpRequest, person: Any) -> None:
    """Let nobody change or delete a person who may do more."""
    check_may_manage(request.user, person)


def refuse_higher_people(request: HttpRequest, action_type: str, objects: list[Any], action: Any) -> None:
    """Apply the same rule to bulk actions, and to the group that one of them gives."""
    if action.model is not get_user_model():
        return
    for person in objects:
        check_may_manage(request.user, person)
    role = action.cleaned_form.cleaned_data.get("role") if getattr(action, "cleaned_form", None) else None
    if role and not groups_to_give(request.user).filter(pk=role.pk).exists():
        raise PermissionDenied(_("Only an administrator can give this role."))
