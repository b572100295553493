"""Apple Calendar as a provider: iCloud unless the user names another CalDAV server."""

from datetime import timedelta

from metonic_apple.adapter import AppleAdapter
from metonic_apple.fetching import BATCH
from metonic_apple.profiles import ICLOUD_ENTRY
from metonic_apple.session import IN_FLIGHT
from metonic_core.spi import Capabilities, Field, Pace, Password, Provider

_ICLOUD = "*.icloud.com"

PROVIDER = Provider(
    name="apple",
    title="Apple Calendar",
    sign_in=Password(
        fields=(
            Field("server", "Server", is_required=False, placeholder=ICLOUD_ENTRY),
            Field("username", "Apple Account", placeholder="name@example.com"),
            Field("password", "App-specific password", is_secret=True, placeholder="xxxx-xxxx-xxxx-xxxx"),
        ),
        default_server=ICLOUD_ENTRY,
        help_url="https://account.apple.com",
    ),
    adapter=AppleAdapter,
    # iCloud takes its time: a write that was cut off may still arrive for a while. And it drops sync tokens.
    capabilities=Capabilities(
        batch_size=BATCH * IN_FLIGHT, settle_after=timedelta(seconds=10), forgets_silently=True
    ),
    hosts=(_ICLOUD,),
    # Apple names no figure. Keeper.sh asks 240 times a minute of an account and was not seen to be throttled;
    # with the pause that follows, so many come to no more than that for long.
    paces=(Pace(_ICLOUD, 300),),
)
