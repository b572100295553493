"""What Outlook cannot hold, and what to do instead: a closed list, so that no event's text gets into it."""

from enum import Enum


class Obstacle(Enum):
    """A reason and a suggestion, each a sentence."""

    NO_DATES = (
        "Outlook has no extra dates (RDATE) in a series.",
        "Make an appointment of its own for each of them.",
    )
    ONE_RULE = (
        "Outlook has one rule for a series.",
        "Make a series of its own for each rule.",
    )
    NO_START = (
        "The series begins on a day that its rule does not name.",
        "Let it begin on the first day of the rule.",
    )
    NO_CLOCK = (
        "The rule names times of day.",
        "Leave them out: a series takes place when its first occurrence does.",
    )
    SHORT_MONTHS = (
        "The rule leaves out months that are too short, where Outlook takes their last day.",
        "Use the last day of the month (BYMONTHDAY=-1), or a day that every month has.",
    )
    NO_COUNTED_DAYS = (
        "The rule counts days or weeks of the year.",
        "Name a month, and a day of it, instead.",
    )
    NO_MONTHS = (
        "The rule names months, of which Outlook can name one, in a yearly series.",
        "Make a yearly series for each month.",
    )
    NO_DAYS_OF_MONTH = (
        "The rule names days of the month that Outlook cannot name together.",
        "Make a monthly series for each; of days counted from the end there is the last (BYMONTHDAY=-1).",
    )
    NO_WEEKDAYS = (
        "The rule counts weekdays as Outlook cannot.",
        "Use the first to fourth, or the last, of one weekday (BYDAY=2TU) or of several (BYSETPOS=2).",
    )
    NO_PATTERN = (
        "Outlook has no pattern for that rule.",
        "Use a plain daily, weekly, monthly or yearly rule, or single appointments.",
    )
    NO_ZONE = (
        "The mailbox does not know the time zone of the series, and in another one it would shift.",
        "Use a time zone with the same clock that Windows knows.",
    )
    NO_WALL_TIME = (
        "The series begins or ends in an hour that clocks skip or show twice.",
        "Let it begin with an earlier or later occurrence.",
    )
    BACKWARDS = (
        "The event ends before it starts.",
        "Use an end after the start.",
    )
    CROSSING = (
        "The occurrence is moved to the day of another one of its series, or past it.",
        "Keep it between its neighbours, or cancel it and make an appointment of its own.",
    )
    CANCELLED = (
        "Outlook deletes what is cancelled.",
        "Delete the event instead.",
    )
    NO_JOIN_PART = (
        "The part of the description by which the online meeting is joined cannot be told from the rest.",
        "Edit the description in Outlook.",
    )

    @property
    def reason(self) -> str:
        return self.value[0]

    @property
    def suggestion(self) -> str:
        return self.value[1]


class Inexpressible(Exception):
    """Graph has no such thing."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle.reason)
        self.obstacle = obstacle
