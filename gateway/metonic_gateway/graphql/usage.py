"""What providers were asked per day, for whoever runs the platform."""

from datetime import timedelta

import strawberry

from metonic_core.model.errors import InvalidValue
from metonic_gateway.accounts.pacing import paces_of
from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.errors import unusable
from metonic_gateway.graphql.scalars import LocalDate, ProviderName, local_date
from metonic_gateway.graphql.times import day_of
from metonic_gateway.services import Services
from metonic_gateway.store import usage

_DAY = timedelta(days=1)


@strawberry.type(description="What was sent to a provider, and came from it, on a day in UTC.")
class ProviderUsage:
    provider: ProviderName
    day: LocalDate
    requests: int = strawberry.field(description="Those for calendars and events; a batch is one.")
    batched_operations: int = strawberry.field(description="What went together with others in a request.")
    webhooks: int = strawberry.field(description="What it told of changes, as far as it came from it.")
    throttled: int = strawberry.field(description="Runs that it refused because it was asked too much.")
    quota: int | None = strawberry.field(
        description="What it allows the whole installation in a day: requests, each of a batch on its own. "
        "Null: no more is known than what it allows an account."
    )


async def provider_usage(
    info: Info, since: LocalDate, provider: ProviderName | None = None
) -> list[ProviderUsage]:
    info.context.backend()
    try:
        day = day_of(since)
    except InvalidValue as error:
        raise unusable(f"`since`: {error.message} {error.next_step}") from None
    found = await usage.since(day, provider)
    quotas = {at.provider: _quota(info.context.services, at.provider) for at, _ in found}
    return [
        ProviderUsage(
            provider=ProviderName(at.provider),
            day=local_date(at.day),
            requests=counts.requests,
            batched_operations=counts.batched_operations,
            webhooks=counts.webhooks,
            throttled=counts.throttled,
            quota=quotas[at.provider],
        )
        for at, counts in found
    ]


def _quota(services: Services, provider_name: str) -> int | None:
    provider = services.registry.providers.get(provider_name)
    paces = [] if provider is None else paces_of(provider, "", services.settings.allowed)
    return min((int(pace.units * (_DAY / pace.span)) for pace in paces), default=None)


@strawberry.type
class UsageQuery:
    provider_usage: list[ProviderUsage] = strawberry.field(
        resolver=provider_usage,
        description="For the platform's backend: what each provider was asked since that day, the first day "
        "first; the last seconds are not counted yet. It is kept for 400 days.",
    )
