"""What runs did, and the conflicts they met."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from metonic_gateway.store.models.calendars import CalendarSyncConfig
from metonic_gateway.store.models.platform import Appointment


class CalendarSyncHistory(Model):
    """One run. A run that nobody asked for and that found nothing leaves no row.

    While it runs: done of total items of its phase, which began at phase_at.
    """

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
    phase = fields.CharField(max_length=10, null=True)
    phase_at = fields.DatetimeField(null=True)
    done = fields.IntField(default=0, db_default=0)
    total = fields.IntField(null=True)

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
