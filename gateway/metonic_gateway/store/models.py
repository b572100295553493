"""The tables. Keys are made by us, instants are aware and UTC, external ids and tokens are TEXT.

Columns named in the specification keep their names. What is compared is stored as one JSON document of
``metonic_core.model.codec``; what is searched has a column beside it.

Docstrings become table comments: a backtick or a semicolon in one breaks the SQL that Tortoise makes of it.

Unique indexes over open rows are made by the migrations: the ORM cannot express them on SQLite.
"""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model


class User(Model):
    id = fields.UUIDField(primary_key=True)
    platform_id = fields.CharField(max_length=255, unique=True)
    role = fields.CharField(max_length=20)
    name = fields.CharField(max_length=255, null=True)
    zone = fields.CharField(max_length=64, default="UTC")
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "users"


class Appointment(Model):
    """ends_at is the end of the last occurrence, NULL for a series without end."""

    id = fields.UUIDField(primary_key=True)
    owner: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("models.User", on_delete=fields.RESTRICT)
    owner_id: UUID
    type = fields.CharField(max_length=64)
    version = fields.IntField(default=1)
    content: Any = fields.JSONField()
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField(null=True)
    imported_from = fields.UUIDField(null=True)
    participants: fields.ReverseRelation["AppointmentParticipant"]
    is_deleted = fields.BooleanField(default=False)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "appointments"
        indexes = (("owner_id", "starts_at", "id"),)


class AppointmentParticipant(Model):
    id = fields.UUIDField(primary_key=True)
    appointment: fields.ForeignKeyRelation[Appointment] = fields.ForeignKeyField(
        "models.Appointment", related_name="participants"
    )
    appointment_id: UUID
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("models.User")
    user_id: UUID
    may_edit = fields.BooleanField(default=False)

    class Meta:
        table = "appointment_participants"
        unique_together = (("user", "appointment"), ("appointment", "user"))


class CalendarSyncConfig(Model):
    """A connected calendar: a user's choice of one calendar at one provider.

    stopped says why it is not synced at all, link_id is its present life. nudge_seq counts
    requests to look, served_seq the last one that a finished run had seen when it began.
    """

    id = fields.UUIDField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("models.User")
    user_id: UUID
    provider = fields.CharField(max_length=20)
    account_subject = fields.TextField()
    account_name = fields.TextField()
    account_server = fields.TextField()
    account_username = fields.TextField()
    access_token = fields.TextField(null=True)
    sync_filter: fields.OneToOneRelation["CalendarSyncFilter"]
    calendars: Any = fields.JSONField()
    calendar_id = fields.TextField(null=True)
    calendar_name = fields.TextField(null=True)
    link_id = fields.UUIDField(null=True)
    sync_frequency_minutes = fields.IntField()
    is_active = fields.BooleanField(default=True)
    stopped = fields.CharField(max_length=20, null=True)
    problem: Any = fields.JSONField(null=True)
    last_sync_at = fields.DatetimeField(null=True)
    last_sync_status = fields.CharField(max_length=20, null=True)
    next_sync_at = fields.DatetimeField(null=True)
    items_synced = fields.IntField(default=0)
    idle_runs = fields.IntField(default=0)
    failures = fields.IntField(default=0)
    nudge_seq = fields.BigIntField(default=0)
    served_seq = fields.BigIntField(default=0)
    fence = fields.BigIntField(default=0)
    lease_until = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "calendar_sync_configs"
        unique_together = (("user", "provider"),)
        indexes = (("is_active", "next_sync_at"),)


class CalendarSyncFilter(Model):
    id = fields.UUIDField(primary_key=True)
    sync_config: fields.OneToOneRelation[CalendarSyncConfig] = fields.OneToOneField(
        "models.CalendarSyncConfig", related_name="sync_filter"
    )
    sync_config_id: UUID
    exclude_private = fields.BooleanField(default=True)

    class Meta:
        table = "calendar_sync_filters"


class CalendarLink(Model):
    """window_end is how far ahead appointments were put to work, round counts complete reads."""

    id = fields.UUIDField(primary_key=True)
    sync_config: fields.ForeignKeyRelation[CalendarSyncConfig] = fields.ForeignKeyField(
        "models.CalendarSyncConfig", related_name="links"
    )
    sync_config_id: UUID
    account_subject = fields.TextField()
    calendar_id = fields.TextField()
    cursor = fields.TextField(null=True)
    round = fields.IntField(default=0)
    is_reading_completely = fields.BooleanField(default=False)
    read_completely_at = fields.DatetimeField(null=True)
    window_end = fields.DatetimeField(null=True)
    archived_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "calendar_links"


class CalendarSyncMapping(Model):
    """due is derived from the rest with every write and the partial index over it is a run's work list."""

    id = fields.UUIDField(primary_key=True)
    link: fields.ForeignKeyRelation[CalendarLink] = fields.ForeignKeyField("models.CalendarLink")
    link_id: UUID
    appointment: fields.ForeignKeyNullableRelation[Appointment] = fields.ForeignKeyField(
        "models.Appointment", null=True, on_delete=fields.SET_NULL, related_name="mappings"
    )
    appointment_id: UUID | None
    external_event_id = fields.TextField(null=True)
    uid = fields.TextField(null=True)
    origin = fields.CharField(max_length=10)
    generation = fields.IntField()
    local_base: Any = fields.JSONField(null=True)
    external_base: Any = fields.JSONField(null=True)
    etag = fields.TextField(null=True)
    revision = fields.BigIntField(null=True)
    can_write = fields.BooleanField(default=True)
    can_write_time = fields.BooleanField(default=True)
    seen: Any = fields.JSONField(null=True)
    wanted = fields.IntField(null=True)
    drawn = fields.IntField()
    intent: Any = fields.JSONField(null=True)
    unconfirmed: Any = fields.JSONField(null=True)
    hold = fields.CharField(max_length=20, null=True)
    hold_reason = fields.TextField(null=True)
    read_round = fields.IntField()
    wrote_at = fields.DatetimeField(null=True)
    attempts = fields.IntField(default=0)
    enters_at = fields.DatetimeField(null=True)
    due = fields.CharField(max_length=10, null=True)
    closed = fields.CharField(max_length=40, null=True)
    closed_at = fields.DatetimeField(null=True)
    last_synced_at = fields.DatetimeField(null=True)

    class Meta:
        table = "calendar_sync_mappings"
        indexes = (("appointment_id",), ("link_id", "external_event_id"), ("link_id", "uid"))


class CalendarSyncHistory(Model):
    """One run. A run that nobody asked for and that found nothing leaves no row."""

    id = fields.UUIDField(primary_key=True)
    sync_config: fields.ForeignKeyRelation[CalendarSyncConfig] = fields.ForeignKeyField(
        "models.CalendarSyncConfig", related_name="history"
    )
    sync_config_id: UUID
    sync_type = fields.CharField(max_length=20)
    reason = fields.CharField(max_length=20)
    state = fields.CharField(max_length=20)
    requested_at = fields.DatetimeField()
    started_at = fields.DatetimeField(null=True)
    completed_at = fields.DatetimeField(null=True)
    status = fields.CharField(max_length=20, null=True)
    items_pushed = fields.IntField(default=0)
    items_pulled = fields.IntField(default=0)
    conflicts_detected = fields.IntField(default=0)
    errors: Any = fields.JSONField()

    class Meta:
        table = "calendar_sync_history"
        indexes = (("sync_config_id", "requested_at", "id"),)


class SyncOperation(Model):
    """The journal: what a run did to one side, and what stood there before."""

    id = fields.UUIDField(primary_key=True)
    run: fields.ForeignKeyRelation[CalendarSyncHistory] = fields.ForeignKeyField("models.CalendarSyncHistory")
    run_id: UUID
    mapping_id = fields.UUIDField()
    appointment_id = fields.UUIDField(null=True)
    external_event_id = fields.TextField(null=True)
    side = fields.CharField(max_length=10)
    operation = fields.CharField(max_length=10)
    reason = fields.CharField(max_length=40)
    field_groups: Any = fields.JSONField()
    before: Any = fields.JSONField(null=True)
    at = fields.DatetimeField()

    class Meta:
        table = "sync_operations"
        indexes = (("run_id", "at", "id"),)


class CalendarSyncConflict(Model):
    """field_groups collide. Both versions are as they were when it was last shown."""

    id = fields.UUIDField(primary_key=True)
    sync_config: fields.ForeignKeyRelation[CalendarSyncConfig] = fields.ForeignKeyField(
        "models.CalendarSyncConfig", related_name="conflicts"
    )
    sync_config_id: UUID
    mapping_id = fields.UUIDField()
    appointment: fields.ForeignKeyRelation[Appointment] = fields.ForeignKeyField("models.Appointment")
    appointment_id: UUID
    external_event_id = fields.TextField(null=True)
    conflict_type = fields.CharField(max_length=50)
    state = fields.CharField(max_length=20)
    field_groups: Any = fields.JSONField()
    base_data: Any = fields.JSONField(null=True)
    local_data: Any = fields.JSONField(null=True)
    external_data: Any = fields.JSONField(null=True)
    detected_at = fields.DatetimeField()
    closed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "calendar_sync_conflicts"
        indexes = (("sync_config_id", "state", "detected_at", "id"), ("mapping_id",))
