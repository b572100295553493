"""Connecting a calendar: sign in, choose, test; and how a run gets its adapter."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from time import perf_counter
from uuid import UUID, uuid4

from metonic_core.model.errors import InvalidValue
from metonic_core.spi.adapter import CalendarAdapter
from metonic_core.spi.client import Client
from metonic_core.spi.errors import Misconfigured
from metonic_core.spi.provider import Account, CalendarInfo, Credentials, OAuth2, Password, Provider
from metonic_gateway.accounts.basic import basic_authorization
from metonic_gateway.accounts.channels import close_all
from metonic_gateway.accounts.circuits import GuardedClient
from metonic_gateway.accounts.oauth.client import GrantClient, KeptGrant, credentials_place
from metonic_gateway.accounts.oauth.revoking import (
    FORMER_NEVER_GIVEN_BACK,
    Former,
    Revocation,
    begin_replacing,
    give_back,
)
from metonic_gateway.accounts.pacing import PacedClient, paces_of
from metonic_gateway.services import Services, status_topic
from metonic_gateway.store import calendars, channels
from metonic_gateway.store.calendars import SignedIn, SignedOut
from metonic_gateway.store.connected import ConnectedCalendar
from metonic_gateway.vault import VaultError


class NotConnected(Exception):
    """The user has no connected calendar at this provider."""

    def __init__(self, provider: str) -> None:
        super().__init__(f"no calendar is connected at {provider}")
        self.provider = provider


class NoCalendarChosen(NotConnected):
    """The user is signed in at this provider and has not said which calendar to use."""


@dataclass(frozen=True, slots=True)
class ReadAccount:
    """An account as its provider tells of it."""

    account: Account
    choices: Sequence[CalendarInfo]


@dataclass(frozen=True, slots=True)
class TestReport:
    """What a test of a connection found; ``latency_ms`` is the time the provider took to answer.

    ``webhooks``: there is a channel by which it tells of changes.
    """

    __test__ = False

    ok: bool
    account: str
    can_write: bool
    latency_ms: int
    webhooks: bool


async def connect_with_credentials(
    services: Services, user_id: UUID, provider: Provider, credentials: Credentials
) -> UUID:
    """Sign in and keep the sign-in; the only writable calendar, or the one chosen before, is taken by itself.

    Returns the connected calendar's id: a user keeps one per provider, whatever account it is signed in to.
    Raises InvalidValue for a form that cannot be sent, and ProviderError for what the provider said.
    """
    form = form_of(provider)
    typed = _filled_in(form, credentials)
    server = _server(form, typed)
    client = _client(services, provider, form, typed)
    provisional = Account("", typed["username"], server, typed["username"])
    read = await read_account(services, provider, client, provisional)
    return await keep_sign_in(services, user_id, provider, read, json.dumps(typed))


async def read_account(
    services: Services, provider: Provider, client: Client, provisional: Account
) -> ReadAccount:
    """Ask the provider who is signed in and what calendars they have; raises ProviderError."""
    account = await _adapter(services, provider, client, provisional).authenticate()
    return ReadAccount(account, await _adapter(services, provider, client, account).list_calendars())


async def keep_sign_in(
    services: Services, user_id: UUID, provider: Provider, read: ReadAccount, secret: str
) -> UUID:
    """Keep who signed in, and the secret by which they do. The obvious calendar is taken, and synced soon.

    The grant of another account, which nobody could give back any more, is given back.
    """
    kept, formers = await _taken(services, user_id, provider, read, secret)
    if Revocation.FAILED in [await give_back(services, former) for former in formers]:
        problem = FORMER_NEVER_GIVEN_BACK | {"at": services.clock().isoformat()}
        await calendars.note_problem(kept.id, read.account.subject, problem)
    if kept.stopped is None:
        services.nudge([kept.id])
    services.feed.publish(status_topic(user_id))
    return kept.id


async def _taken(
    services: Services, user_id: UUID, provider: Provider, read: ReadAccount, secret: str
) -> tuple[ConnectedCalendar, Sequence[Former]]:
    """The calendar with its new sign-in, and the grant of another account that it had before.

    They are several where somebody signs in to a third account at the same moment.
    """
    formers: list[Former | None] = []
    while True:
        known = await calendars.of_user(user_id, provider.name)
        if known and known.account.subject != read.account.subject:
            await close_all(services, known, adapter_for)
            formers.append(await begin_replacing(services, known))
        row_id, before = (known.id, known.account.subject) if known else (uuid4(), None)
        found = SignedIn(row_id, user_id, provider.name, read.account, "", read.choices, before)
        if kept := await _keep(services, found, secret):
            return kept, [former for former in formers if former is not None]


async def _keep(services: Services, found: SignedIn, secret: str) -> ConnectedCalendar | None:
    sealed = services.vault.seal(secret, credentials_place(found.id))
    frequency = timedelta(minutes=services.settings.frequency_minutes)
    now, window = services.clock(), services.window()
    return await calendars.keep_sign_in(replace(found, sealed=sealed), frequency, now, window)


async def choose_calendar(
    services: Services, user_id: UUID, provider_name: str, calendar_id: str, *, remove_copies: bool = True
) -> UUID:
    """Sync with that calendar of the account from now on; raises NotConnected or InvalidValue.

    The copies in the one before are removed by runs of the new one, if so wished.
    """
    calendar = await connected(user_id, provider_name)
    choice = next((c for c in calendar.choices if c.id == calendar_id), None)
    if choice is None:
        raise InvalidValue(
            "The account has no such calendar.",
            ("calendarId",),
            "Use the id of one of its `choices`; `testConnection` reads them anew.",
        )
    if not choice.is_writable:
        raise InvalidValue(
            "This calendar can only be read.", ("calendarId",), "Choose one that may be written to."
        )
    try:
        now = services.clock()
        await calendars.choose(calendar.id, choice, services.window(), now, remove_copies=remove_copies)
    except SignedOut:
        raise NotConnected(provider_name) from None
    services.nudge([calendar.id])
    services.feed.publish(status_topic(user_id))
    return calendar.id


async def test_connection(services: Services, user_id: UUID, provider_name: str) -> TestReport:
    """Ask the provider who is signed in and what calendars there are, and keep these as the choices.

    Raises NotConnected and ProviderError.
    """
    calendar = await connected(user_id, provider_name)
    adapter = adapter_for(services, calendar)
    began = perf_counter()
    account = await adapter.authenticate()
    latency = perf_counter() - began
    found = await adapter.list_calendars()
    await calendars.keep_choices(calendar.id, calendar.account.subject, found)
    chosen = next((c for c in found if c.id == calendar.calendar_id), None)
    return TestReport(
        ok=chosen is not None or calendar.calendar_id is None,
        account=account.name,
        can_write=chosen.is_writable if chosen else any(c.is_writable for c in found),
        latency_ms=round(latency * 1000),
        webhooks=await channels.is_open(calendar.id, services.clock()),
    )


async def connected(user_id: UUID, provider_name: str) -> ConnectedCalendar:
    """The user's calendar at that provider, if there is a sign-in to work with; else raises NotConnected."""
    calendar = await calendars.of_user(user_id, provider_name)
    if calendar is None or not calendar.is_connected:
        raise NotConnected(provider_name)
    return calendar


def adapter_for(
    services: Services, calendar: ConnectedCalendar, *, is_fresh: bool = False
) -> CalendarAdapter:
    """The signed-in adapter of a connected calendar; raises Misconfigured, SignInNeeded.

    ``is_fresh``: the calendar was read just now.
    """
    provider = provider_of(services, calendar)
    if calendar.sealed is None:
        raise NotConnected(calendar.provider)
    if isinstance(provider.sign_in, OAuth2):
        kept = KeptGrant(services, provider, calendar, is_fresh=is_fresh)
        return _adapter(services, provider, GrantClient(services, provider, kept), calendar.account)
    try:
        typed: Mapping[str, str] = json.loads(
            services.vault.open(calendar.sealed, credentials_place(calendar.id))
        )
    except VaultError as error:
        raise Misconfigured(str(error)) from error
    client = _client(services, provider, provider.sign_in, typed)
    return _adapter(services, provider, client, calendar.account)


def _adapter(services: Services, provider: Provider, client: Client, account: Account) -> CalendarAdapter:
    """The adapter of an account, kept to the pace of its provider, and from a host that is down."""
    subject, clock = account.subject, services.clock
    paces = paces_of(provider, subject, services.settings.allowed)
    paced = PacedClient(client, provider, subject, paces, services.paces, clock, services.usage)
    return provider.adapter(GuardedClient(paced, provider, subject, services.circuits, clock), account)


def provider_of(services: Services, calendar: ConnectedCalendar) -> Provider:
    """The provider's plugin; raises Misconfigured if it is not installed any more."""
    provider = services.registry.providers.get(calendar.provider)
    if provider is None:
        raise Misconfigured(f"The plugin for {calendar.provider!r} is not installed or does not work.")
    return provider


def form_of(provider: Provider) -> Password:
    """How one signs in with a form; raises InvalidValue for a provider with a page of its own."""
    if isinstance(provider.sign_in, Password):
        return provider.sign_in
    raise InvalidValue(
        f"One signs in to {provider.title} at its own page, not with a form.",
        ("provider",),
        "Use `connectProvider`.",
    )


def _client(services: Services, provider: Provider, form: Password, typed: Mapping[str, str]) -> Client:
    """The credentials go to the server that was typed in, wherever discovery has led since."""
    authorization = basic_authorization(typed["username"], typed["password"])
    return services.egress.client(provider, _server(form, typed), authorization)


def _server(form: Password, typed: Mapping[str, str]) -> str:
    return typed.get("server") or form.default_server


def _filled_in(form: Password, credentials: Credentials) -> dict[str, str]:
    """What was typed in, by field; raises InvalidValue for a field that is missing or not in the form."""
    known = {field.name for field in form.fields}
    for name in credentials:
        if name not in known:
            raise InvalidValue(
                f"The sign-in form has no field {name[:40]!r}.",
                ("credentials", name[:40]),
                f"Its fields are {', '.join(sorted(known))}.",
            )
    typed = {name: value.strip() if name != "password" else value for name, value in credentials.items()}
    for field in form.fields:
        if field.is_required and not typed.get(field.name):
            raise InvalidValue(f"{field.label} is missing.", ("credentials", field.name), "Fill it in.")
    return {name: value for name, value in typed.items() if value}
