"""The database: there, up to date, writable, on time; its secrets can be opened, its calendars are synced."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta

from metonic_gateway.accounts.oauth.client import credentials_place
from metonic_gateway.doctor.finding import Finding, failed, ok, warning
from metonic_gateway.settings import Settings
from metonic_gateway.store import leases, readiness
from metonic_gateway.store.database import opened
from metonic_gateway.store.readiness import UNREACHABLE
from metonic_gateway.store.usable import DatabaseUnusable, check_usable
from metonic_gateway.vault import Vault, VaultError

DATABASE = "database"
_KEYS = "keys"
_SCHEDULE = "schedule"
_CLOCK = "database clock"
# A lease lasts a minute: whose clock is half of that ahead breaks those of others.
_CLOCK_APART, _CLOCK_FAR_APART = timedelta(seconds=3), timedelta(seconds=30)
_LATE, _VERY_LATE = timedelta(minutes=2), timedelta(minutes=15)


async def look(settings: Settings, clock: Callable[[], datetime]) -> AsyncIterator[Finding]:
    """What does not answer is asked nothing further."""
    url = settings.database_url.get_secret_value()
    try:
        await check_usable(url)
    except DatabaseUnusable as error:
        yield failed(DATABASE, error.message, "Mend METONIC_DATABASE_URL, or start the database.")
        return
    async with opened(url):
        try:
            if missing := await readiness.missing():
                yield failed(DATABASE, f"It lacks {', '.join(missing)}.", "Run `metonic migrate`.")
                return
            yield ok(DATABASE, "It answers, and is up to date.")
            yield await _written()
            yield await _clocks(clock)
            yield await _keys(settings)
            yield await _schedule(clock())
        except UNREACHABLE as error:
            yield failed(
                DATABASE, f"It does not answer as it should ({type(error).__name__}).", "See whether it runs."
            )


async def _written() -> Finding:
    try:
        await readiness.try_to_write()
    except UNREACHABLE:
        return failed(
            DATABASE,
            "It can be read and not written.",
            "Give the service the right to write, or free its disk.",
        )
    return ok(DATABASE, "It can be written.")


async def _clocks(clock: Callable[[], datetime]) -> Finding:
    theirs = await readiness.clock()
    apart = abs(clock() - theirs)
    what = f"It and this machine are {apart.total_seconds():.0f} s apart."
    if apart < _CLOCK_APART:
        return ok(_CLOCK, "It and this machine have the same time.")
    verdict = failed if apart > _CLOCK_FAR_APART else warning
    return verdict(_CLOCK, what, "Keep the clocks of all machines right, by NTP.")


async def _keys(settings: Settings) -> Finding:
    vault = Vault(settings.root_keys)
    kept = await readiness.sealed_credentials()
    try:
        for calendar_id, sealed in kept:
            vault.open(sealed, credentials_place(calendar_id))
    except VaultError as error:
        return failed(_KEYS, str(error), "Put the key back: without it all users have to sign in again.")
    return ok(_KEYS, "They open what is stored." if kept else "There is nothing yet that they have sealed.")


async def _schedule(now: datetime) -> Finding:
    """A scheduler leaves no trace but that nothing waits for long."""
    waiting = await leases.waiting(now)
    late = timedelta(0) if waiting.since is None else now - waiting.since
    if late < _LATE:
        return ok(_SCHEDULE, "No calendar waits for its sync.")
    minutes = late // timedelta(minutes=1)
    what = f"{waiting.number} calendars wait for their sync, the first for {minutes} minutes."
    verdict = failed if late > _VERY_LATE else warning
    return verdict(
        _SCHEDULE, what, "See whether the service runs; with a broker, its scheduler and enough workers."
    )
