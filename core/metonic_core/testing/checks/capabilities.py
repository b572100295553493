"""The provider as a value, and what it declares: told truly. Most of it needs no service."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from metonic_core.model.content import TIME, TITLE, VISIBILITY, all_groups
from metonic_core.spi.changes import Gone, Seen
from metonic_core.spi.client import Answer
from metonic_core.spi.errors import Unavailable
from metonic_core.spi.provider import Account, Password, Provider
from metonic_core.testing.checks.contents import DATED, DAY, LEAPING, LESSON, VARIED, WEEKLY
from metonic_core.testing.checks.expecting import Broken, expect
from metonic_core.testing.checks.following import make, read
from metonic_core.testing.stand import Stand

_HOST = re.compile(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*\Z")
_CALENDAR = "/a-calendar/"
ACCOUNT = Account("somebody", "Somebody", "https://calendar.example.com/", "somebody", _CALENDAR)


class NoClient:
    """A client that nothing may be asked with."""

    async def request(
        self,
        method: str,  # noqa: ARG002 - the interface's
        url: str,  # noqa: ARG002
        headers: Mapping[str, str] | None = None,  # noqa: ARG002
        body: bytes | None = None,  # noqa: ARG002
    ) -> Answer:
        raise Unavailable("There is nobody to ask.")


class Declared:
    """What the plugin says of itself. These need no stand."""

    provider: Provider

    async def test_an_adapter_is_made_without_asking_anybody(self) -> None:
        try:
            self.provider.adapter(NoClient(), ACCOUNT)
        except Exception as error:
            raise Broken(
                f"Making an adapter raised {type(error).__name__}: {error}",
                "keep client and account in the constructor and do nothing else: it is made for every run.",
            ) from error

    async def test_batches_hold_something(self) -> None:
        size = self.provider.capabilities.batch_size
        expect(
            size >= 1,
            f"The plugin declares a batch_size of {size}.",
            "declare how many events one call reads or writes: 1 or more.",
        )

    async def test_durations_do_not_go_back_in_time(self) -> None:
        declared = self.provider.capabilities
        for name in ("visibility_lag", "settle_after"):
            span = getattr(declared, name)
            expect(
                isinstance(span, timedelta) and span >= timedelta(0),
                f"The plugin declares {name}={span!r}.",
                "declare a timedelta of nought or more.",
            )

    async def test_hosts_are_patterns_of_hosts(self) -> None:
        odd = [host for host in self.provider.hosts if not _HOST.match(host)]
        expect(
            not odd,
            f"These are no hosts: {', '.join(odd)}.",
            "name hosts without scheme, port and path, as in calendar.example.com or *.example.com.",
        )

    async def test_the_sign_in_form_can_be_filled_in(self) -> None:
        sign_in = self.provider.sign_in
        fields = sign_in.fields if isinstance(sign_in, Password) else ()
        unlabelled = [field.name for field in fields if not field.label.strip()]
        expect(
            not unlabelled,
            f"Fields of the sign-in form have no label: {', '.join(unlabelled)}.",
            "give each Field a label that says what to type.",
        )
        expect(self.provider.title.strip(), "The provider has no title.", "give it the name that users know.")

    async def test_equal_contents_are_the_same(self) -> None:
        adapter = self.provider.adapter(NoClient(), ACCOUNT)
        for content in (LESSON, DAY, WEEKLY, VARIED):
            groups = [g for g in content.groups() if not adapter.same(g, content, content)]
            expect(
                not groups,
                f"`same` says that a content differs from itself in {', '.join(groups)}.",
                "compare by value in `same`: what is never the same is written in every run.",
            )

    async def test_sameness_has_no_direction(self) -> None:
        adapter = self.provider.adapter(NoClient(), ACCOUNT)
        others = (replace(LESSON, notes=LESSON.notes + "\n"), replace(LESSON, title=""), DAY, VARIED)
        groups = [
            group
            for other in others
            for group in sorted(all_groups(LESSON, other))
            if adapter.same(group, LESSON, other) is not adapter.same(group, other, LESSON)
        ]
        expect(
            not groups,
            f"`same` answers differently when its sides are swapped: {', '.join(groups)}.",
            "normalise both sides alike in `same` and compare what comes out.",
        )

    async def test_different_contents_are_not_the_same(self) -> None:
        adapter = self.provider.adapter(NoClient(), ACCOUNT)
        other = replace(DAY, title="Another")
        taken = [group for group in (TITLE, TIME) if adapter.same(group, LESSON, other)]
        expect(
            not taken,
            f"`same` takes a lesson at ten for a whole day of another title, in {', '.join(taken)}.",
            "have `same` forgive only what the service cannot hold: what is the same is never written.",
        )

    async def test_what_is_private_is_not_the_same_as_what_is_public(self) -> None:
        adapter = self.provider.adapter(NoClient(), ACCOUNT)
        expect(
            not adapter.same(VISIBILITY, LESSON, replace(LESSON, is_private=True)),
            "`same` takes a private event for a public one.",
            "never forgive a difference of is_private in `same`: what is the same is never written, and an "
            "event that became private would stay public. Where the service has no such thing, refuse it "
            "with Unacceptable.",
        )

    async def test_plain_events_fit(self) -> None:
        adapter = self.provider.adapter(NoClient(), ACCOUNT)
        refused = [content.title for content in (LESSON, DAY) if adapter.fit(content)]
        expect(
            not refused,
            f"`fit` refuses a plain event: {', '.join(refused)}.",
            "name in `fit` only what no calendar of the service can hold: it is never sent.",
        )

    async def test_what_does_not_fit_is_told_for_people(self) -> None:
        adapter = self.provider.adapter(NoClient(), ACCOUNT)
        for content in (VARIED, LEAPING, DATED):
            found = adapter.fit(content)
            odd = [
                unfit
                for unfit in found
                if unfit.group not in content.groups()
                or not unfit.reason.endswith(".")
                or not unfit.suggestion.endswith(".")
                or content.title in unfit.reason + unfit.suggestion
            ]
            expect(
                not odd and list(adapter.fit(content)) == list(found),
                f"`fit` answers with {found!r}.",
                "name a group of the content in each Unfit, and a reason and a suggestion that are sentences "
                "without text of the event; answer alike whenever it is asked.",
            )

    async def test_an_identity_has_one_id(self) -> None:
        adapter = self.provider.adapter(NoClient(), ACCOUNT)
        one, other = uuid4(), uuid4()
        ids = [adapter.event_id(_CALENDAR, identity) for identity in (one, one, other)]
        is_pure = ids[0] == ids[1] and (ids[0] is None or ids[0] != ids[2])
        expect(
            is_pure,
            f"event_id gave {ids[0]!r} and {ids[1]!r} for one identity, and {ids[2]!r} for another.",
            "derive the id from the identity alone: the same for every attempt, another for every other.",
        )


class Capabilities:
    """Whether that is so."""

    async def test_an_account_is_known_again(self, stand: Stand) -> None:
        first = await stand.adapter.authenticate()
        again = await stand.provider.adapter(stand.client, first).authenticate()

        expect(
            first.subject and first.subject == again.subject,
            f"The same account is {first.subject!r} when it signs in, and {again.subject!r} afterwards.",
            "take Account.subject from what the service never changes for an account: links are "
            "revived by it.",
        )
        expect(
            again.server == first.server,
            f"Signing in again from {first.server!r} leads to {again.server!r}.",
            "have authenticate return the address that requests go to, and take it as it is next time.",
        )

    async def test_the_calendar_in_use_is_listed_and_writable(self, stand: Stand) -> None:
        listed = await stand.adapter.list_calendars()

        ids = [calendar.id for calendar in listed]
        here = next((calendar for calendar in listed if calendar.id == stand.calendar_id), None)
        expect(
            here is not None,
            f"The calendar {stand.calendar_id!r} is not among those listed: {', '.join(map(repr, ids))}.",
            "list every calendar that events can be read from, under the id that the other methods take.",
        )
        expect(
            here and here.is_writable and here.name.strip(),
            f"A calendar that can be written is listed as {here!r}.",
            "read the rights and the name of a calendar from the service.",
        )
        expect(
            len(ids) == len(set(ids)),
            "A calendar is listed twice.",
            "list each calendar once.",
        )

    async def test_what_was_written_shows_within_the_declared_lag(self, stand: Stand) -> None:
        _, made = await make(stand, LESSON)

        found = await read(stand, made.id)

        lag = stand.provider.capabilities.visibility_lag
        expect(
            isinstance(found, Seen),
            f"The plugin declares a visibility_lag of {lag}, and after it a new event is not there yet.",
            "declare the longest time for which the service may not show what was written.",
        )

    async def test_what_was_deleted_is_hidden_within_the_declared_lag(self, stand: Stand) -> None:
        event_id = await stand.put(LESSON)
        await stand.settle()
        await stand.erase(event_id)

        found = await read(stand, event_id)

        expect(
            isinstance(found, Gone),
            "After the declared visibility_lag a deleted event is still shown.",
            "declare the longest time for which the service may go on showing what was deleted.",
        )

    async def test_adapters_share_no_memory(self, stand: Stand) -> None:
        one, other = stand.adapter, stand.adapter
        _, made = await make(stand, LESSON)
        await stand.settle()
        await one.hydrate(stand.calendar_id, [made.id])
        await stand.edit(made.id, replace(LESSON, title="Edited"))
        await stand.settle()

        titles = [
            answer.event.content.title
            for adapter in (one, other)
            for answer in await adapter.hydrate(stand.calendar_id, [made.id])
            if isinstance(answer, Seen)
        ]

        expect(
            titles == ["Edited", "Edited"],
            "An adapter answered with what it had read before an edit.",
            "ask the service each time and keep nothing between calls.",
        )
