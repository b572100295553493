"""Looking after the push channels of a link: it has one if it works, and none if it does not.

Each look compares what there is with what there should be, does one step, and says when to look next. Polling
goes on in any case: a failure here never touches the calendar.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from metonic_core.pacing import back_off, looked_at_every, next_sync, renewal, retry_after_of
from metonic_core.spi.adapter import CalendarAdapter
from metonic_core.spi.errors import NotFound, Paced, ProviderError, Unacceptable
from metonic_core.spi.push import Channel, Push
from metonic_gateway.accounts import channels as at_provider
from metonic_gateway.accounts.connecting import NotConnected, adapter_for
from metonic_gateway.jobs.run import dice
from metonic_gateway.jobs.troubles import LATER, UNEXPECTED, Trouble, trouble_of
from metonic_gateway.services import Services, status_topic
from metonic_gateway.store import calendars, channels, relying
from metonic_gateway.store.appointments import make_due
from metonic_gateway.store.channels import Claim, Standing
from metonic_gateway.store.connected import ConnectedCalendar
from metonic_gateway.telemetry import get_logger

_log = get_logger(__name__)

_OVERLAP = timedelta(minutes=1)
"""How long a channel outlives the opening of its successor, for what is on its way."""
_CLOSE_AGAIN = timedelta(hours=1)
_ASK_AGAIN = timedelta(days=1)
_LEAST_LIFE = timedelta(minutes=5)
REFUSED = "push_refused"
"""The code of the problem that a provider will not tell of changes in this calendar."""


@dataclass(frozen=True, slots=True)
class _Care:
    """A claimed link with its calendar, and what channels it has."""

    services: Services
    claim: Claim
    calendar: ConnectedCalendar
    standing: tuple[Standing, ...]

    def now(self) -> datetime:
        return self.services.clock()

    def current(self, base: str, longest: timedelta) -> Standing | None:
        """The channel that is good for a while yet; if for longer than that, a clock was ahead."""
        now = self.now()
        good = [c for c in self.standing if c.renew_at and now < c.renew_at <= now + longest]
        return next((c for c in reversed(good) if c.address.startswith(base)), None)

    def due(self, base: str) -> Standing | None:
        """The latest channel that leads here and is not over, so that it may be renewed."""
        there = [c for c in self.standing if c.resource is not None and c.expires_at > self.now()]
        return next((c for c in reversed(there) if c.address.startswith(base)), None)

    def without(self, gone: Standing) -> "_Care":
        return replace(self, standing=tuple(c for c in self.standing if c is not gone))

    async def close(self, adapter: CalendarAdapter, besides: Standing | None = None) -> int:
        others = [(self.claim.external_id, c) for c in self.standing if c is not besides]
        return await at_provider.close(self.services, adapter, others, self.now())


async def renew_push(services: Services, link_id: UUID) -> None:
    """Look after the channels of a link if it is time and nobody does; whatever goes wrong is not raised."""
    try:
        claim = await channels.claim(link_id, services.clock())
        calendar = None if claim is None else await calendars.load(claim.calendar_id)
        if claim is not None and calendar is not None:
            care = _Care(services, claim, calendar, (*await channels.of_link(link_id),))
            await _look_after(care)
            await _rely_on(care)
            services.feed.publish(status_topic(calendar.user_id))
    except Exception:  # noqa: BLE001 - the claim ends by itself
        _log.exception("push_failed", link=link_id)


async def _look_after(care: _Care) -> None:
    push = at_provider.push_of(care.services, care.calendar.provider)
    base = at_provider.base_address(care.services) if _is_synced(care) else None
    try:
        adapter = _adapter(care) if push and (base or care.standing) else None
        if push is None or adapter is None:
            await _give_up(care)
        elif base is None:
            await _end(care, adapter)
        else:
            await _keep_one(care, adapter, push, base)
    except ProviderError as error:
        await _fail(care, error)
    except Exception:  # noqa: BLE001 - a plugin's fault: tried again, as all else
        _log.exception("push_failed", link=care.claim.link_id)
        await _try_later(care, UNEXPECTED, None)


async def _rely_on(care: _Care) -> None:
    """Where the provider ceased to tell of changes, the calendar is looked at as often as its user set."""
    base, link, now = at_provider.base_address(care.services), care.claim.link_id, care.now()
    until = await relying.told_until(link, base) if base else None
    every = looked_at_every(care.calendar.frequency, until, now)
    latest, at = next_sync(now, every, 1), next_sync(now, every, dice())
    await channels.look_by(care.calendar.id, link, latest, at)


def _adapter(care: _Care) -> CalendarAdapter | None:
    """None where the account is signed out, or another one is signed in. Raises ProviderError."""
    if care.calendar.account.subject != care.claim.account_subject:
        return None
    try:
        return adapter_for(care.services, care.calendar)
    except NotConnected:
        return None


def _is_synced(care: _Care) -> bool:
    """A pause ends no channel: what comes through it is not listened to meanwhile."""
    return care.claim.is_present and care.calendar.is_active and care.calendar.stopped is None


async def _give_up(care: _Care) -> None:
    """There is none, or nobody can close it: then it ends by itself."""
    await channels.forget([c.id for c in care.standing])
    await channels.rest(care.claim, None)


async def _end(care: _Care, adapter: CalendarAdapter) -> None:
    left = await care.close(adapter)
    await channels.rest(care.claim, care.now() + _CLOSE_AGAIN if left else None)


async def _keep_one(care: _Care, adapter: CalendarAdapter, push: Push, base: str) -> None:
    current = care.current(base, push.lifetime)
    if current is None or current.renew_at is None:
        await _renew(care, adapter, push, base)
        return
    left = await care.close(adapter, besides=current)
    again_at = care.now() + _CLOSE_AGAIN if left else current.renew_at
    await channels.rest(care.claim, min(again_at, current.renew_at))


async def _renew(care: _Care, adapter: CalendarAdapter, push: Push, base: str) -> None:
    """The channel lasts longer where the provider lets it; else it gets a successor."""
    due, now = care.due(base), care.now()
    if due is None:
        await _open(care, adapter, push, base)
        return
    known = at_provider.opened_channel(care.services, due)
    try:
        channel = await adapter.renew_webhook(care.claim.external_id, known, now + push.lifetime)
    except NotFound:
        await channels.forget([due.id])
        await _open(care.without(due), adapter, push, base)
        return
    if channel is None:
        await _open(care, adapter, push, base)
    elif await _recorded(care, adapter, push, channel):
        _log.info("channel_renewed", **_about(care, channel))
        await channels.rest(care.claim, now)
        # A provider that asked for it may have told nothing since.
        await _look_once(care)


async def _open(care: _Care, adapter: CalendarAdapter, push: Push, base: str) -> None:
    services, now = care.services, care.now()
    ask, asked = at_provider.sealed_ask(services, base, care.calendar.provider, now + push.lifetime)
    await channels.announce(care.claim.link_id, asked)
    channel = await adapter.setup_webhook(care.claim.external_id, ask)
    renew_at = await _recorded(care, adapter, push, channel)
    if renew_at is None:
        return
    _log.info("channel_opened", **_about(care, channel))
    former = [c for c in care.standing if c.resource is not None]
    await channels.rest(care.claim, now + _OVERLAP if care.standing else renew_at)
    if not any(c.expires_at > now and c.address.startswith(base) for c in former):
        await _look_once(care)


def _about(care: _Care, channel: Channel) -> dict[str, object]:
    return {
        "link": care.claim.link_id,
        "provider": care.calendar.provider,
        "until": channel.expires_at,
    }


async def _recorded(care: _Care, adapter: CalendarAdapter, push: Push, channel: Channel) -> datetime | None:
    """When it is to be renewed.

    None where its calendar was disconnected meanwhile, which nobody could tell the provider but us.
    """
    now = care.now()
    renew_at = max(renewal(now, channel.expires_at, dice()), now + _LEAST_LIFE)
    renew_at = min(renew_at, now + push.lifetime)
    opened = UUID(channel.id), channel.resource, now, renew_at, channel.expires_at
    if await channels.record_opened(*opened):
        return renew_at
    await adapter.stop_webhook(care.claim.external_id, channel)
    return None


async def _look_once(care: _Care) -> None:
    """What changed before the channel was there, nobody was told of."""
    await make_due([care.calendar.id], care.now())
    care.services.nudge([care.calendar.id])


async def _fail(care: _Care, error: ProviderError) -> None:
    if isinstance(error, Paced):
        # Nothing failed: what is known of failures stays as it is.
        _log.info("push_paused", link=care.claim.link_id, provider=care.calendar.provider)
        await channels.pause(care.claim, care.now() + (retry_after_of(error) or timedelta(0)))
        return
    trouble = trouble_of(error)
    _log.warning("push_failed", link=care.claim.link_id, provider=care.calendar.provider, code=trouble.code)
    if isinstance(error, Unacceptable):
        refused = Trouble(REFUSED, trouble.message, LATER)
        problem = refused.as_problem(care.now())
        await channels.rest(care.claim, care.now() + _ASK_AGAIN, problem=problem)
    else:
        await _try_later(care, trouble, retry_after_of(error))


async def _try_later(care: _Care, trouble: Trouble, retry_after: timedelta | None) -> None:
    attempts = care.claim.attempts + 1
    at = care.now() + back_off(attempts, retry_after, dice())
    await channels.rest(care.claim, at, attempts, trouble.as_problem(care.now()))
