from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0007_many_processes")]

    initial = False

    operations = [
        ops.AddIndex(model_name="CalendarLink", index=Index(fields=["sync_config_id"])),
        ops.AddIndex(model_name="CalendarSyncConflict", index=Index(fields=["appointment_id"])),
        ops.AddIndex(model_name="CalendarSyncChoice", index=Index(fields=["appointment_id"])),
        ops.AddIndex(model_name="SyncOperation", index=Index(fields=["at"])),
        ops.AddIndex(model_name="SyncPlanStep", index=Index(fields=["at"])),
        ops.AddIndex(model_name="CalendarSyncHistory", index=Index(fields=["completed_at"])),
        ops.RunSQL(
            """CREATE INDEX "ix_mapping_closed" ON "calendar_sync_mappings" ("closed_at")
            WHERE "closed_at" IS NOT NULL""",
            'DROP INDEX "ix_mapping_closed"',
        ),
        ops.RunSQL(
            """CREATE INDEX "ix_conflict_closed" ON "calendar_sync_conflicts" ("closed_at")
            WHERE "closed_at" IS NOT NULL""",
            'DROP INDEX "ix_conflict_closed"',
        ),
        ops.RunSQL(
            """CREATE INDEX "ix_run_unfinished" ON "calendar_sync_history" ("sync_config_id")
            WHERE "state" IN ('queued', 'running')""",
            'DROP INDEX "ix_run_unfinished"',
        ),
    ]
