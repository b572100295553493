"""Which pain is answered where.

A row of the table hurts users of calendar sync elsewhere, by how often and how badly. Each has a file of
its number here, or waits for the calendars that it comes from.
"""

import re
from pathlib import Path

PAINS = {
    1: "duplicates",
    2: "mass deletion",
    3: "invitation and cancellation mail storms",
    4: "exceptions and 'this and following' lost",
    5: "shifts by time zones and daylight saving time",
    6: "all-day events off by one, or churning",
    7: "credentials expire, and sync stops in silence",
    8: "no way back from the calendar at all",
    9: "echo loops and thrash",
    10: "the last write wins in silence",
    11: "a read that failed or was cut short is taken for deletions",
    12: "one bad event stops everything",
    13: "rate limits and quotas",
    14: "push messages that expire or are missed",
    15: "a slow first sync that says nothing",
    16: "meeting links and bodies lost on update",
    17: "orphans after disconnecting, and no undo",
    18: "private matters leak",
    19: "writes that are not allowed, again and again",
    20: "peculiarities of iCloud",
    21: "identity by UID, and moves between calendars",
    22: "the edges of the synced window",
    23: "peculiarities of Microsoft Graph's delta",
    24: "errors that explain nothing",
    25: "setting it up oneself",
}
LATER = {
    20: "needs an account at iCloud",
}


def test_every_pain_has_its_file_or_a_reason_why_not() -> None:
    files = (re.fullmatch(r"test_(\d\d)_\w+\.py", path.name) for path in Path(__file__).parent.iterdir())
    answered = {int(found[1]) for found in files if found}

    assert answered.isdisjoint(LATER)
    assert answered | set(LATER) == set(PAINS)
