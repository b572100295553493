"""Outlook and Microsoft 365 as a provider: how one signs in, and what it can do."""

from datetime import timedelta

from metonic_core.spi import Capabilities, Pace, Provider
from metonic_outlook.adapter import OutlookAdapter
from metonic_outlook.lanes import LANES, SIZE
from metonic_outlook.packing import cost, parts
from metonic_outlook.push import PUSH
from metonic_outlook.sign_in import HOST, SIGN_IN

PROVIDER = Provider(
    name="outlook",
    title="Outlook",
    sign_in=SIGN_IN,
    adapter=OutlookAdapter,
    # Whatever is written with attendees is mailed to them, and Graph has no way to say otherwise.
    capabilities=Capabilities(
        batch_size=LANES * SIZE,
        silent_writes=False,
        visibility_lag=timedelta(seconds=20),
        settle_after=timedelta(seconds=30),
    ),
    push=PUSH,
    hosts=(HOST,),
    # Of one mailbox by one application (page "Microsoft Graph service-specific throttling limits").
    paces=(Pace(HOST, 10_000, span=timedelta(minutes=10), cost=cost, at_once=4),),
    parts=parts,
)
