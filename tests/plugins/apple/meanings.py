"""What the golden texts mean, by client and name."""

from datetime import date, datetime

from metonic_core.spi import AllDay, Content, Override, Recurrence, Status, Timed

at = datetime.fromisoformat

MEANING = {
    "apple/series": Content(
        title="Yoga",
        when=Timed(at("2026-12-01T10:00"), at("2026-12-01T11:00"), "Europe/Berlin"),
        recurrence=Recurrence(("FREQ=WEEKLY;COUNT=6",)),
        location="Studio\nHauptstraße 1, 10827 Berlin, Deutschland",
        notes="Bring a mat, please.\n\nhttps://example.com/?a=1;b=2",
        overrides=(
            Override(
                at("2026-12-08T10:00"),
                when=Timed(at("2026-12-08T11:30"), at("2026-12-08T12:30"), "Europe/Berlin"),
            ),
            Override(at("2026-12-15T10:00"), is_cancelled=True),
        ),
    ),
    "apple/day": Content(
        title="Großeltern: Besuch, Kuchen",
        when=AllDay(date(2027, 3, 27), date(2027, 3, 29)),
        recurrence=Recurrence(("FREQ=YEARLY",)),
        is_busy=False,
    ),
    "google/series": Content(
        title="Stand-up",
        when=Timed(at("2026-11-30T09:00"), at("2026-11-30T09:30"), "America/New_York"),
        recurrence=Recurrence(("FREQ=DAILY;UNTIL=20261218T045959Z;BYDAY=MO,TU,WE,TH,FR",)),
        overrides=(
            Override(at("2026-12-01T09:00"), is_cancelled=True),
            Override(at("2026-12-02T09:00"), title="Stand-up and demo", location="Room 2"),
            Override(at("2026-12-03T09:00"), is_cancelled=True),
            Override(at("2026-12-04T09:00"), is_cancelled=True),
        ),
    ),
    "google/single": Content(
        title="Call",
        when=Timed(at("2027-03-11T14:00"), at("2027-03-11T15:00"), "UTC"),
        status=Status.TENTATIVE,
    ),
    "google/day": Content(
        title="Mountains",
        when=AllDay(date(2027, 3, 12), date(2027, 3, 15)),
        location="Lake Placid, NY, USA",
        notes='<b>Bring</b>: boots, ropes; a map<br>See <a href="https://example.com/trip">the plan</a>\n\n'
        "\\\\server\\trip",
        is_private=True,
        is_busy=False,
    ),
    "outlook/series": Content(
        title="Jour fixe",
        when=Timed(at("2027-03-18T15:00"), at("2027-03-18T16:00"), "Europe/Berlin"),
        recurrence=Recurrence(("FREQ=WEEKLY;COUNT=5;BYDAY=TH",)),
        location="Raum 4; Nord",
        notes="Mit freundlichen Grüßen\n\nTagesordnung:\n1. Begrüßung; 2. Berichte, 3. Sonstiges\n",
        overrides=(
            Override(
                at("2027-04-01T15:00"),
                when=Timed(at("2027-04-02T16:00"), at("2027-04-02T17:30"), "Europe/Berlin"),
            ),
            Override(at("2027-04-08T15:00"), is_cancelled=True),
        ),
    ),
    "outlook/single": Content(
        title="Besprechung",
        when=Timed(at("2026-12-10T15:00"), at("2026-12-10T16:00"), "Europe/Berlin"),
        notes="Agenda\n",
    ),
    "outlook/day": Content(
        title="Urlaub",
        when=AllDay(date(2027, 3, 27), date(2027, 3, 31)),
        is_private=True,
        is_busy=False,
    ),
    "thunderbird/series": Content(
        title="Répétition",
        when=Timed(at("2027-03-26T19:30"), at("2027-03-26T21:30"), "Europe/Paris"),
        recurrence=Recurrence(("FREQ=DAILY;COUNT=5",)),
        location="Salle A, 2e étage",
        notes="Apporter les partitions\nhttps://example.com/p?x=1;y=2",
        overrides=(
            Override(at("2027-03-28T19:30"), location="Église"),
            Override(at("2027-03-29T19:30"), is_cancelled=True),
        ),
    ),
    "thunderbird/single": Content(
        title="Dentist",
        when=Timed(at("2026-12-09T14:00"), at("2026-12-09T14:45"), "Europe/London"),
        location="12 High Street",
        notes="Second floor",
        status=Status.TENTATIVE,
        is_private=True,
    ),
    "thunderbird/day": Content(
        title="Inventory; all shops",
        when=AllDay(date(2027, 3, 31), date(2027, 4, 1)),
        is_busy=False,
    ),
    "davx5/series": Content(
        title="Chor",
        when=Timed(at("2026-10-19T19:00"), at("2026-10-19T21:00"), "Europe/Vienna"),
        recurrence=Recurrence(("FREQ=WEEKLY;UNTIL=20261123T225959Z;BYDAY=MO",)),
        location="Pfarrsaal",
        notes="Noten mitbringen, bitte!\n\n\u2013 Sopran\n\u2013 Alt",
        overrides=(
            Override(
                at("2026-10-26T19:00"),
                when=Timed(at("2026-10-27T19:30"), at("2026-10-27T21:30"), "Europe/Vienna"),
            ),
            Override(at("2026-11-09T19:00"), is_cancelled=True),
            Override(at("2026-11-16T19:00"), is_cancelled=True),
        ),
    ),
    "davx5/day": Content(
        title="Ferien 🏔️",
        when=AllDay(date(2026, 12, 21), date(2026, 12, 24)),
        recurrence=Recurrence(("FREQ=YEARLY;UNTIL=20301221",)),
        is_busy=False,
        overrides=(Override(date(2027, 12, 21), is_cancelled=True),),
    ),
    "others/personal": Content(
        title="Check-up",
        when=Timed(at("2026-12-03T16:00"), at("2026-12-03T17:00"), "UTC"),
        is_private=True,
    ),
    "others/days": Content(
        title="Shift",
        when=AllDay(date(2026, 12, 1), date(2026, 12, 3)),
        recurrence=Recurrence(("FREQ=WEEKLY;COUNT=6",)),
        overrides=(
            Override(date(2026, 12, 8), is_cancelled=True),
            Override(date(2026, 12, 15), is_cancelled=True),
            Override(date(2026, 12, 22), is_cancelled=True),
            Override(date(2026, 12, 29), when=AllDay(date(2026, 12, 30), date(2026, 12, 31))),
        ),
    ),
    "others/periods": Content(
        title="Rehearsal",
        when=Timed(at("2026-12-01T10:00"), at("2026-12-01T11:00"), "UTC"),
        recurrence=Recurrence(
            ("FREQ=WEEKLY;COUNT=3",), tuple(at(f"2026-12-0{day}T10:00") for day in (3, 4, 5, 6))
        ),
        location="Hall",
        overrides=(
            Override(
                at("2026-12-03T10:00"), when=Timed(at("2026-12-03T10:00"), at("2026-12-03T12:00"), "UTC")
            ),
            Override(
                at("2026-12-04T10:00"), when=Timed(at("2026-12-04T10:00"), at("2026-12-04T10:30"), "UTC")
            ),
        ),
    ),
}
