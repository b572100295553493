"""The words that columns of the tables hold, beside those that the core defines."""

NEEDS_SIGN_IN = "needs_sign_in"
NEEDS_CALENDAR = "needs_calendar"
DISCONNECTING = "disconnecting"
DISCONNECTED = "disconnected"
"""Why a calendar is not synced (``CalendarSyncConfig.stopped``)."""

QUEUED = "queued"
RUNNING = "running"
FINISHED = "finished"
"""How far a run is (``CalendarSyncHistory.state``)."""

SUCCESS = "success"
PARTIAL = "partial"
FAILED = "failed"
"""What came of it (``status``)."""

SCHEDULE = "schedule"
MANUAL = "manual"
RESOLUTION = "resolution"
UNDOING = "undo"
"""Why it was made (``reason``)."""

SYNC = "sync"
UNDO = "undo"
"""What a run is (``kind``): one that syncs, or one that takes another back."""

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
