"""The client of an account that is signed in with a grant: it renews the grant, and nobody sees a token."""

import asyncio
import json
import re
from base64 import b64decode
from collections.abc import Coroutine, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from metonic_core.spi.client import Answer
from metonic_core.spi.errors import Misconfigured, ProviderError, SignInNeeded, Unavailable
from metonic_core.spi.provider import OAuth2, Provider
from metonic_gateway.accounts.oauth.authority import DEADLINE, Authority
from metonic_gateway.accounts.oauth.beginning import authority_of, oauth_of
from metonic_gateway.accounts.oauth.grant import Grant
from metonic_gateway.services import Services
from metonic_gateway.store import grants
from metonic_gateway.store.connected import ConnectedCalendar
from metonic_gateway.telemetry import get_logger
from metonic_gateway.vault import Place, VaultError

_UNAUTHORIZED: Final = 401
_INSUFFICIENT = 'error="insufficient_claims"'
_CLAIMS = re.compile(r'\bclaims="([\w+/=-]{1,4000})"', re.ASCII)
_LOOK_AGAIN = 0.2
# Who renews has given up by then.
_LOOKS = round(2 * DEADLINE / _LOOK_AGAIN)

_log = get_logger(__name__)


class GrantClient:
    """A ``Client``. Renews ahead of expiry, and once where a request is refused all the same.

    Raises SignInNeeded where the grant is over, beside what the authorization server and a ``Client`` raise.
    """

    def __init__(self, services: Services, provider: Provider, grant: "KeptGrant") -> None:
        self._services = services
        self._provider = provider
        self._sign_in: OAuth2 = oauth_of(provider)
        self._grant = grant

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        grant = await self._grant.good()
        answer = await self._ask(grant, method, url, headers, body)
        if answer.status != _UNAUTHORIZED:
            return answer
        # It was refused before anything was done, so a write may be repeated.
        fresh = await self._grant.renewed(grant, wanted_claims(answer))
        answer = await self._ask(fresh, method, url, headers, body)
        if answer.status == _UNAUTHORIZED:
            raise SignInNeeded(f"{self._provider.title} no longer lets us in.", answer)
        return answer

    async def _ask(
        self, grant: Grant, method: str, url: str, headers: Mapping[str, str] | None, body: bytes | None
    ) -> Answer:
        client = self._services.egress.client(self._provider, self._sign_in.server, f"Bearer {grant.access}")
        return await client.request(method, url, headers, body)


def credentials_place(calendar_id: UUID) -> Place:
    """Where the envelope of that calendar's credentials is stored."""
    return Place("calendar_sync_configs", str(calendar_id), "access_token")


class KeptGrant:
    """The grant of a connected calendar, as it stands sealed in its row, at ``place``.

    Problem: whoever signs in to another account while a run lasts would have it go on there. Solution: it is
    the grant of one account only.
    """

    def __init__(
        self, services: Services, provider: Provider, calendar: ConnectedCalendar, *, is_fresh: bool = False
    ) -> None:
        """``is_fresh``: the calendar was read just now."""
        self._services = services
        self._provider = provider
        self._calendar_id = calendar.id
        self._subject = calendar.account.subject
        self.place = credentials_place(calendar.id)
        self._fresh = calendar.sealed if is_fresh else None
        self._known: Grant | None = None

    async def good(self) -> Grant:
        """The grant, with an access token that is good for a minute at least."""
        if self._known is None:
            self._known = self.opened(self._fresh or await self._sealed())
        if self._known.is_due(self._services.clock()):
            return await self.renewed(self._known)
        return self._known

    async def renewed(self, stale: Grant, claims: str = "") -> Grant:
        """The grant with an access token other than that of ``stale``; one renews it, the others wait.

        ``claims`` are what the refused request wants a token to say.

        What is new is stored before it is used. A grant is over only if it is still the one that was renewed:
        else somebody else was faster.
        """
        authority = authority_of(self._services, self._provider)
        for _ in range(_LOOKS):
            sealed = await self._sealed()
            grant = self.opened(sealed)
            if grant.access != stale.access and not grant.is_due(self._services.clock()):
                self._known = grant
                return grant
            fresh = await self._renewed_here(authority, grant, sealed, claims)
            if fresh is not None:
                self._known = fresh
                return fresh
            await asyncio.sleep(_LOOK_AGAIN)
        raise Unavailable("The sign-in is being renewed, and that takes too long.")

    async def _renewed_here(
        self, authority: Authority, grant: Grant, sealed: str, claims: str
    ) -> Grant | None:
        """None where somebody else renews it, or has: then the row is to be looked at again."""
        until = await grants.claim(self._calendar_id, sealed, self._services.clock())
        if until is None:
            return None
        return await _to_its_end(self._renewed_under(until, authority.renewed(grant, claims), sealed))

    async def _renewed_under(
        self, until: datetime, renewing: Coroutine[None, None, Grant], sealed: str
    ) -> Grant | None:
        try:
            fresh = await renewing
            text = self._services.vault.seal(fresh.as_text(), self.place)
            is_kept = await grants.replace(self._calendar_id, sealed, text)
        except SignInNeeded:
            if await grants.read(self._calendar_id, self._subject) == sealed:
                self._count("over")
                raise
            return None
        except ProviderError:
            self._count("failed")
            raise
        finally:
            await grants.let_go(self._calendar_id, until)
        self._count("renewed")
        _log.info("grant_renewed", calendar=self._calendar_id, provider=self._provider.name)
        return fresh if is_kept else None

    def _count(self, outcome: str) -> None:
        self._services.metrics.refreshed(self._provider.name, outcome)

    def opened(self, sealed: str) -> Grant:
        """Raises Misconfigured where the key is missing."""
        try:
            return Grant.of_text(self._services.vault.open(sealed, self.place))
        except VaultError as error:
            raise Misconfigured(str(error)) from error

    async def _sealed(self) -> str:
        sealed = await grants.read(self._calendar_id, self._subject)
        if sealed is None:
            raise SignInNeeded("The sign-in is over: the calendar was disconnected or has another account.")
        return sealed


def wanted_claims(answer: Answer) -> str:
    """What a token has to say to be taken (Microsoft: "Claims challenges"); empty if that is not told."""
    challenge = answer.headers.get("www-authenticate", "")
    found = _CLAIMS.search(challenge)
    if found is None or _INSUFFICIENT not in challenge:
        return ""
    try:
        claims = b64decode(found[1], altchars=b"-_").decode()
        json.loads(claims)
    except (ValueError, RecursionError):
        return ""
    return claims


async def _to_its_end(work: Coroutine[None, None, Grant | None]) -> Grant | None:
    """Also where who waits for it is cancelled: a refresh token that rotates must not get lost."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if not task.cancelled():
            await asyncio.wait([task])
            # What went wrong is of no interest to who was cancelled.
            task.exception()
        raise
