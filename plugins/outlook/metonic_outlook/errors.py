"""Why an event cannot be understood: a closed list, so that no text of an event gets into a reason."""

from enum import StrEnum


class Flaw(StrEnum):
    """What is wrong with an event, as a sentence."""

    NO_TIMES = "The event has no start and end that go together."
    NO_TIME = "The event has a date or time that is none."
    OUT_OF_RANGE = "The event has a date that is out of range."
    TOO_LONG = "The event lasts longer than a calendar can reckon."
    NO_RULE = "The series has no rule that can be read."
    NO_RANGE = "The series does not say from when to when it goes on."
    NEVER = "The series never takes place."
    UNKNOWN_ZONE = "The series is in a time zone that only Outlook knows, so its occurrences cannot be told."
    OTHER_DAY = "The series begins on another day than its rule says."
    TOO_MANY = "The series has more exceptions than any calendar allows."


class Incomprehensible(ValueError):
    """An event cannot be understood."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.value)
        self.flaw = flaw
