"""The tables as they were first released."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="User",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("platform_id", fields.CharField(unique=True, max_length=255)),
                ("role", fields.CharField(max_length=20)),
                ("name", fields.CharField(null=True, max_length=255)),
                ("zone", fields.CharField(default="UTC", max_length=64)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={"table": "users", "app": "models", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Appointment",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "owner",
                    fields.ForeignKeyField(
                        "models.User",
                        source_field="owner_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("type", fields.CharField(max_length=64)),
                ("version", fields.IntField(default=1)),
                (
                    "content",
                    fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
                ),
                ("starts_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ends_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("imported_from", fields.UUIDField(null=True)),
                ("is_deleted", fields.BooleanField(default=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "appointments",
                "app": "models",
                "indexes": [Index(fields=["owner_id", "starts_at", "id"])],
                "pk_attr": "id",
                "table_description": "ends_at is the end of the last occurrence, NULL for a series without end.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AppointmentParticipant",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "appointment",
                    fields.ForeignKeyField(
                        "models.Appointment",
                        source_field="appointment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="participants",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
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
                ("may_edit", fields.BooleanField(default=False)),
            ],
            options={
                "table": "appointment_participants",
                "app": "models",
                "unique_together": (("user", "appointment"), ("appointment", "user")),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CalendarSyncConfig",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
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
                ("account_subject", fields.TextField(unique=False)),
                ("account_name", fields.TextField(unique=False)),
                ("account_server", fields.TextField(unique=False)),
                ("account_username", fields.TextField(unique=False)),
                ("access_token", fields.TextField(null=True, unique=False)),
                (
                    "calendars",
                    fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
                ),
                ("calendar_id", fields.TextField(null=True, unique=False)),
                ("calendar_name", fields.TextField(null=True, unique=False)),
                ("link_id", fields.UUIDField(null=True)),
                ("sync_frequency_minutes", fields.IntField()),
                ("is_active", fields.BooleanField(default=True)),
                ("stopped", fields.CharField(null=True, max_length=20)),
                (
                    "problem",
                    fields.JSONField(
                        null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("last_sync_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("last_sync_status", fields.CharField(null=True, max_length=20)),
                ("next_sync_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("items_synced", fields.IntField(default=0)),
                ("idle_runs", fields.IntField(default=0)),
                ("failures", fields.IntField(default=0)),
                ("nudge_seq", fields.BigIntField(default=0)),
                ("served_seq", fields.BigIntField(default=0)),
                ("fence", fields.BigIntField(default=0)),
                ("lease_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "calendar_sync_configs",
                "app": "models",
                "unique_together": (("user", "provider"),),
                "indexes": [Index(fields=["is_active", "next_sync_at"])],
                "pk_attr": "id",
                "table_description": "A connected calendar: a user's choice of one calendar at one provider.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CalendarLink",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "sync_config",
                    fields.ForeignKeyField(
                        "models.CalendarSyncConfig",
                        source_field="sync_config_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="links",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("account_subject", fields.TextField(unique=False)),
                ("calendar_id", fields.TextField(unique=False)),
                ("cursor", fields.TextField(null=True, unique=False)),
                ("round", fields.IntField(default=0)),
                ("is_reading_completely", fields.BooleanField(default=False)),
                ("read_completely_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("window_end", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("archived_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "calendar_links",
                "app": "models",
                "pk_attr": "id",
                "table_description": "window_end is how far ahead appointments were put to work, round counts complete reads.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CalendarSyncConflict",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "sync_config",
                    fields.ForeignKeyField(
                        "models.CalendarSyncConfig",
                        source_field="sync_config_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="conflicts",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("mapping_id", fields.UUIDField()),
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
                ("external_event_id", fields.TextField(null=True, unique=False)),
                ("conflict_type", fields.CharField(max_length=50)),
                ("state", fields.CharField(max_length=20)),
                (
                    "field_groups",
                    fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
                ),
                (
                    "base_data",
                    fields.JSONField(
                        null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                (
                    "local_data",
                    fields.JSONField(
                        null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                (
                    "external_data",
                    fields.JSONField(
                        null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("detected_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("closed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "calendar_sync_conflicts",
                "app": "models",
                "indexes": [
                    Index(fields=["sync_config_id", "state", "detected_at", "id"]),
                    Index(fields=["mapping_id"]),
                ],
                "pk_attr": "id",
                "table_description": "field_groups collide. Both versions are as they were when it was last shown.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CalendarSyncFilter",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "sync_config",
                    fields.OneToOneField(
                        "models.CalendarSyncConfig",
                        source_field="sync_config_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="sync_filter",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("exclude_private", fields.BooleanField(default=True)),
            ],
            options={"table": "calendar_sync_filters", "app": "models", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CalendarSyncHistory",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "sync_config",
                    fields.ForeignKeyField(
                        "models.CalendarSyncConfig",
                        source_field="sync_config_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="history",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("sync_type", fields.CharField(max_length=20)),
                ("reason", fields.CharField(max_length=20)),
                ("state", fields.CharField(max_length=20)),
                ("requested_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("started_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("completed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("status", fields.CharField(null=True, max_length=20)),
                ("items_pushed", fields.IntField(default=0)),
                ("items_pulled", fields.IntField(default=0)),
                ("conflicts_detected", fields.IntField(default=0)),
                (
                    "errors",
                    fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
                ),
            ],
            options={
                "table": "calendar_sync_history",
                "app": "models",
                "indexes": [Index(fields=["sync_config_id", "requested_at", "id"])],
                "pk_attr": "id",
                "table_description": "One run. A run that nobody asked for and that found nothing leaves no row.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CalendarSyncMapping",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "link",
                    fields.ForeignKeyField(
                        "models.CalendarLink",
                        source_field="link_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "appointment",
                    fields.ForeignKeyField(
                        "models.Appointment",
                        source_field="appointment_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="mappings",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("external_event_id", fields.TextField(null=True, unique=False)),
                ("uid", fields.TextField(null=True, unique=False)),
                ("origin", fields.CharField(max_length=10)),
                ("generation", fields.IntField()),
                (
                    "local_base",
                    fields.JSONField(
                        null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                (
                    "external_base",
                    fields.JSONField(
                        null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("etag", fields.TextField(null=True, unique=False)),
                ("revision", fields.BigIntField(null=True)),
                ("can_write", fields.BooleanField(default=True)),
                ("can_write_time", fields.BooleanField(default=True)),
                (
                    "seen",
                    fields.JSONField(
                        null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("wanted", fields.IntField(null=True)),
                ("drawn", fields.IntField()),
                (
                    "intent",
                    fields.JSONField(
                        null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                (
                    "unconfirmed",
                    fields.JSONField(
                        null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("hold", fields.CharField(null=True, max_length=20)),
                ("hold_reason", fields.TextField(null=True, unique=False)),
                ("read_round", fields.IntField()),
                ("wrote_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("attempts", fields.IntField(default=0)),
                ("enters_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("due", fields.CharField(null=True, max_length=10)),
                ("closed", fields.CharField(null=True, max_length=40)),
                ("closed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("last_synced_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "calendar_sync_mappings",
                "app": "models",
                "indexes": [
                    Index(fields=["appointment_id"]),
                    Index(fields=["link_id", "external_event_id"]),
                    Index(fields=["link_id", "uid"]),
                ],
                "pk_attr": "id",
                "table_description": "due is derived from the rest with every write and the partial index over it is a run's work list.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SyncOperation",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "run",
                    fields.ForeignKeyField(
                        "models.CalendarSyncHistory",
                        source_field="run_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("mapping_id", fields.UUIDField()),
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
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "sync_operations",
                "app": "models",
                "indexes": [Index(fields=["run_id", "at", "id"])],
                "pk_attr": "id",
                "table_description": "The journal: what a run did to one side, and what stood there before.",
            },
            bases=["Model"],
        ),
        # Over open rows only, which Tortoise cannot say for SQLite.
        ops.RunSQL(
            """CREATE UNIQUE INDEX "uq_open_mapping_of_event" ON "calendar_sync_mappings"
            ("link_id", "external_event_id") WHERE "closed" IS NULL""",
            'DROP INDEX "uq_open_mapping_of_event"',
        ),
        ops.RunSQL(
            """CREATE UNIQUE INDEX "uq_open_mapping_of_appointment" ON "calendar_sync_mappings"
            ("link_id", "appointment_id") WHERE "closed" IS NULL""",
            'DROP INDEX "uq_open_mapping_of_appointment"',
        ),
        ops.RunSQL(
            """CREATE INDEX "ix_mapping_due" ON "calendar_sync_mappings" ("link_id", "due", "id")
            WHERE "due" IS NOT NULL""",
            'DROP INDEX "ix_mapping_due"',
        ),
        ops.RunSQL(
            """CREATE UNIQUE INDEX "uq_open_conflict_of_mapping" ON "calendar_sync_conflicts" ("mapping_id")
            WHERE "state" = 'open'""",
            'DROP INDEX "uq_open_conflict_of_mapping"',
        ),
    ]
