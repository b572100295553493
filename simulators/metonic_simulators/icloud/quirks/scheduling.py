"""A server that sends invitations, cancellations and answers by itself (RFC 6638 3.2)."""

from dataclasses import dataclass

from metonic_simulators.icloud import text
from metonic_simulators.icloud.exchange import Answer, Asked, Go
from metonic_simulators.icloud.quirks.asking import resource
from metonic_simulators.icloud.world import Mail, Quirk, World

_NOT_OURS = {"CLIENT", "NONE"}


@dataclass(frozen=True, slots=True)
class _Meeting:
    """``guests``: address -> answer, of those whom the server is to tell; ``tells_organizer`` likewise."""

    uid: str
    summary: str
    organizer: str
    tells_organizer: bool
    guests: dict[str, str]


async def schedules(world: World, asked: Asked, go: Go) -> Answer:
    before = _meeting(await _stored(asked, go))
    answer = await go(asked)
    if answer.has_succeeded:
        after = _meeting(asked.body.decode("utf-8", "replace")) if asked.method == "PUT" else None
        world.outbox += _mails(world, asked, before, after)
    return answer


def _mails(world: World, asked: Asked, before: _Meeting | None, after: _Meeting | None) -> list[Mail]:
    me = f"mailto:{world.account.user}".lower()
    meeting = after or before
    if meeting is None:
        return []
    if meeting.organizer == me:
        now = set(after.guests if after else ()) - {me}
        gone = set(before.guests if before else ()) - now - {me}
        told = [("REQUEST", one) for one in sorted(now)] + [("CANCEL", one) for one in sorted(gone)]
        return [Mail(method, me, guest, meeting.uid, meeting.summary) for method, guest in told]
    if me in meeting.guests and meeting.tells_organizer and _has_answered(me, asked, before, after):
        return [Mail("REPLY", me, meeting.organizer, meeting.uid, meeting.summary)]
    return []


def _has_answered(me: str, asked: Asked, before: _Meeting | None, after: _Meeting | None) -> bool:
    """A guest answers by another PARTSTAT, and declines by deleting, unless the header says not to."""
    if after is None:
        return asked.headers.get("Schedule-Reply", "T").upper() != "F"
    return before is not None and before.guests.get(me) != after.guests.get(me)


async def _stored(asked: Asked, go: Go) -> str:
    answer = await go(asked.aside("GET", asked.path))
    return answer.body.decode("utf-8", "replace") if answer.has_succeeded else ""


def _meeting(body: str) -> _Meeting | None:
    for event in text.events(body):
        for organizer in text.values(event, "ORGANIZER"):
            return _Meeting(
                uid=text.uid(body),
                summary="".join(line.value for line in text.values(event, "SUMMARY")),
                organizer=organizer.value.lower(),
                tells_organizer=_is_ours(organizer),
                guests={
                    line.value.lower(): line.parameters.get("PARTSTAT", "NEEDS-ACTION")
                    for line in text.values(event, "ATTENDEE")
                    if _is_ours(line)
                },
            )
    return None


def _is_ours(line: text.Line) -> bool:
    """RFC 6638 7.1: the server tells those whom nobody else tells."""
    return line.parameters.get("SCHEDULE-AGENT", "SERVER").upper() not in _NOT_OURS


def _put_or_delete(asked: Asked) -> bool:
    return asked.method in {"PUT", "DELETE"} and resource(asked)


QUIRKS = (
    Quirk(
        "schedules",
        _put_or_delete,
        schedules,
        "Mails the guests of a meeting that its organizer writes or deletes, and the organizer of one that a "
        "guest answers or deletes, unless SCHEDULE-AGENT or `Schedule-Reply: F` say not to.",
        "RFC 6638 3.2, 7.1, 8.1",
    ),
)
