from collections.abc import Iterator

from tortoise import migrations
from tortoise.migrations import operations as ops

_MADE = {
    "ix_link_of_calendar": '"calendar_links" ("sync_config_id")',
    "ix_conflict_of_appointment": '"calendar_sync_conflicts" ("appointment_id")',
    "ix_conflict_closed": '"calendar_sync_conflicts" ("closed_at") WHERE "closed_at" IS NOT NULL',
    "ix_choice_of_appointment": '"calendar_sync_choices" ("appointment_id")',
    "ix_operation_at": '"sync_operations" ("at")',
    "ix_plan_step_at": '"sync_plan_steps" ("at")',
    "ix_run_completed": '"calendar_sync_history" ("completed_at")',
    "ix_run_unfinished": '"calendar_sync_history" ("sync_config_id") WHERE "state" IN (\'queued\', \'running\')',
    "ix_mapping_closed": '"calendar_sync_mappings" ("closed_at") WHERE "closed_at" IS NOT NULL',
}


def _indexes() -> Iterator[ops.Operation]:
    for name, where in _MADE.items():
        yield ops.RunSQL(f'CREATE INDEX IF NOT EXISTS "{name}" ON {where}', f'DROP INDEX IF EXISTS "{name}"')


class Migration(migrations.Migration):
    dependencies = [("models", "0007_many_processes")]

    initial = False

    # Each by itself: all in one transaction would lock many tables, in another order than runs do.
    atomic = False

    operations = list(_indexes())
