"""Every switch and every fault of the stand-in for Google, in two tables.

A switch stands for what sources tell differently, or for a state that lasts; a fault befalls the next
requests that match.
"""

from metonic_simulators.wire.faults import Kind, table

_GUIDE = "Google's guide"
_REFERENCE = "Google's reference"
_UNKNOWN = "sources differ"

QUIRKS = table(
    Kind("strict-parameters", "unknown query parameters are refused", _UNKNOWN),
    Kind("empty-items-omitted", "a list without items has no `items`", "keeper.sh, gcal_sync", is_on=True),
    Kind("short-pages", "pages hold fewer items than asked, the first none", _REFERENCE, {"size": 3}),
    Kind(
        "no-token-with-filters",
        "`q`, `updatedMin`, `iCalUID` and properties bring no sync token, as `orderBy` always",
        "google-api-ruby-client 312",
        is_on=True,
    ),
    Kind("show-deleted-refused", "an explicit `showDeleted=false` with a sync token is refused", _REFERENCE),
    Kind("properties-or", "one of several property filters has to match, not all", "an older guide"),
    Kind("undelete-refused", "a deleted event cannot be confirmed again", "google-api-ruby-client 1811"),
    Kind("master-bumped", "a changed exception changes the etag of its series", _UNKNOWN),
    Kind("exceptions-dropped", "a series whose rule or time changes loses its exceptions", _UNKNOWN),
    Kind("exceptions-told", "a deleted series brings a tombstone of each exception too", _UNKNOWN),
    Kind(
        "reminders-bump", "a change of reminders changes the etag and shows in deltas", _REFERENCE, is_on=True
    ),
    Kind("zero-length-refused", "a timed event must end after it starts", "keeper.sh", is_on=True),
    Kind("conference-stripped", "a conference's own block leaves the description", "keeper.sh", is_on=True),
    Kind("private-refused", "a guest cannot write private properties of a copy", "gdata-provider 3"),
    Kind("api-disabled", "the project has not enabled the API", _GUIDE),
    Kind("testing-client", "refresh tokens end after some days", _GUIDE, {"days": 7}),
    Kind("idle-tokens", "unused refresh tokens end", _GUIDE, {"days": 183}, is_on=True),
    Kind("sync-token-life", "older sync tokens need a full sync", _GUIDE, {"days": 30}, is_on=True),
    Kind("retention", "tombstones are kept so long", "folklore", {"days": 30}, is_on=True),
    Kind("horizon", "an endless series has so many instances", "compass 797", {"instances": 730}, is_on=True),
    Kind(
        "quota",
        "requests a minute, of a user and of the project",
        _GUIDE,
        {"per_user": 600, "per_project": 10_000},
        is_on=True,
    ),
    Kind("over-quota-429", "too many requests are 429, not 403", _GUIDE),
    Kind("patch-costs-three", "a PATCH counts as three requests", _GUIDE, is_on=True),
    Kind("burst", "writes to one calendar a second", "Google's guide", {"writes": 5}),
    Kind("calendar-limits", "after so many creations none for hours", _GUIDE, {"events": 100, "hours": 12}),
    Kind("http-webhooks", "channels may deliver to http on loopback", "for tests", is_on=True),
    Kind("push-not-exists", "a deleted calendar is told by `not_exists`", _UNKNOWN, is_on=True),
    Kind("channel-life", "channels live no longer than that", _GUIDE, {"seconds": 604_800}, is_on=True),
    Kind("push-delay", "changes are told together, after a while", _GUIDE, {"seconds": 1.0}),
    Kind("conference-delay", "a conference is made so much later", _GUIDE, {"seconds": 1.0}, is_on=True),
)

FAULTS = table(
    Kind("failing", "an error of the backend", _GUIDE, {"status": 503}),
    Kind("html", "an error page instead of JSON", "keeper.sh", {"status": 502}),
    Kind("empty", "an error without a body", "keeper.sh", {"status": 500}),
    Kind("truncated", "half of the answer, then the connection ends", "keeper.sh"),
    Kind("lost-request", "the connection ends before anything is done", "any network"),
    Kind("lost-response", "it is done, then the connection ends", "any network"),
    Kind("slow", "nothing happens for a while", "any network", {"seconds": 1.0}),
    Kind("hidden", "for a while what was there before is read", _GUIDE, {"seconds": 5.0}),
    Kind(
        "slow-response", "it is done at once, and the answer takes its time", "any network", {"seconds": 1.0}
    ),
    Kind(
        "rate-limited",
        "too many requests; 0: without a Retry-After",
        _GUIDE,
        {"status": 403, "reason": "rateLimitExceeded", "retry_after": 0},
    ),
    Kind("limits-exceeded", "Calendar usage limits exceeded", _GUIDE),
    Kind("unauthorized", "a token that is good is refused", "OGCS"),
    Kind("sync-token-expired", "a full sync is required", _GUIDE),
    Kind("conflict", "a clash with another part of the batch", _GUIDE),
    Kind("touched-after", "the event is changed once more after it was written", "OGCS 1593"),
    Kind("duplicate-undetected", "an id that is taken is not noticed: the event is made anew", _REFERENCE),
    Kind("push-lost", "a message is not delivered (method PUSH, path the channel's id)", _GUIDE),
    Kind("push-doubled", "a message is delivered twice (method PUSH)", _GUIDE),
    Kind("push-after-stop", "one more message after the channel was stopped (method PUSH)", "node 1402"),
    Kind("invalid-rapt", "a refresh needs the user again (path /token)", "GAM"),
)
