from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("models", "0006_standing_still")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ProviderBudget",
            fields=[
                ("id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                (
                    "spent",
                    fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
                ),
                ("version", fields.BigIntField()),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "provider_budgets",
                "app": "models",
                "indexes": [Index(fields=["updated_at"])],
                "pk_attr": "id",
                "table_description": "What of a pace was spent lately, by an account or by all. id is a hash that names both.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ProviderUsage",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("provider", fields.CharField(max_length=20)),
                ("day", fields.DateField()),
                ("requests", fields.BigIntField(default=0)),
                ("batched_operations", fields.BigIntField(default=0)),
                ("webhooks", fields.BigIntField(default=0)),
                ("throttled", fields.BigIntField(default=0)),
            ],
            options={
                "table": "provider_usage",
                "app": "models",
                "unique_together": (("provider", "day"),),
                "pk_attr": "id",
                "table_description": "What was sent to a provider, and came from it, on a day in UTC.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="CalendarSyncConfig",
            name="asked_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="PushChannel",
            name="heard_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.RemoveIndex(model_name="CalendarSyncConfig", fields=["is_active", "next_sync_at"]),
        ops.RunSQL(
            """CREATE INDEX "ix_calendar_due" ON "calendar_sync_configs" ("next_sync_at")
            WHERE "next_sync_at" IS NOT NULL AND (NOT "is_paused" OR "stopped" = 'disconnecting')""",
            'DROP INDEX "ix_calendar_due"',
        ),
        ops.RunSQL(
            """CREATE INDEX "ix_calendar_asked" ON "calendar_sync_configs" ("asked_at")
            WHERE "asked_at" IS NOT NULL""",
            'DROP INDEX "ix_calendar_asked"',
        ),
    ]
