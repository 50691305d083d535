"""Three roles come with the site: authors, editors and chief editors. An administrator may change them afterwards."""

from django.db import migrations

AUTHORS, EDITORS, CHIEF_EDITORS = "Authors", "Editors", "Chief editors"
MAY_EDIT_TERMS = [
    f"blog.{action}_{model}" for model in ("author", "category", "series") for action in ("add", "change", "delete", "view")
]
MAY_EDIT_REDIRECTS = [f"wagtailredirects.{action}_redirect" for action in ("add", "change", "delete", "view")]
MAY_MANAGE_PEOPLE = [f"auth.{action}_user" for action in ("add", "change", "delete", "view")]

PERMISSIONS = {
    AUTHORS: ["wagtailadmin.access_admin"],
    EDITORS: [*MAY_EDIT_TERMS, *MAY_EDIT_REDIRECTS],
    CHIEF_EDITORS: [*MAY_EDIT_TERMS, *MAY_EDIT_REDIRECTS, *MAY_MANAGE_PEOPLE, "home.change_sitesettings"],
}
# Who may add pages may change their own, as drafts.
ON_PAGES = {
    AUTHORS: ["add_page"],
    EDITORS: ["publish_page", "lock_page", "unlock_page"],
    CHIEF_EDITORS: ["bulk_delete_page"],
}
ON_FILES = {AUTHORS: ["wagtailimages.add_image", "wagtailimages.choose_image", "wagtaildocs.add_document", "wagtaildocs.choose_document"]}


def create_roles(apps, schema_editor):
    """Rename Wagtail's moderators, and give each role its permissions."""
    groups = apps.get_model("auth", "Group").objects
    if not groups.filter(name=CHIEF_EDITORS).exists():
        groups.filter(name="Moderators").update(name=CHIEF_EDITORS)
    root = apps.get_model("wagtailcore", "Page").objects.filter(depth=1).first()
    collection = apps.get_model("wagtailcore", "Collection").objects.filter(depth=1).first()
    for name, permissions in PERMISSIONS.items():
        group, _ = groups.get_or_create(name=name)
        group.permissions.add(*(get_permission(apps, *named.split(".")) for named in permissions))
        for codename in ON_PAGES[name]:
            apps.get_model("wagtailcore", "GroupPagePermission").objects.get_or_create(
                group=group, page=root, permission=get_permission(apps, "wagtailcore", codename)
            )
        for named in ON_FILES.get(name, ()):
            apps.get_model("wagtailcore", "GroupCollectionPermission").objects.get_or_create(
                group=group, collection=collection, permission=get_permission(apps, *named.split("."))
            )
    let_editors_review(apps)


def let_editors_review(apps):
    """Let Wagtail's first workflow, if nobody has changed it, be one of all editors."""
    tasks = apps.get_model("wagtailcore", "GroupApprovalTask").objects.filter(name="Moderators approval")
    for task in tasks:
        task.groups.add(apps.get_model("auth", "Group").objects.get(name=EDITORS))
        apps.get_model("wagtailcore", "Task").objects.filter(pk=task.pk).update(name="Review")
    apps.get_model("wagtailcore", "Workflow").objects.filter(name="Moderators approval").update(name="Review")


def get_permission(apps, app_label, codename):
    """Return the permission. Django makes them only after all migrations, so that it may have to be made here."""
    action, model = codename.rsplit("_", 1)
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label=app_label, model=model
    )
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type, codename=codename, defaults={"name": f"Can {action.replace('_', ' ')} {model}"}
    )
    return permission


class Migration(migrations.Migration):
    dependencies = [
        ("home", "0004_security_contact"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtaildocs", "0011_add_choose_permissions"),
        ("wagtailimages", "0024_index_image_file_hash"),
        # It gives the messages to Wagtail's groups by their first names.
        ("forms", "0002_editors_handle_messages"),
    ]

    operations = [migrations.RunPython(create_roles, migrations.RunPython.noop)]
