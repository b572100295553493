"""Connected calendars and their settings."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from metonic_gateway.store.models.platform import Appointment, User
from metonic_gateway.store.states import PAUSED


class CalendarSyncConfig(Model):
    """A connected calendar: a user's choice of one calendar at one provider.

    stopped says why it is not synced at all, link_id is its present life. nudge_seq counts
    requests to look, served_seq is the last one that a finished run had seen when it began, taken_seq the
    last one that any run had. noticed_seq is the last one that came from the provider. still_since is when
    its runs began to end in pauses before they had stored anything. asked_at is when a scheduler asked for
    the run that is due, NULL again once one has begun.

    access_token is the envelope of the credentials, and until renewing_until somebody renews what is in it.
    keeps_copies: while it is being disconnected, the copies stay.
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
    renewing_until = fields.DatetimeField(null=True)
    sync_filter: fields.OneToOneRelation["CalendarSyncFilter"]
    calendars: Any = fields.JSONField()
    calendar_id = fields.TextField(null=True)
    calendar_name = fields.TextField(null=True)
    link_id = fields.UUIDField(null=True)
    sync_direction = fields.CharField(max_length=10, default="both", db_default="both")
    sync_frequency_minutes = fields.IntField()
    include_notes = fields.BooleanField(default=True, db_default=True)
    include_client_contact = fields.BooleanField(default=False, db_default=False)
    conflict_policy = fields.CharField(max_length=20, null=True)
    forward_imported = fields.BooleanField(default=False, db_default=False)
    is_active = fields.BooleanField(default=True)
    is_paused = fields.BooleanField(default=False, db_default=False)
    stopped = fields.CharField(max_length=20, null=True)
    keeps_copies = fields.BooleanField(default=False, db_default=False)
    problem: Any = fields.JSONField(null=True)
    last_sync_at = fields.DatetimeField(null=True)
    last_sync_status = fields.CharField(max_length=20, null=True)
    next_sync_at = fields.DatetimeField(null=True)
    items_synced = fields.IntField(default=0)
    idle_runs = fields.IntField(default=0)
    failures = fields.IntField(default=0)
    still_since = fields.DatetimeField(null=True)
    nudge_seq = fields.BigIntField(default=0)
    served_seq = fields.BigIntField(default=0)
    taken_seq = fields.BigIntField(default=0, db_default=0)
    noticed_seq = fields.BigIntField(default=0, db_default=0)
    fence = fields.BigIntField(default=0)
    lease_until = fields.DatetimeField(null=True)
    asked_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "calendar_sync_configs"
        unique_together = (("user", "provider"),)

    @property
    def resting(self) -> str | None:
        """What keeps it from being synced, a word of ``states``; None if nothing does."""
        return self.stopped or (PAUSED if self.is_paused else None)


class CalendarSyncFilter(Model):
    """A list that is NULL narrows nothing, an empty one lets nothing through. Both dates are included.

    What is private, or matches one of custom_rules, is left out or, with mask_private, shown as busy.
    """

    id = fields.UUIDField(primary_key=True)
    sync_config: fields.OneToOneRelation[CalendarSyncConfig] = fields.OneToOneField(
        "models.CalendarSyncConfig", related_name="sync_filter"
    )
    sync_config_id: UUID
    sync_all = fields.BooleanField(default=True, db_default=True)
    appointment_types: Any = fields.JSONField(null=True)
    client_ids: Any = fields.JSONField(null=True)
    first_day = fields.DateField(null=True)
    last_day = fields.DateField(null=True)
    exclude_private = fields.BooleanField(default=True)
    mask_private = fields.BooleanField(default=False, db_default=False)
    custom_rules: Any = fields.JSONField(null=True)

    class Meta:
        table = "calendar_sync_filters"


class CalendarSyncChoice(Model):
    """What a user chose for one appointment, whatever the filters say: always or never."""

    id = fields.UUIDField(primary_key=True)
    sync_config: fields.ForeignKeyRelation[CalendarSyncConfig] = fields.ForeignKeyField(
        "models.CalendarSyncConfig", related_name="choices"
    )
    sync_config_id: UUID
    appointment: fields.ForeignKeyRelation[Appointment] = fields.ForeignKeyField("models.Appointment")
    appointment_id: UUID
    choice = fields.CharField(max_length=10)

    class Meta:
        table = "calendar_sync_choices"
        unique_together = (("sync_config", "appointment"),)
        indexes = (("appointment_id",),)


class OAuthState(Model):
    """A sign-in that began at a provider's page. id is the hash of its state, page where it goes on.

    sealed holds what only its end needs.
    """

    id = fields.CharField(max_length=64, primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("models.User")
    user_id: UUID
    provider = fields.CharField(max_length=20)
    page = fields.TextField()
    sealed = fields.TextField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "oauth_states"
        indexes = (("expires_at",),)
