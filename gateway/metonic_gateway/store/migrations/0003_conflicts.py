from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("models", "0002_platform")]

    initial = False

    operations = [
        ops.CreateModel(
            name="SyncPlanStep",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "run",
                    fields.ForeignKeyField(
                        "models.CalendarSyncHistory",
                        source_field="run_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="plan_steps",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("starts_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("mapping_id", fields.UUIDField(null=True)),
                ("appointment_id", fields.UUIDField(null=True)),
                ("external_event_id", fields.TextField(null=True, unique=False)),
                ("side", fields.CharField(max_length=10)),
                ("operation", fields.CharField(max_length=10)),
                ("reason", fields.CharField(max_length=40)),
                (
                    "field_groups",
                    fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
                ),
                (
                    "before",
                    fields.JSONField(
                        null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                (
                    "after",
                    fields.JSONField(
                        null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("held_because", fields.CharField(null=True, max_length=40)),
                ("fingerprint", fields.TextField(null=True, unique=False)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "sync_plan_steps",
                "app": "models",
                "indexes": [Index(fields=["run_id", "starts_at", "id"]), Index(fields=["mapping_id"])],
                "pk_attr": "id",
                "table_description": "What a held run or a preview would do: one item of its plan.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="OAuthState",
            fields=[
                ("id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "models.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("provider", fields.CharField(max_length=20)),
                ("page", fields.TextField(unique=False)),
                ("sealed", fields.TextField(unique=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "oauth_states",
                "app": "models",
                "indexes": [Index(fields=["expires_at"])],
                "pk_attr": "id",
                "table_description": "A sign-in that began at a provider's page. id is the hash of its state, page where it goes on.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Appointment",
            name="edited_at",
            field=fields.JSONField(
                null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
            ),
        ),
        ops.AddField(
            model_name="CalendarLink",
            name="cursor_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="CalendarLink",
            name="is_leaving",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="CalendarLink",
            name="leave_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="CalendarLink",
            name="leave_attempts",
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name="CalendarLink",
            name="leave_problem",
            field=fields.JSONField(
                null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
            ),
        ),
        ops.AddField(
            model_name="CalendarLink",
            name="is_suspect",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="CalendarSyncConfig",
            name="keeps_copies",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="CalendarSyncConfig",
            name="renewing_until",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="CalendarSyncConfig",
            name="forward_imported",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AlterModelOptions(
            name="CalendarSyncConflict",
            options={
                "table": "calendar_sync_conflicts",
                "app": "models",
                "indexes": [
                    Index(fields=["sync_config_id", "state", "detected_at", "id"]),
                    Index(fields=["mapping_id"]),
                ],
                "pk_attr": "id",
                "table_description": "field_groups collide. Both versions are as they were when it was last shown, which version counts.",
            },
        ),
        ops.AddField(
            model_name="CalendarSyncConflict",
            name="automatic_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="CalendarSyncConflict",
            name="shown_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="CalendarSyncConflict",
            name="external_edited_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="CalendarSyncConflict",
            name="is_automatic",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="CalendarSyncConflict",
            name="local_edited_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="CalendarSyncConflict",
            name="picks",
            field=fields.JSONField(
                null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
            ),
        ),
        ops.AddField(
            model_name="CalendarSyncConflict",
            name="resolution",
            field=fields.CharField(null=True, max_length=20),
        ),
        ops.AddField(
            model_name="CalendarSyncConflict",
            name="resolved_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="CalendarSyncConflict",
            name="resolved_by",
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name="CalendarSyncConflict",
            name="version",
            field=fields.IntField(default=1, db_default=1),
        ),
        ops.AddField(
            model_name="CalendarSyncFilter",
            name="custom_rules",
            field=fields.JSONField(
                null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
            ),
        ),
        ops.AddField(
            model_name="CalendarSyncFilter",
            name="mask_private",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="CalendarSyncHistory",
            name="kind",
            field=fields.CharField(default="sync", db_default="sync", max_length=10),
        ),
        ops.AddField(
            model_name="CalendarSyncHistory",
            name="settings",
            field=fields.JSONField(
                null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
            ),
        ),
        ops.AddField(
            model_name="CalendarSyncHistory",
            name="undo_of",
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name="CalendarSyncHistory",
            name="one_way",
            field=fields.CharField(null=True, max_length=10),
        ),
        ops.AddField(
            model_name="CalendarSyncHistory",
            name="otherwise_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="CalendarSyncHistory",
            name="left_alone",
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name="CalendarSyncMapping",
            name="alike_id",
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name="CalendarSyncMapping",
            name="answer",
            field=fields.CharField(null=True, max_length=10),
        ),
        ops.AddField(
            model_name="CalendarSyncMapping",
            name="fingerprint",
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name="CalendarSyncMapping",
            name="is_commanded",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="CalendarSyncMapping",
            name="refused",
            field=fields.JSONField(
                null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
            ),
        ),
        ops.AddField(
            model_name="CalendarSyncMapping",
            name="is_masked",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="CalendarSyncMapping",
            name="resolution",
            field=fields.JSONField(
                null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
            ),
        ),
        ops.AddField(
            model_name="CalendarSyncMapping",
            name="resolved_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="CalendarSyncMapping",
            name="met_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="CalendarSyncMapping",
            name="quarantined_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="CalendarSyncMapping",
            name="written",
            field=fields.JSONField(
                null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
            ),
        ),
        ops.AlterModelOptions(
            name="SyncOperation",
            options={
                "table": "sync_operations",
                "app": "models",
                "indexes": [Index(fields=["run_id", "at", "id"])],
                "pk_attr": "id",
                "table_description": "The journal: what a run did to one side, what stood there before, and what after.",
            },
        ),
        ops.AddField(
            model_name="SyncOperation",
            name="after",
            field=fields.JSONField(
                null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
            ),
        ),
        ops.AddField(
            model_name="SyncOperation",
            name="said",
            field=fields.JSONField(
                null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
            ),
        ),
        ops.AddField(
            model_name="SyncOperation",
            name="former",
            field=fields.CharField(null=True, max_length=20),
        ),
        ops.AddField(
            model_name="SyncOperation",
            name="counted_in",
            field=fields.UUIDField(null=True),
        ),
        ops.RunSQL(
            """CREATE INDEX "ix_operation_counted" ON "sync_operations" ("counted_in", "at")
            WHERE "counted_in" IS NOT NULL""",
            'DROP INDEX "ix_operation_counted"',
        ),
        ops.RunSQL(
            """CREATE INDEX "ix_mapping_alike" ON "calendar_sync_mappings" ("alike_id", "link_id")
            WHERE "alike_id" IS NOT NULL""",
            'DROP INDEX "ix_mapping_alike"',
        ),
        ops.RunSQL(
            """CREATE INDEX "ix_mapping_held" ON "calendar_sync_mappings" ("link_id", "hold")
            WHERE "hold" IS NOT NULL""",
            'DROP INDEX "ix_mapping_held"',
        ),
        ops.RunSQL(
            'CREATE INDEX "ix_run_by_kind" ON "calendar_sync_history" ("kind", "state")',
            'DROP INDEX "ix_run_by_kind"',
        ),
    ]
