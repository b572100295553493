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
        ops.RunSQL(
            """CREATE INDEX "ix_run_unfinished" ON "calendar_sync_history" ("sync_config_id")
            WHERE "state" IN ('queued', 'running')""",
            'DROP INDEX "ix_run_unfinished"',
        ),
    ]
