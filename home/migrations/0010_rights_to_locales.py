"""Chief editors may add a language, once the settings of the site allow several."""

from importlib import import_module

from django.db import migrations

roles = import_module("home.migrations.0005_roles")


def let_chief_editors_add_locales(apps, schema_editor):
    """Give the role its permissions, if the site still has it."""
    group = apps.get_model("auth", "Group").objects.filter(name=roles.CHIEF_EDITORS).first()
    if group:
        names = ("add_locale", "change_locale", "delete_locale")
        group.permissions.add(*(roles.get_permission(apps, "wagtailcore", name) for name in names))


class Migration(migrations.Migration):
    dependencies = [("home", "0009_embeds_and_links")]

    operations = [migrations.RunPython(let_chief_editors_add_locales, migrations.RunPython.noop)]
