"""Tags of posts get a table of their own, with descriptions; categories and series get an order."""

import django.db.models.deletion
import modelcluster.contrib.taggit
import modelsearch.index
from django.core.management.color import no_style
from django.db import migrations, models

MAY_EDIT_TAGS = [f"{action}_tag" for action in ("add", "change", "delete", "view")]


def copy_tags(apps, schema_editor):
    """Copy taggit's tags with their ids, which drafts name too. Those of pictures alone can't be told from others."""
    Tag = apps.get_model("blog", "Tag")
    rows = apps.get_model("taggit", "Tag").objects.values("id", "name", "slug")
    Tag.objects.bulk_create([Tag(**row) for row in rows.iterator()], batch_size=500)
    for statement in schema_editor.connection.ops.sequence_reset_sql(no_style(), [Tag]):
        schema_editor.execute(statement)


def number_terms(apps, schema_editor):
    """Put categories and series in the order of their names, which was theirs so far."""
    for name in ("Category", "Series"):
        for place, term in enumerate(apps.get_model("blog", name).objects.order_by("name")):
            term.sort_order = place
            term.save(update_fields=["sort_order"])


def let_editors_manage_tags(apps, schema_editor):
    """Let those who come with the right to change categories change tags too. Django makes permissions only later."""
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label="blog", model="tag")
    Permission = apps.get_model("auth", "Permission")
    for codename in MAY_EDIT_TAGS:
        permission, _ = Permission.objects.get_or_create(
            content_type=content_type, codename=codename, defaults={"name": f"Can {codename.replace('_', ' ')}"}
        )
        for group in apps.get_model("auth", "Group").objects.filter(
            permissions__content_type__app_label="blog", permissions__codename=codename.replace("tag", "category")
        ):
            group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("blog", "0005_date_of_going_live"),
        ("home", "0005_roles"),
        ("taggit", "0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx"),
    ]

    operations = [
        migrations.CreateModel(
            name='Tag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('description', models.TextField(blank=True, help_text='A sentence for visitors on what belongs here.', max_length=600)),
                ('name', models.CharField(error_messages={'unique': 'There is a tag with this name already. To make one of two, merge them.'}, help_text='As visitors read it.', max_length=100, unique=True)),
                ('slug', models.SlugField(allow_unicode=True, blank=True, error_messages={'unique': 'This slug is in use already, and an address leads to one place. Write another one.'}, help_text='The name in addresses: small letters, digits and hyphens. Leave empty to make it from the name. If you change it, the old address leads to the new one.', max_length=100, unique=True)),
            ],
            options={
                'verbose_name': 'tag',
                'ordering': ['name'],
                'abstract': False,
            },
            bases=(modelsearch.index.Indexed, models.Model),
        ),
        migrations.RunPython(copy_tags, migrations.RunPython.noop),
        migrations.AlterModelOptions(
            name='category',
            options={'ordering': ['sort_order', 'name'], 'verbose_name_plural': 'categories'},
        ),
        migrations.AlterModelOptions(
            name='series',
            options={'ordering': ['sort_order', 'name'], 'verbose_name_plural': 'series'},
        ),
        migrations.AddField(
            model_name='category',
            name='sort_order',
            field=models.IntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='series',
            name='sort_order',
            field=models.IntegerField(blank=True, editable=False, null=True),
        ),
        migrations.RunPython(number_terms, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='author',
            name='slug',
            field=models.SlugField(blank=True, error_messages={'unique': 'This slug is in use already, and an address leads to one place. Write another one.'}, help_text='The name in addresses: small letters, digits and hyphens. Leave empty to make it from the name. If you change it, the old address leads to the new one.', max_length=120, unique=True),
        ),
        migrations.AlterField(
            model_name='category',
            name='slug',
            field=models.SlugField(blank=True, error_messages={'unique': 'This slug is in use already, and an address leads to one place. Write another one.'}, help_text='The name in addresses: small letters, digits and hyphens. Leave empty to make it from the name. If you change it, the old address leads to the new one.', max_length=120, unique=True),
        ),
        migrations.AlterField(
            model_name='series',
            name='slug',
            field=models.SlugField(blank=True, error_messages={'unique': 'This slug is in use already, and an address leads to one place. Write another one.'}, help_text='The name in addresses: small letters, digits and hyphens. Leave empty to make it from the name. If you change it, the old address leads to the new one.', max_length=120, unique=True),
        ),
        migrations.AlterField(
            model_name='blogpostpage',
            name='tags',
            field=modelcluster.contrib.taggit.ClusterTaggableManager(blank=True, help_text='What the post is about. Type a word and press Enter.', through='blog.PostTag', to='blog.Tag', verbose_name='Tags'),
        ),
        migrations.AlterField(
            model_name='posttag',
            name='tag',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s_items', to='blog.tag'),
        ),
        migrations.RunPython(let_editors_manage_tags, migrations.RunPython.noop),
    ]
