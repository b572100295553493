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
    ``most_alone``: so many events of a batch are read each by a request of its own, where a list does not say
    what they hold; the others have to wait. None for all, where no pace is kept.
    ``hears_if_none_match``: what is new need not be looked for before it is written. Zimbra and SOGo write
    over what is there.
    """

    entry: str | None = None
    has_wide_uids: bool = False
    most_alone: int | None = None
    hears_if_none_match: bool = False


ICLOUD_ENTRY = "https://caldav.icloud.com/"

GENERIC = Profile()
"""Whatever else speaks CalDAV."""

ICLOUD = Profile(
    # Accounts are moved between partition hosts; this one passes on to all of them.
    entry=ICLOUD_ENTRY,
    has_wide_uids=True,
    # With all else that a batch may take, no more than ``Pace.least``: it would be begun again and again.
    most_alone=80,
    hears_if_none_match=True,
)


def profile_of(server: str) -> Profile:
    """The profile of the service at that URL."""
    host = urlsplit(server).hostname or ""
    return ICLOUD if f".{host}".endswith(".icloud.com") else GENERIC
