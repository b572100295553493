"""Outlook and Microsoft 365 as a provider: how one signs in, and what it can do."""

from datetime import timedelta

from metonic_core.spi import Capabilities, OAuth2, Pace, Provider
from metonic_outlook.adapter import OutlookAdapter
from metonic_outlook.lanes import LANES, SIZE
from metonic_outlook.packing import cost

_HOST = "graph.microsoft.com"
# Of work, school and personal accounts.
_PLATFORM = "https://login.microsoftonline.com/common"

PROVIDER = Provider(
    name="outlook",
    title="Outlook",
    sign_in=OAuth2(
        server=f"https://{_HOST}",
        authorize_url=f"{_PLATFORM}/oauth2/v2.0/authorize",
        token_url=f"{_PLATFORM}/oauth2/v2.0/token",
        # Without `offline_access` there is no refresh token.
        scopes=("offline_access", "User.Read", "Calendars.ReadWrite"),
        issuer="https://login.microsoftonline.com/{tenantid}/v2.0",
        keys_url=f"{_PLATFORM}/discovery/v2.0/keys",
        parameters={"prompt": "select_account"},
    ),
    adapter=OutlookAdapter,
    # Whatever is written with attendees is mailed to them, and Graph has no way to say otherwise.
    capabilities=Capabilities(
        batch_size=LANES * SIZE,
        silent_writes=False,
        visibility_lag=timedelta(seconds=20),
        settle_after=timedelta(seconds=30),
    ),
    hosts=(_HOST,),
    # Of one mailbox by one application (page "Microsoft Graph service-specific throttling limits").
    paces=(Pace(_HOST, 10_000, span=timedelta(minutes=10), cost=cost),),
)
