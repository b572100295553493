"""What providers were asked, by all processes together."""

from typing import Any

from tortoise import fields
from tortoise.models import Model


class ProviderUsage(Model):
    """What was sent to a provider, and came from it, on a day in UTC."""

    id = fields.UUIDField(primary_key=True)
    provider = fields.CharField(max_length=20)
    day = fields.DateField()
    requests = fields.BigIntField(default=0)
    batched_operations = fields.BigIntField(default=0)
    webhooks = fields.BigIntField(default=0)
    throttled = fields.BigIntField(default=0)

    class Meta:
        table = "provider_usage"
        unique_together = (("provider", "day"),)


class ProviderBudget(Model):
    """What of a pace was spent lately, by an account or by all. id is a hash that names both.

    version is drawn anew with each change, so that who read another one does not overwrite it.
    """

    id = fields.CharField(max_length=64, primary_key=True)
    spent: Any = fields.JSONField()
    version = fields.BigIntField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "provider_budgets"
        indexes = (("updated_at",),)
