"""Every switch and every fault of the stand-in for Microsoft Graph, in two tables.

A switch stands for what sources tell differently or nobody verified, or for a state that lasts; a fault
befalls the next requests that match.
"""

from metonic_simulators.wire.faults import Kind, table

_DOCS = "Microsoft's documentation"
_UNKNOWN = "unverified"

QUIRKS = table(
    Kind("scopes-long", "the scopes of a token come in their long form", "keeper.sh 644"),
    Kind("refresh-once", "a refresh token that was used is spent", _UNKNOWN),
    Kind("scope-on-refresh", "a refresh has to name its scopes", "keeper.sh"),
    Kind("idle-tokens", "unused refresh tokens end", _DOCS, {"days": 90}, is_on=True),
    Kind("token-life", "access tokens live so long", _UNKNOWN, {"seconds": 3600}, is_on=True),
    Kind("plain-personal-errors", "refusals to personal accounts have no AADSTS number", _UNKNOWN),
    Kind("members-refused", "unknown members of a body are refused", _UNKNOWN),
    Kind("all-iana-zones", "IANA names that the documentation does not list are taken", _UNKNOWN),
    Kind("transaction-409", "a transactionId that made another event is 409, not 400", "both are met"),
    Kind("transactions-kept", "the transactionId of a deleted event stays taken", _UNKNOWN),
    Kind(
        "own-date-codes", "ends before starts, series without days: codes of their own", _UNKNOWN, is_on=True
    ),
    Kind("guests-refused", "what is the organizer's cannot be written to a copy", _UNKNOWN),
    Kind("cancelled-removed", "what the organizer calls off goes at the guests' too", _UNKNOWN),
    Kind("silent-permanent-delete", "permanentDelete mails nobody", _UNKNOWN),
    Kind("match-on-delete", "a DELETE heeds If-Match", _UNKNOWN),
    Kind("late-bump", "the server touches a new event once more", "docs 7598", {"seconds": 2.0}),
    Kind("ids-per-occurrence", "each occurrence has an iCalUId of its own", "docs 4447"),
    Kind("exceptions-dropped", "a series whose pattern or time changes loses them", _UNKNOWN, is_on=True),
    Kind("occurrences-renamed", "then its occurrences have new ids", "dankcalendar 95", is_on=True),
    Kind("short-months-skipped", "a day that a month has not is skipped, not its last", _UNKNOWN),
    Kind("exceptions-listed", "a list of events has exceptions too", "keeper.sh"),
    Kind("exceptions-paged", "an expansion has so many exceptions, and a link to more", _DOCS, {"size": 1}),
    Kind("nulls", "these members are null", "keeper.sh 551, 344, 444", {"members": "subject,iCalUId"}),
    Kind("custom-zones", "original zones have that name", _DOCS, {"name": "tzone://Microsoft/Custom"}),
    Kind("unknown-enums", "`showAs` is a word that no client knows", _DOCS),
    Kind("short-pages", "pages hold fewer items than asked", _DOCS, {"size": 3}),
    Kind("empty-pages", "the first page of a delta is empty", "docs 2839"),
    Kind("links-rewritten", "links of a delta lead to another path", "keeper.sh", is_on=True),
    Kind("out-of-window-removed", "changes outside the window are told as removed", "docs 6599", is_on=True),
    Kind("delta-life", "older delta links are forgotten", _UNKNOWN, {"days": 30}, is_on=True),
    Kind(
        "delta-reset",
        "a forgotten link is answered so; 1: with the way to a new round",
        "docs 2350",
        {"status": 410, "code": "SyncStateNotFound", "location": 1},
        is_on=True,
    ),
    Kind("delta-lag", "changes show so many seconds or rounds later", _DOCS, {"seconds": 0.0, "rounds": 0}),
    Kind("delta-replays", "a round repeats so many changes of before", _DOCS, {"events": 1}),
    Kind("delta-duplicates", "a round has each change twice", _DOCS),
    Kind("delta-shuffled", "a round is in another order", _DOCS),
    Kind("events-delta", "`events/delta` is there", "metadata 608, sdk-dotnet 3130"),
    Kind("http-webhooks", "subscriptions may deliver to http on loopback", "for tests", is_on=True),
    Kind(
        "subscription-life", "the longest, and the shortest", _DOCS, {"most": 10_080, "least": 45}, is_on=True
    ),
    Kind("subscription-limit", "of a mailbox", _DOCS, {"number": 1000}, is_on=True),
    Kind("push-delay", "changes are told after a while", _DOCS, {"seconds": 1.0}),
    Kind(
        "slow-receivers",
        "per cent of slow answers after which messages wait, and are lost for ten minutes",
        _DOCS,
        {"least": 20, "slow": 10, "drop": 15},
        is_on=True,
    ),
    Kind("latency", "every request takes a while, so that they meet", "any network", {"seconds": 0.05}),
    Kind("concurrency", "requests to a mailbox at the same time", _DOCS, {"requests": 4}, is_on=True),
    Kind("concurrency-503", "one too many is 503, not 429", "keeper.sh"),
    Kind("window", "requests to a mailbox in ten minutes", _DOCS, {"requests": 10_000}, is_on=True),
    Kind("retry-after", "what it is like: a number, or nothing", _DOCS, {"value": "10"}, is_on=True),
    Kind("batch-floods", "more than four parts at once are too many", "docs 8760"),
)

FAULTS = table(
    Kind(
        "failing",
        "an error of the service",
        _DOCS,
        {"status": 500, "code": "ErrorInternalServerTransientError"},
    ),
    Kind("html", "an error page instead of JSON", "cal.com 3534", {"status": 502}),
    Kind("empty-message", "an error that says nothing", "docs 6499", {"status": 504, "code": "UnknownError"}),
    Kind("truncated", "half of the answer, then the connection ends", "any network"),
    Kind("lost-request", "the connection ends before anything is done", "any network"),
    Kind("lost-response", "it is done, then the connection ends", "any network"),
    Kind("slow", "nothing happens for a while", "any network", {"seconds": 1.0}),
    Kind(
        "slow-response", "it is done at once, and the answer takes its time", "any network", {"seconds": 1.0}
    ),
    Kind(
        "throttled",
        "too many requests",
        _DOCS,
        {"status": 429, "code": "TooManyRequests", "retry_after": "10"},
    ),
    Kind("unauthorized", "a token that is good is refused", "MS365-Calendar 102"),
    Kind("hidden", "for a while what was there before is read", _DOCS, {"seconds": 5.0}),
    Kind("conflict", "412 though nothing changed", "analog 475"),
    Kind("touched-after", "the event is changed once more after it was written", "docs 7598"),
    Kind("sync-state-not-found", "a delta link is forgotten", "docs 2350"),
    Kind(
        "token-refused",
        "the token endpoint fails (path /*/token)",
        _DOCS,
        {"status": 503, "code": "temporarily_unavailable", "number": 90033},
    ),
    Kind("push-lost", "a message is not delivered (method PUSH, path the subscription's id)", _DOCS),
    Kind("push-doubled", "a message is delivered twice (method PUSH)", "docs 8497"),
    Kind("push-slow", "the receiver counts as slow (method PUSH)", _DOCS),
)
