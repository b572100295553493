from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("models", "0003_conflicts")]

    initial = False

    operations = [
        ops.CreateModel(
            name="PushChannel",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "link",
                    fields.ForeignKeyField(
                        "models.CalendarLink",
                        source_field="link_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="channels",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("address", fields.TextField(unique=False)),
                ("secret", fields.TextField(unique=False)),
                ("resource", fields.TextField(null=True, unique=False)),
                ("opened_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("renew_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "push_channels",
                "app": "models",
                "indexes": [Index(fields=["link_id"])],
                "pk_attr": "id",
                "table_description": "A way by which the provider tells that the calendar changed. The secret is sealed.",
            },
            bases=["Model"],
        ),
        ops.AlterModelOptions(
            name="CalendarLink",
            options={
                "table": "calendar_links",
                "app": "models",
                "pk_attr": "id",
                "table_description": "cursor_at is when the feed was last read up to its end, round counts complete reads.",
            },
        ),
        ops.AddField(
            model_name="CalendarLink",
            name="push_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="CalendarLink",
            name="push_attempts",
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name="CalendarLink",
            name="push_problem",
            field=fields.JSONField(
                null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
            ),
        ),
        ops.AddField(
            model_name="CalendarSyncConfig",
            name="noticed_seq",
            field=fields.BigIntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name="CalendarSyncConfig",
            name="taken_seq",
            field=fields.BigIntField(default=0, db_default=0),
        ),
        ops.RunSQL(
            """CREATE INDEX "ix_link_push" ON "calendar_links" ("push_at") WHERE "push_at" IS NOT NULL""",
            'DROP INDEX "ix_link_push"',
        ),
    ]
