"""Migrations leave the release before able to work: it runs on during an upgrade (`docs/upgrading.md`)."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import models
from django.db.migrations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterField,
    AlterIndexTogether,
    AlterModelManagers,
    AlterModelOptions,
    AlterModelTable,
    AlterModelTableComment,
    AlterOrderWithRespectTo,
    AlterUniqueTogether,
    CreateModel,
    DeleteModel,
    RemoveConstraint,
    RemoveField,
    RemoveIndex,
    RenameField,
    RenameIndex,
    RenameModel,
    RunPython,
    RunSQL,
)
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.operations import SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

# The newest migration of each app when the rule came. Older ones are on every site already.
BEFORE_THE_RULE = {
    "bin": "0001_initial",
    "blog": "0010_newsletters",
    "calendar": "0001_initial",
    "changes": "0001_initial",
    "desk": "0001_page_templates",
    "embeds": "0001_what_other_sites_say",
    "forms": "0007_newsletters",
    "history": "0003_unsaved_form_key",
    "home": "0012_statistics",
    "page_lists": "0002_read_existing_pages",
    "portfolio": "0006_newsletters",
    "preview": "0001_initial",
    "reports": "0001_initial",
    "search": "0002_words",
    "statistics": "0001_statistics",
    "transfer": "0001_initial",
    # Of packages: a change of `uv.lock` may bring newer ones.
    "account": "0009_emailaddress_unique_primary_email",
    "auth": "0012_alter_user_first_name_max_length",
    "contenttypes": "0002_remove_content_type_name",
    "django_tasks_database": "0021_conditional_partial_index_ordering",
    "mfa": "0003_authenticator_type_uniq",
    "sessions": "0001_initial",
    "socialaccount": "0006_alter_socialaccount_extra_data",
    "taggit": "0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx",
    "usersessions": "0001_initial",
    "wagtailadmin": "0006_formstate",
    "wagtailcore": "0098_apitoken",
    "wagtaildocs": "0014_alter_document_file_size",
    "wagtailimages": "0027_image_description",
    "wagtailredirects": "0008_add_verbose_name_plural",
    "wagtailsearch": "0010_add_text_fields",
    "wagtailusers": "0015_userprofile_keyboard_shortcuts",
}
# As `why_compatible` in a migration of one's own: by migration, its operations and why the release before doesn't
# notice them.
OF_PACKAGES: dict[str, dict[str, str]] = {}

# What the release before neither reads nor writes. Whatever isn't here, or looked at below, is a fault without a note.
HARMLESS = (
    CreateModel,
    AlterModelManagers,
    AlterModelOptions,
    AlterModelTableComment,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    RemoveIndex,
    RenameIndex,
    RemoveConstraint,
)
# Options of fields of which the database knows nothing.
IN_PYTHON = {
    "verbose_name",
    "help_text",
    "choices",
    "default",
    "blank",
    "validators",
    "editable",
    "error_messages",
    "related_name",
    "related_query_name",
    "limit_choices_to",
    "on_delete",
    "upload_to",
    "storage",
    "width_field",
    "height_field",
    "allow_unicode",
    "block_lookup",
    "auto_now",
    "auto_now_add",
    "db_comment",
}


def find_faults(migration: Migration, before: ProjectState) -> Iterator[str]:
    """Yield in words what the release before would notice. `before` is the state without the migration."""
    state = before.clone()
    made: set[str] = set()
    notes = getattr(migration, "why_compatible", {}) | OF_PACKAGES.get(str(migration), {})
    faults: dict[str, str] = {}
    for operation in migration.operations:
        # What is only forgotten stays in the database.
        is_split = isinstance(operation, SeparateDatabaseAndState)
        for one in operation.database_operations if is_split else [operation]:
            if fault := find_fault(one, state, migration.app_label, made):
                faults[one.describe()] = fault
        operation.state_forwards(migration.app_label, state)
        made |= {model.name_lower for key, model in state.models.items() if key not in before.models}
    yield from (f"{migration}: {operation}: {fault}" for operation, fault in faults.items() if not notes.get(operation))
    yield from (f"{migration}: {operation}: needs no note" for operation in notes.keys() - faults.keys())


def find_fault(operation: Operation, state: ProjectState, app_label: str, made: set[str]) -> str | None:
    """Return what the release before would notice of one operation; None if nothing. Tables in `made` are new to it."""
    if isinstance(operation, DeleteModel | RemoveField | RenameField | RenameModel | AlterModelTable):
        return "the release before still uses that name. Stop using it now, and remove it in a later release."
    model = getattr(operation, "model_name_lower", None) or getattr(operation, "name_lower", None)
    if isinstance(operation, HARMLESS) or model in made:
        return None
    if isinstance(operation, AddField):
        return find_fault_of_new(operation.field)
    if isinstance(operation, AlterField):
        return find_change(
            state.models[app_label, operation.model_name_lower].fields[operation.name_lower], operation.field
        )
    if isinstance(operation, AlterUniqueTogether | AlterIndexTogether):
        former = state.models[app_label, operation.name_lower].options.get(operation.option_name, ())
        is_new = {tuple(one) for one in operation.option_value or ()} - {tuple(one) for one in former}
        return "the release before may write rows that break it, or wait for its index." if is_new else None
    if isinstance(operation, AddConstraint):
        return "the release before may write rows that break it."
    if isinstance(operation, AddIndex):
        return "while it is built, the release before waits to write, with a large table for long."
    return "only a person can say what the release before notices."


def find_fault_of_new(field: models.Field) -> str | None:
    """Return what the release before, which doesn't know the field, would notice of it."""
    if field.many_to_many:
        return None
    if not field.null and field.db_default is models.NOT_PROVIDED:
        return "the release before writes rows without it. It needs null=True or a db_default."
    if field.unique:
        return "the release before writes rows without it, or finds rows that were made for others by a default."
    return None


def find_change(former: models.Field, field: models.Field) -> str | None:
    """Return what the release before, which knows the former field, would notice."""
    if former.get_internal_type() != field.get_internal_type():
        return "the release before expects the former type."
    before, after = former.deconstruct()[3], field.deconstruct()[3]
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)} - IN_PYTHON
    # What is allowed now and wasn't before.
    changed -= {name for name in ("unique", "db_index") if not after.get(name)}
    changed -= {"null"} if after.get("null") else set()
    changed -= {"max_length"} if _is_longer(before.get("max_length"), after.get("max_length")) else set()
    changed -= {"db_default"} if "db_default" not in before else set()
    if changed:
        return f"the release before may write or expect what isn't allowed any more: {', '.join(sorted(changed))}."
    return None


def _is_longer(former: int | None, now: int | None) -> bool:
    return now is None or (former is not None and now > former)


def new_migrations() -> list[Migration]:
    """Return those of the site and of its packages that came with the rule or later."""
    return [
        migration
        for (label, name), migration in sorted(MigrationLoader(None).disk_migrations.items())
        if name > BEFORE_THE_RULE.get(label, "")
    ]


def test_new_migrations_expand() -> None:
    loader = MigrationLoader(None)
    faults = []
    for migration in new_migrations():
        before = loader.project_state([key for key in migration.dependencies if key[1] != "__first__"])
        faults += list(find_faults(migration, before))
    assert faults == []


def run_nothing(*arguments: object) -> None:
    pass


LATER = models.CharField(max_length=9)
SHORT = {"max_length": 9, "null": True}
USER = models.OneToOneField("notes.User", models.CASCADE, null=True)
INDEX = models.Index(fields=["text"], name="text")
FAULTS = [
    AddField("Note", "later", LATER),
    AddField("Note", "later", models.CharField(null=True, unique=True, **{"max_length": 9})),
    AddField("Note", "later", models.CharField(max_length=9, db_default="", unique=True)),
    AddField("Note", "user", USER),
    RemoveField("Note", "text"),
    RenameField("Note", "text", "words"),
    DeleteModel("Note"),
    RenameModel("Note", "Remark"),
    AlterModelTable("Note", "remarks"),
    AlterField("Note", "text", models.CharField(unique=True, **SHORT)),
    AlterField("Note", "text", models.CharField(max_length=9)),
    AlterField("Note", "text", models.CharField(max_length=8, null=True)),
    AlterField("Note", "long", models.CharField(max_length=99)),
    AlterField("Note", "text", models.CharField(db_column="words", **SHORT)),
    AlterField("Note", "text", models.CharField(db_index=True, **SHORT)),
    AlterField("Note", "text", models.CharField(db_collation="C", **SHORT)),
    AlterField("Note", "text", models.IntegerField(null=True)),
    AlterField("Note", "kind", models.CharField(max_length=9)),
    AlterField("Note", "price", models.DecimalField(max_digits=5, decimal_places=2)),
    AlterField("Note", "user", models.ForeignKey("notes.Note", models.CASCADE)),
    AddConstraint("Note", models.UniqueConstraint(fields=["text"], name="one")),
    AlterUniqueTogether("Note", {("text", "long"), ("text", "kind")}),
    AlterIndexTogether("Note", {("text", "kind")}),
    AlterOrderWithRespectTo("Note", "user"),
    AddIndex("Note", INDEX),
    RunSQL("ALTER TABLE notes_note DROP COLUMN text"),
    RunPython(run_nothing),
    SeparateDatabaseAndState([RunSQL("DROP TABLE notes_note")], []),
    SeparateDatabaseAndState([RemoveField("Note", "text")], [RemoveField("Note", "text")]),
]
NO_FAULTS = [
    AddField("Note", "later", models.CharField(max_length=9, db_default="")),
    AddField("Note", "later", models.CharField(max_length=9, null=True)),
    AddField("Note", "later", models.ManyToManyField("notes.User")),
    AlterField("Note", "text", models.CharField(max_length=99, null=True, help_text="As visitors read it.")),
    AlterField("Note", "kind", models.CharField(max_length=9, db_default="a", null=True)),
    AlterField("Note", "unique", models.CharField(max_length=9)),
    AlterField("Note", "user", models.ForeignKey("notes.User", models.PROTECT, related_name="notes")),
    AlterModelOptions("Note", {"ordering": ["text"]}),
    AlterUniqueTogether("Note", {("text", "long")}),
    AlterUniqueTogether("Note", set()),
    AddIndexConcurrently("Note", INDEX),
    CreateModel("Other", [("id", models.AutoField(primary_key=True)), ("user", USER.clone())]),
    SeparateDatabaseAndState([], [RemoveField("Note", "text")]),
]


def faults_of(operations: list[Operation], **attributes: Any) -> list[str]:
    first = Migration("0001_initial", "notes")
    fields = [
        ("id", models.AutoField(primary_key=True)),
        ("text", models.CharField(**SHORT)),
        ("long", models.CharField(max_length=100)),
        ("kind", models.CharField(max_length=9, db_default="a")),
        ("unique", models.CharField(max_length=9, unique=True)),
        ("price", models.DecimalField(max_digits=9, decimal_places=2)),
        ("user", models.ForeignKey("notes.User", models.CASCADE)),
    ]
    first.operations = [
        CreateModel("User", [("id", models.AutoField(primary_key=True))]),
        CreateModel("Note", fields, {"unique_together": {("text", "long")}}),
    ]
    second = Migration("0002_second", "notes")
    second.operations = operations
    vars(second).update(attributes)
    return list(find_faults(second, first.mutate_state(ProjectState())))


def name_case(operation: Operation) -> str:
    return operation.describe()


@pytest.mark.parametrize("operation", FAULTS, ids=name_case)
def test_what_the_release_before_would_notice(operation: Operation) -> None:
    assert len(faults_of([operation])) == 1


@pytest.mark.parametrize("operation", NO_FAULTS, ids=name_case)
def test_what_it_would_not(operation: Operation) -> None:
    assert faults_of([operation]) == []


def test_a_table_that_it_does_not_know_may_be_anything() -> None:
    made = CreateModel("Other", [("id", models.AutoField(primary_key=True))])
    assert faults_of([made, AddField("Other", "later", LATER), AlterUniqueTogether("Other", {("id", "later")})]) == []


def test_a_note_says_why_it_does_no_harm() -> None:
    """One note for each operation, and none for what needs none."""
    operations = [RunPython(run_nothing), RunSQL("SELECT 1")]
    python, sql = ("Raw Python operation", "Raw SQL operation")
    assert faults_of(operations, why_compatible={python: "It fills the new column.", sql: "It asks only."}) == []
    [fault] = faults_of(operations, why_compatible={python: "It fills the new column.", sql: ""})
    assert fault.startswith(f"notes.0002_second: {sql}: only a person")
    [fault] = faults_of([], why_compatible={python: "It fills the new column."})
    assert fault == f"notes.0002_second: {python}: needs no note"
