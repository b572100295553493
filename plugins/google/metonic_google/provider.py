"""Google Calendar as a provider: how one signs in, and what it can do."""

from datetime import timedelta

from metonic_core.spi import Capabilities, OAuth2, Pace, Provider, Push
from metonic_core.spi.errors import Scope
from metonic_google.adapter import GoogleAdapter
from metonic_google.multipart import cost, parts
from metonic_google.push import read
from metonic_google.session import BATCH

_HOST = "www.googleapis.com"
_SCOPES = "https://www.googleapis.com/auth/"

PROVIDER = Provider(
    name="google",
    title="Google Calendar",
    sign_in=OAuth2(
        server=f"https://{_HOST}",
        authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
        token_url="https://oauth2.googleapis.com/token",  # noqa: S106 - an address
        scopes=(f"{_SCOPES}calendar.events", f"{_SCOPES}calendar.calendarlist.readonly"),
        issuer="https://accounts.google.com",
        keys_url="https://www.googleapis.com/oauth2/v3/certs",
        revoke_url="https://oauth2.googleapis.com/revoke",
        # Without both, only the very first consent brings a refresh token.
        parameters={"access_type": "offline", "prompt": "consent"},
    ),
    adapter=GoogleAdapter,
    # Google advises to ask again before a 404 for something new is believed.
    capabilities=Capabilities(
        batch_size=BATCH,
        silent_writes=True,
        visibility_lag=timedelta(seconds=10),
        settle_after=timedelta(seconds=30),
    ),
    push=Push(lifetime=timedelta(days=7), read=read),
    hosts=(_HOST,),
    # What projects made since May 2026 may ask in a minute (guide "Manage quotas").
    paces=(Pace(_HOST, 600, cost=cost), Pace(_HOST, 10_000, scope=Scope.PROJECT, cost=cost)),
    parts=parts,
)
