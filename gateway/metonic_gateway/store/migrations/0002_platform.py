from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("models", "0001_initial")]

    initial = False

    operations = [
        ops.CreateModel(
            name="AppointmentChange",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("position", fields.BigIntField(null=True, unique=True)),
                (
                    "appointment",
                    fields.ForeignKeyField(
                        "models.Appointment",
                        source_field="appointment_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("kind", fields.CharField(max_length=10)),
                ("provider", fields.CharField(null=True, max_length=20)),
                ("run_id", fields.UUIDField(null=True)),
                ("user_id", fields.UUIDField(null=True)),
                (
                    "state",
                    fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
                ),
                (
                    "overwritten",
                    fields.JSONField(
                        null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "appointment_changes",
                "app": "models",
                "indexes": [Index(fields=["appointment_id", "id"])],
                "pk_attr": "id",
                "table_description": "What the platform has to hear of: a change by a calendar or a user, or what an upsert overwrote.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CalendarSyncChoice",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "sync_config",
                    fields.ForeignKeyField(
                        "models.CalendarSyncConfig",
                        source_field="sync_config_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="choices",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "appointment",
                    fields.ForeignKeyField(
                        "models.Appointment",
                        source_field="appointment_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("choice", fields.CharField(max_length=10)),
            ],
            options={
                "table": "calendar_sync_choices",
                "app": "models",
                "unique_together": (("sync_config", "appointment"),),
                "pk_attr": "id",
                "table_description": "What a user chose for one appointment, whatever the filters say: always or never.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ChangeCounter",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("last_position", fields.BigIntField(default=0)),
            ],
            options={
                "table": "change_counter",
                "app": "models",
                "pk_attr": "id",
                "table_description": "One row: the last position given, locked while positions are given.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Appointment",
            name="platform_base",
            field=fields.JSONField(
                null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
            ),
        ),
        ops.AddField(
            model_name="Appointment",
            name="platform_id",
            field=fields.CharField(null=True, max_length=255),
        ),
        ops.AddField(
            model_name="Appointment",
            name="platform_version",
            field=fields.BigIntField(null=True),
        ),
        ops.AlterModelOptions(
            name="AppointmentParticipant",
            options={
                "table": "appointment_participants",
                "app": "models",
                "unique_together": (("user", "appointment"), ("appointment", "user")),
                "pk_attr": "id",
                "table_description": "role is what the user is in this appointment, NULL if that is the role of the user.",
            },
        ),
        ops.AddField(
            model_name="AppointmentParticipant",
            name="role",
            field=fields.CharField(null=True, max_length=20),
        ),
        ops.AddField(
            model_name="CalendarSyncConfig",
            name="conflict_policy",
            field=fields.CharField(null=True, max_length=20),
        ),
        ops.AddField(
            model_name="CalendarSyncConfig",
            name="include_client_contact",
            field=fields.BooleanField(db_default=False, default=False),
        ),
        ops.AddField(
            model_name="CalendarSyncConfig",
            name="include_notes",
            field=fields.BooleanField(db_default=True, default=True),
        ),
        ops.AddField(
            model_name="CalendarSyncConfig",
            name="is_paused",
            field=fields.BooleanField(db_default=False, default=False),
        ),
        ops.AddField(
            model_name="CalendarSyncConfig",
            name="sync_direction",
            field=fields.CharField(db_default="both", default="both", max_length=10),
        ),
        ops.AlterModelOptions(
            name="CalendarSyncFilter",
            options={
                "table": "calendar_sync_filters",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A list that is NULL narrows nothing, an empty one lets nothing through. Both dates are included.",
            },
        ),
        ops.AddField(
            model_name="CalendarSyncFilter",
            name="appointment_types",
            field=fields.JSONField(
                null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
            ),
        ),
        ops.AddField(
            model_name="CalendarSyncFilter",
            name="client_ids",
            field=fields.JSONField(
                null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
            ),
        ),
        ops.AddField(
            model_name="CalendarSyncFilter",
            name="first_day",
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name="CalendarSyncFilter",
            name="last_day",
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name="CalendarSyncFilter",
            name="sync_all",
            field=fields.BooleanField(db_default=True, default=True),
        ),
        ops.AddField(
            model_name="CalendarSyncHistory",
            name="done",
            field=fields.IntField(db_default=0, default=0),
        ),
        ops.AddField(
            model_name="CalendarSyncHistory",
            name="phase",
            field=fields.CharField(null=True, max_length=10),
        ),
        ops.AddField(
            model_name="CalendarSyncHistory",
            name="phase_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="CalendarSyncHistory",
            name="total",
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name="CalendarSyncMapping",
            name="is_recreated",
            field=fields.BooleanField(db_default=False, default=False),
        ),
        ops.AddField(
            model_name="User",
            name="email",
            field=fields.CharField(null=True, max_length=255),
        ),
        ops.AddField(
            model_name="User",
            name="phone",
            field=fields.CharField(null=True, max_length=64),
        ),
        # A column that is added cannot be unique on SQLite.
        ops.RunSQL(
            'CREATE UNIQUE INDEX "uq_appointment_of_platform" ON "appointments" ("platform_id")',
            'DROP INDEX "uq_appointment_of_platform"',
        ),
        ops.RunSQL(
            """CREATE INDEX "ix_change_without_position" ON "appointment_changes" ("id")
            WHERE "position" IS NULL""",
            'DROP INDEX "ix_change_without_position"',
        ),
        ops.RunSQL(
            'INSERT INTO "change_counter" ("id", "last_position") VALUES (1, 0)',
            'DELETE FROM "change_counter"',
        ),
    ]
