"""Migrations leave the release before able to work: it runs on during an upgrade (`docs/upgrading.md`)."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models
from django.db.migrations import (
    AddConstraint,
    AddField,
    AlterField,
    CreateModel,
    DeleteModel,
    RemoveField,
    RenameField,
    RenameModel,
)
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.operations import SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from tests.running_site import PROJECT

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
}


def find_faults(migration: Migration, before: ProjectState) -> Iterator[str]:
    """Yield in words what the release before would notice. `before` is the state without the migration."""
    state = before.clone()
    made: set[str] = set()
    for operation in migration.operations:
        if isinstance(operation, SeparateDatabaseAndState):
            # What is only forgotten stays in the database.
            faults = [find_fault(one, state, migration.app_label, made) for one in operation.database_operations]
            yield from (f"{migration}: {fault}" for fault in faults if fault)
        elif fault := find_fault(operation, state, migration.app_label, made):
            yield f"{migration}: {operation.describe()}: {fault}"
        operation.state_forwards(migration.app_label, state)
        made |= {model.name_lower for key, model in state.models.items() if key not in before.models}


def find_fault(operation: Operation, state: ProjectState, app_label: str, made: set[str]) -> str | None:
    """Return what the release before would notice of one operation; None if nothing. Tables in `made` are new to it."""
    if isinstance(operation, DeleteModel | RemoveField | RenameField | RenameModel):
        return "the release before still uses that name. Stop using it now, and remove it in a later release."
    if getattr(operation, "model_name_lower", None) in made:
        return None
    if isinstance(operation, AddConstraint):
        return "the release before may write rows that break it."
    if isinstance(operation, AddField) and is_needed(operation.field):
        return "the release before writes rows without it. It needs null=True or a db_default."
    if isinstance(operation, AlterField):
        former = state.models[app_label, operation.model_name_lower].fields[operation.name_lower]
        if (former.null and not operation.field.null) or (operation.field.unique and not former.unique):
            return "the release before may write what isn't allowed any more."
        if former.get_internal_type() != operation.field.get_internal_type():
            return "the release before expects the former type."
    return None


def is_needed(field: models.Field) -> bool:
    """Return whether the database refuses a row without this field."""
    return not (field.null or field.many_to_many or field.db_default is not models.NOT_PROVIDED)


def own_migrations() -> list[Migration]:
    own = {config.label for config in apps.get_app_configs() if (PROJECT / config.name.split(".")[0]).is_dir()}
    loader = MigrationLoader(None)
    return [
        migration
        for (label, name), migration in sorted(loader.disk_migrations.items())
        if label in own and name > BEFORE_THE_RULE.get(label, "")
    ]


def test_new_migrations_expand() -> None:
    loader = MigrationLoader(None)
    faults = []
    for migration in own_migrations():
        before = loader.project_state([key for key in migration.dependencies if key[1] != "__first__"])
        faults += list(find_faults(migration, before))
    assert faults == []


LATER = models.CharField(max_length=9)


@pytest.mark.parametrize(
    ("operation", "is_fault"),
    [
        (AddField("Note", "later", LATER), True),
        (AddField("Note", "later", models.CharField(max_length=9, db_default="")), False),
        (AddField("Note", "later", models.CharField(max_length=9, null=True)), False),
        (RemoveField("Note", "text"), True),
        (RenameField("Note", "text", "words"), True),
        (DeleteModel("Note"), True),
        (RenameModel("Note", "Remark"), True),
        (AlterField("Note", "text", models.CharField(max_length=99, null=True)), False),
        (AlterField("Note", "text", models.CharField(max_length=9, null=True, unique=True)), True),
        (AlterField("Note", "text", models.CharField(max_length=9)), True),
        (AlterField("Note", "text", models.IntegerField(null=True)), True),
        (AddConstraint("Note", models.UniqueConstraint(fields=["text"], name="one")), True),
    ],
    ids=lambda value: value.describe() if isinstance(value, Operation) else "",
)
def test_what_the_release_before_would_notice(operation: Operation, is_fault: bool) -> None:
    before = ProjectState()
    fields = [("id", models.AutoField(primary_key=True)), ("text", models.CharField(max_length=9, null=True))]
    migrations_of_notes = Migration("0001_initial", "notes")
    migrations_of_notes.operations = [CreateModel("Note", fields)]
    before = migrations_of_notes.mutate_state(before)
    second = Migration("0002_second", "notes")
    second.operations = [operation]
    assert bool(list(find_faults(second, before))) is is_fault
