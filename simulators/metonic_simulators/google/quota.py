"""How much may be asked: https://developers.google.com/workspace/calendar/api/guides/quota."""

from metonic_simulators.google import errors
from metonic_simulators.google.operations import Operation
from metonic_simulators.google.session import Session

_PATCH_UNITS = 3


def take(session: Session, operation: Operation) -> None:
    """Counts a call; raises Refused for one too many, which does not count."""
    world, now = session.world, session.world.clock.now()
    status = 429 if world.quirks.is_on("over-quota-429") else 403
    is_costly = operation.name == "events.patch" and world.quirks.is_on("patch-costs-three")
    units = _PATCH_UNITS if is_costly else 1
    user = f"user:{session.call.text('quotaUser') or session.me}"
    if world.quirks.is_on("quota"):
        if world.minutes.used("project", now) + units > world.quirks.number("quota", "per_project"):
            raise errors.rate_limited("rateLimitExceeded", status)
        if world.minutes.used(user, now) + units > world.quirks.number("quota", "per_user"):
            raise errors.rate_limited("userRateLimitExceeded", status)
    if operation.writes and world.quirks.is_on("burst"):
        calendar = session.calendar.id
        if world.seconds.used(calendar, now) >= world.quirks.number("burst", "writes"):
            raise errors.rate_limited("rateLimitExceeded", status)
        world.seconds.take(calendar, 1, now)
    world.minutes.take("project", units, now)
    world.minutes.take(user, units, now)
