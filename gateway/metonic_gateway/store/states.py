"""The words that columns of the tables hold, beside those that the core defines."""

NEEDS_SIGN_IN = "needs_sign_in"
NEEDS_CALENDAR = "needs_calendar"
DISCONNECTING = "disconnecting"
DISCONNECTED = "disconnected"
"""Why a calendar is not synced (``CalendarSyncConfig.stopped``)."""

PAUSED = "paused"
"""The same where its user paused it, which is a column of its own."""

QUEUED = "queued"
RUNNING = "running"
HELD = "held"
FINISHED = "finished"
REJECTED = "rejected"
"""How far a run is (``CalendarSyncHistory.state``). One that is held has ended, and its plan waits."""

ENDED = (FINISHED, HELD, REJECTED)
"""Of these, what nothing is being done in any more."""

SYNC = "sync"
PREVIEW = "preview"
UNDO = "undo"
"""What a run does (``kind``): it syncs, says what a sync would do, or takes another run back."""

SUCCESS = "success"
PARTIAL = "partial"
FAILED = "failed"
"""What came of it (``status``)."""

SCHEDULE = "schedule"
WEBHOOK = "webhook"
MANUAL = "manual"
RETRY = "retry"
SETTINGS = "settings"
RESOLUTION = "resolution"
APPROVAL = "approval"
UNDOING = "undo"
"""Why it was made (``reason``). What the provider told of is WEBHOOK, also as its ``sync_type``."""

FULL = "full"
PUSH = "push"
PULL = "pull"
"""Which way it went: both, only out, only in (``sync_type``)."""

OPEN = "open"
RESOLVING = "resolving"
RESOLVED = "resolved"
SUPERSEDED = "superseded"
"""What a conflict is (``CalendarSyncConflict.state``): it waits for a person, or for the run that does what
was decided, that was done, or there is nothing to decide any more."""
