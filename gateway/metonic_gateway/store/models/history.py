"""What runs did, and the conflicts they met."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from metonic_gateway.store.models.calendars import CalendarSyncConfig
from metonic_gateway.store.models.platform import Appointment


class CalendarSyncHistory(Model):
    """One run. A run that nobody asked for and that found nothing leaves no row.

    settings are those that a preview supposes. undo_of is the run that is taken back, left_alone counts
    the lines of its journal that could not be. one_way is the only way that it was asked to go,
    and otherwise_at when the calendar was due without that.

    While it runs: done of total items of its phase, which began at phase_at.
    """

    id = fields.UUIDField(primary_key=True)
    sync_config: fields.ForeignKeyRelation[CalendarSyncConfig] = fields.ForeignKeyField(
        "models.CalendarSyncConfig", related_name="history"
    )
    sync_config_id: UUID
    kind = fields.CharField(max_length=10, default="sync", db_default="sync")
    undo_of = fields.UUIDField(null=True)
    left_alone = fields.IntField(default=0, db_default=0)
    settings: Any = fields.JSONField(null=True)
    sync_type = fields.CharField(max_length=20)
    one_way = fields.CharField(max_length=10, null=True)
    otherwise_at = fields.DatetimeField(null=True)
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
        indexes = (("sync_config_id", "requested_at", "id"), ("completed_at",))


class SyncOperation(Model):
    """The journal: what a run did to one side, what stood there before, and what after.

    said is what the appointment said before and after, for an undo: of an update that was sent, and where the
    line may not tell it. former is what its user had chosen for it, for what was done by choosing.
    counted_in is the link whose guard counts it, NULL where somebody asked for it.
    """

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
    after: Any = fields.JSONField(null=True)
    said: Any = fields.JSONField(null=True)
    former = fields.CharField(max_length=20, null=True)
    counted_in = fields.UUIDField(null=True)
    at = fields.DatetimeField()

    class Meta:
        table = "sync_operations"
        indexes = (("run_id", "at", "id"), ("at",))


class CalendarSyncConflict(Model):
    """field_groups collide. Both versions are as they were when it was last shown, which version counts.

    resolution, picks, resolved_at and resolved_by say what was decided, by whom, or by a policy. shown_at is
    when that version was first shown, automatic_at when a policy may resolve it that has to wait.
    """

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
    local_edited_at = fields.DatetimeField(null=True)
    external_edited_at = fields.DatetimeField(null=True)
    version = fields.IntField(default=1, db_default=1)
    resolution = fields.CharField(max_length=20, null=True)
    picks: Any = fields.JSONField(null=True)
    resolved_at = fields.DatetimeField(null=True)
    resolved_by = fields.UUIDField(null=True)
    is_automatic = fields.BooleanField(default=False, db_default=False)
    detected_at = fields.DatetimeField()
    shown_at = fields.DatetimeField(null=True)
    automatic_at = fields.DatetimeField(null=True)
    closed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "calendar_sync_conflicts"
        indexes = (("sync_config_id", "state", "detected_at", "id"), ("mapping_id",), ("appointment_id",))


class SyncPlanStep(Model):
    """What a held run or a preview would do: one item of its plan.

    held_because says why the guard holds it, NULL if it does not. fingerprint names the versions that it was
    planned for, so that an approval speaks of nothing else. starts_at is when the item begins.
    """

    id = fields.UUIDField(primary_key=True)
    run: fields.ForeignKeyRelation[CalendarSyncHistory] = fields.ForeignKeyField(
        "models.CalendarSyncHistory", related_name="plan_steps"
    )
    run_id: UUID
    starts_at = fields.DatetimeField()
    mapping_id = fields.UUIDField(null=True)
    appointment_id = fields.UUIDField(null=True)
    external_event_id = fields.TextField(null=True)
    side = fields.CharField(max_length=10)
    operation = fields.CharField(max_length=10)
    reason = fields.CharField(max_length=40)
    field_groups: Any = fields.JSONField()
    before: Any = fields.JSONField(null=True)
    after: Any = fields.JSONField(null=True)
    held_because = fields.CharField(max_length=40, null=True)
    fingerprint = fields.TextField(null=True)
    at = fields.DatetimeField()

    class Meta:
        table = "sync_plan_steps"
        indexes = (("run_id", "starts_at", "id"), ("mapping_id",), ("at",))
