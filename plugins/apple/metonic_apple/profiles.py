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
    given.
    """

    entry: str | None = None
    has_wide_uids: bool = False


ICLOUD_ENTRY = "https://caldav.icloud.com/"

GENERIC = Profile()
"""Whatever else speaks CalDAV."""

ICLOUD = Profile(
    # Accounts are moved between partition hosts; this one passes on to all of them.
    entry=ICLOUD_ENTRY,
    has_wide_uids=True,
)


def profile_of(server: str) -> Profile:
    """The profile of the service at that URL."""
    host = urlsplit(server).hostname or ""
    return ICLOUD if f".{host}".endswith(".icloud.com") else GENERIC
