"""Editors manage the skills of projects, as they manage what groups posts."""

from django.db import migrations, models


def let_editors_manage_skills(apps, schema_editor):
    """Let those who may change categories change skills too. Django makes permissions only later."""
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="portfolio", model="skill"
    )
    for action in ("add", "change", "delete", "view"):
        permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
            content_type=content_type, codename=f"{action}_skill", defaults={"name": f"Can {action} skill"}
        )
        for group in apps.get_model("auth", "Group").objects.filter(
            permissions__content_type__app_label="blog", permissions__codename=f"{action}_category"
        ):
            group.permissions.add(permission)


class Migration(migrations.Migration):

    dependencies = [
        ('portfolio', '0006_newsletters'),
        ('home', '0005_roles'),
    ]

    why_compatible = {
        'Raw Python operation': 'It gives permissions only. The release before asks for none of them.',
    }

    operations = [
        migrations.AlterModelOptions(
            name='skill',
            options={'ordering': ['name'], 'verbose_name': 'skill'},
        ),
        migrations.AlterField(
            model_name='skill',
            name='name',
            field=models.CharField(error_messages={'unique': 'There is a tag with this name already. To make one of two, merge them.'}, help_text='As visitors read it.', max_length=100, unique=True),
        ),
        migrations.AlterField(
            model_name='skill',
            name='slug',
            field=models.SlugField(allow_unicode=True, blank=True, error_messages={'unique': 'This slug is in use already, and an address leads to one place. Write another one.'}, help_text='The name in addresses: small letters, digits and hyphens. Leave empty to make it from the name. If you change it, the old address leads to the new one.', max_length=100, unique=True),
        ),
        migrations.RunPython(let_editors_manage_skills, migrations.RunPython.noop),
    ]
