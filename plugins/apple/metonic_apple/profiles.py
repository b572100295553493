"""What is known of a service by hearsay only: one value for each, chosen by the host.

Apple documents nothing of iCloud's CalDAV. What is here was measured or reported by others, and is to be
checked on a live account; what every server may do is not here but where it is dealt with.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Profile:
    """``entry`` is where an account's home is asked for anew when the host that it was on disowns it.

    ``has_wide_uids``: a UID that one calendar of the account has is refused in the others, and no reason is
    given. ``requests_per_second`` is what an account is asked at most for long, 0 for no bound; ``burst`` is
    how many requests may come at once before that.
    """

    entry: str | None = None
    has_wide_uids: bool = False
    requests_per_second: float = 0
    burst: int = 0


ICLOUD_ENTRY = "https://caldav.icloud.com/"

GENERIC = Profile()
"""Whatever else speaks CalDAV."""

ICLOUD = Profile(
    # Accounts are moved between partition hosts; this one passes on to all of them.
    entry=ICLOUD_ENTRY,
    has_wide_uids=True,
    # Apple names no figure. Keeper.sh asks 240 times a minute per account and was not seen to be throttled.
    requests_per_second=4,
    burst=100,
)


def profile_of(server: str) -> Profile:
    """The profile of the service at that URL."""
    host = urlsplit(server).hostname or ""
    return ICLOUD if f".{host}".endswith(".icloud.com") else GENERIC
