"""The platform's side: users, appointments, and the feed of their changes."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model


class User(Model):
    id = fields.UUIDField(primary_key=True)
    platform_id = fields.CharField(max_length=255, unique=True)
    role = fields.CharField(max_length=20)
    name = fields.CharField(max_length=255, null=True)
    email = fields.CharField(max_length=255, null=True)
    phone = fields.CharField(max_length=64, null=True)
    zone = fields.CharField(max_length=64, default="UTC")
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "users"


class Appointment(Model):
    """ends_at is the end of the last occurrence, NULL for a series without end.

    platform_base is the last state that the platform sent, in the version platform_version. edited_at says
    when each field group was last edited.
    """

    id = fields.UUIDField(primary_key=True)
    owner: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("models.User", on_delete=fields.RESTRICT)
    owner_id: UUID
    type = fields.CharField(max_length=64)
    version = fields.IntField(default=1)
    content: Any = fields.JSONField()
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField(null=True)
    imported_from = fields.UUIDField(null=True)
    platform_id = fields.CharField(max_length=255, null=True)
    platform_version = fields.BigIntField(null=True)
    platform_base: Any = fields.JSONField(null=True)
    edited_at: Any = fields.JSONField(null=True)
    participants: fields.ReverseRelation["AppointmentParticipant"]
    is_deleted = fields.BooleanField(default=False)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "appointments"
        indexes = (("owner_id", "starts_at", "id"),)


class AppointmentParticipant(Model):
    """role is what the user is in this appointment, NULL if that is the role of the user."""

    id = fields.UUIDField(primary_key=True)
    appointment: fields.ForeignKeyRelation[Appointment] = fields.ForeignKeyField(
        "models.Appointment", related_name="participants"
    )
    appointment_id: UUID
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("models.User")
    user_id: UUID
    may_edit = fields.BooleanField(default=False)
    role = fields.CharField(max_length=20, null=True)

    class Meta:
        table = "appointment_participants"
        unique_together = (("user", "appointment"), ("appointment", "user"))


class AppointmentChange(Model):
    """What the platform has to hear of: a change by a calendar or a user, or what an upsert overwrote.

    The key grows in the order of writing. The position is given when the row is first read, so that a row
    that commits late never gets a position which somebody has read past. state is the appointment after the
    change, overwritten what stood there where the platform changed what it had not seen.
    """

    id = fields.BigIntField(primary_key=True)
    position = fields.BigIntField(null=True, unique=True)
    appointment: fields.ForeignKeyRelation[Appointment] = fields.ForeignKeyField("models.Appointment")
    appointment_id: UUID
    kind = fields.CharField(max_length=10)
    provider = fields.CharField(max_length=20, null=True)
    run_id = fields.UUIDField(null=True)
    user_id = fields.UUIDField(null=True)
    state: Any = fields.JSONField()
    overwritten: Any = fields.JSONField(null=True)
    at = fields.DatetimeField()

    class Meta:
        table = "appointment_changes"
        indexes = (("appointment_id", "id"),)


class ChangeCounter(Model):
    """One row: the last position given, locked while positions are given."""

    id = fields.IntField(primary_key=True)
    last_position = fields.BigIntField(default=0)

    class Meta:
        table = "change_counter"
