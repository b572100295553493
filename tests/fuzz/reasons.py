"""Every reason for which an event is set aside, at any provider.

A reason that is not one of these sentences, each of them fixed, might have the text of an event in it.
"""

_OF_RULES = frozenset(
    {
        "A recurrence rule ends by UNTIL or by COUNT, not by both.",
        "A recurrence rule is a single line.",
        "A recurrence rule needs FREQ of DAILY, WEEKLY, MONTHLY or YEARLY.",
        "A recurrence rule takes place once a day at most.",
        "A series has 5 recurrence rules at most.",
        "Extra dates must be dates for all-day events, and times for all others.",
        "INTERVAL and COUNT of a rule are whole numbers from 1 to 10000.",
        "This is not a recurrence rule (RFC 5545 RRULE).",
        "This recurrence rule cannot be read.",
        "This recurrence rule never takes place.",
        "UNTIL must be a date or a UTC time such as 20261231T225959Z.",
    }
)

REASONS = _OF_RULES | frozenset(
    {
        "An occurrence of the series is private in its calendar, so only its time can be changed here.",
        "The event describes more time zones than any calendar allows.",
        "The event has a DURATION that is none.",
        "The event has a date or time that is none.",
        "The event has a date or time that is not in the calendar.",
        "The event has a date that is out of range.",
        "The event has more lines than any calendar allows.",
        "The event has no DTSTART.",
        "The event has no usable DTEND.",
        "The event has no usable DTSTART.",
        "The event has no usable RECURRENCE-ID.",
        "The event is larger than any calendar allows.",
        "The event is nested more deeply than any calendar allows.",
        "The event uses a time zone that is not in the IANA database, nor described.",
        "The event uses a time zone that is not in the IANA database.",
        "The object holds more than one event.",
        "The object holds occurrences of a series that is not in the calendar.",
        "The object holds single occurrences of a series without the series.",
        "The series changes from one occurrence on (RANGE), which is not supported.",
        "The series excludes occurrences by a rule (EXRULE), which is not supported.",
        "The series has more exceptions than any calendar allows.",
        "The series of days has extra occurrences that last for hours.",
        "The series of days names one of them by a time that may mean another.",
        "The series has more than 1,000 extra dates (RDATE).",
        "The series has more than 10 rules (RRULE).",
        (
            "The series repeats by the clock of a time zone that is not in the IANA database, nor like one "
            "there."
        ),
        "The text begins and ends components that do not match.",
        "The text is no complete iCalendar object.",
    }
)

OF_GOOGLE = _OF_RULES | frozenset(
    {
        "The event has a date that is none.",
        "The event has a date that is out of range.",
        "The event has a time that is none.",
        "The event has no start and end that go together.",
        "The event lasts longer than a calendar can reckon.",
        "The series excludes occurrences by a rule, which is not supported.",
        "The series has a date or time that is none.",
        "The series has a date or time that is not in the calendar.",
        "The series has a line of recurrence that cannot be read.",
        "The series has more dates than any calendar allows.",
        "The series has more exceptions than any calendar allows.",
    }
)

OF_OUTLOOK = frozenset(
    {
        "The description is larger than anybody reads.",
        "The event has a date or time that is none.",
        "The event has a date that is out of range.",
        "The event has no start and end that go together.",
        "The event lasts longer than a calendar can reckon.",
        "The series begins on another day than its rule says.",
        "The series does not say from when to when it goes on.",
        "The series has more exceptions than any calendar allows.",
        "The series has no rule that can be read.",
        "The series is in a time zone that only Outlook knows, so its occurrences cannot be told.",
        "The series never takes place.",
    }
)

OF_ANSWERS = (
    *("Google Calendar", "This Google Account", "Only the organizer", "Google does not accept"),
    *("Microsoft Graph", "This Microsoft account", "Microsoft does not accept", "Outlook does not show"),
    "A permission that is needed",
)
"""How those begin that tell of an answer and not of an event."""
