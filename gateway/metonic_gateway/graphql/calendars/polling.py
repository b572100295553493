"""Why changes in a calendar are found by looking, and not told by its provider."""

from enum import Enum

import strawberry

from metonic_gateway.accounts.channels import base_address, push_of
from metonic_gateway.jobs.pushing import REFUSED
from metonic_gateway.services import Services
from metonic_gateway.store.channels import PushState
from metonic_gateway.store.overview import Overview


@strawberry.enum(
    description="PROVIDER: it does not tell of changes at all. NO_PUBLIC_URL: it cannot reach this "
    "service. REFUSED: it does not tell of changes in this calendar. FAILING: it could not be asked to. "
    "OPENING: it is about to be asked."
)
class PollingReason(Enum):
    PROVIDER = "provider"
    NO_PUBLIC_URL = "no_public_url"
    REFUSED = "refused"
    FAILING = "failing"
    OPENING = "opening"


@strawberry.type(description="Nothing is lost by it: changes come in later, by the calendar's frequency.")
class PollingOnly:
    reason: PollingReason
    message: str = strawberry.field(description="A sentence to show.")
    next_step: str = strawberry.field(description="What to do now; a sentence to show.")


_NOTHING = "Nothing to do: changes are found all the same, a little later."
_AGAIN = "Nothing to do: it is asked again by itself."


def polling_of(services: Services, calendar: Overview, push: PushState) -> PollingOnly | None:
    """None where the provider tells of changes, or where nothing is synced."""
    if calendar.is_disconnected or calendar.stopped is not None or push.is_open(services.clock()):
        return None
    if push_of(services, calendar.provider) is None:
        message = "This provider does not tell of changes."
        return PollingOnly(reason=PollingReason.PROVIDER, message=message, next_step=_NOTHING)
    if base_address(services) is None:
        return PollingOnly(
            reason=PollingReason.NO_PUBLIC_URL,
            message="This service has no address at which the provider could tell of changes.",
            next_step="Whoever runs the service can set METONIC_PUBLIC_URL.",
        )
    return _not_open(push)


def _not_open(push: PushState) -> PollingOnly:
    if push.problem is None:
        message = "The provider has not been asked to tell of changes yet."
        next_step = "Nothing to do: that happens by itself, as soon as a sync has worked."
        return PollingOnly(reason=PollingReason.OPENING, message=message, next_step=next_step)
    is_refused = push.problem["code"] == REFUSED
    return PollingOnly(
        reason=PollingReason.REFUSED if is_refused else PollingReason.FAILING,
        message=push.problem["message"],
        next_step=_AGAIN,
    )
