"""The lives of connected calendars, and the pairs of appointment and event in them."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from metonic_gateway.store.models.calendars import CalendarSyncConfig
from metonic_gateway.store.models.platform import Appointment


class CalendarLink(Model):
    """cursor_at is when the cursor was told at the end of the feed, NULL of one in its middle.

    round counts complete reads, window_end is how far ahead appointments were put to work.

    is_leaving: another calendar was chosen, and the copies are still to be taken out of this one, leave_at
    the earliest after leave_attempts that failed. leave_problem is what the last of them met.

    is_suspect: the last complete read named nothing where there had been something.

    push_at is when its push channels are looked after next, NULL is never, push_attempts how often none could
    be opened, and push_problem why.
    """

    id = fields.UUIDField(primary_key=True)
    sync_config: fields.ForeignKeyRelation[CalendarSyncConfig] = fields.ForeignKeyField(
        "models.CalendarSyncConfig", related_name="links"
    )
    sync_config_id: UUID
    account_subject = fields.TextField()
    calendar_id = fields.TextField()
    cursor = fields.TextField(null=True)
    cursor_at = fields.DatetimeField(null=True)
    round = fields.IntField(default=0)
    is_reading_completely = fields.BooleanField(default=False)
    read_completely_at = fields.DatetimeField(null=True)
    window_end = fields.DatetimeField(null=True)
    is_suspect = fields.BooleanField(default=False, db_default=False)
    archived_at = fields.DatetimeField(null=True)
    is_leaving = fields.BooleanField(default=False, db_default=False)
    leave_at = fields.DatetimeField(null=True)
    leave_attempts = fields.IntField(default=0, db_default=0)
    leave_problem: Any = fields.JSONField(null=True)
    push_at = fields.DatetimeField(null=True)
    push_attempts = fields.IntField(default=0, db_default=0)
    push_problem: Any = fields.JSONField(null=True)
    created_at = fields.DatetimeField()
    channels: fields.ReverseRelation["PushChannel"]

    class Meta:
        table = "calendar_links"
        indexes = (("sync_config_id",),)


class PushChannel(Model):
    """A way by which the provider tells that the calendar changed. The secret is sealed.

    opened_at, resource and renew_at are NULL until the provider has answered that the channel is there,
    heard_at is until something came through it.
    """

    id = fields.UUIDField(primary_key=True)
    link: fields.ForeignKeyRelation[CalendarLink] = fields.ForeignKeyField(
        "models.CalendarLink", related_name="channels"
    )
    link_id: UUID
    address = fields.TextField()
    secret = fields.TextField()
    resource = fields.TextField(null=True)
    opened_at = fields.DatetimeField(null=True)
    renew_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField()
    heard_at = fields.DatetimeField(null=True)

    class Meta:
        table = "push_channels"
        indexes = (("link_id",),)


class CalendarSyncMapping(Model):
    """due is derived from the rest with every write and the partial index over it is a run's work list.

    resolution is what a person decided about a conflict and a run has not done yet. written are the changes
    written lately, refused the write that the provider would not take, both as digests. is_commanded: a
    person asked for the change that is due. fingerprint names the versions in which the guard held it, answer
    is what a person said to that. alike_id is the appointment that the event looks like. quarantined_at is
    since when it is in quarantine, or was last, until it is in step again.
    """

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
    met_at = fields.DatetimeField(null=True)
    attempts = fields.IntField(default=0)
    is_recreated = fields.BooleanField(default=False, db_default=False)
    is_masked = fields.BooleanField(default=False, db_default=False)
    unfinished: Any = fields.JSONField(null=True)
    resolution: Any = fields.JSONField(null=True)
    resolved_at = fields.DatetimeField(null=True)
    written: Any = fields.JSONField(null=True)
    refused: Any = fields.JSONField(null=True)
    is_commanded = fields.BooleanField(default=False, db_default=False)
    fingerprint = fields.TextField(null=True)
    answer = fields.CharField(max_length=10, null=True)
    alike_id = fields.UUIDField(null=True)
    enters_at = fields.DatetimeField(null=True)
    due = fields.CharField(max_length=10, null=True)
    closed = fields.CharField(max_length=40, null=True)
    closed_at = fields.DatetimeField(null=True)
    last_synced_at = fields.DatetimeField(null=True)
    quarantined_at = fields.DatetimeField(null=True)

    class Meta:
        table = "calendar_sync_mappings"
        indexes = (("appointment_id",), ("link_id", "external_event_id"), ("link_id", "uid"))
