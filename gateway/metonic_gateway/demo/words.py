"""What the demo says when it is ready."""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from metonic_gateway.demo.api import CHANGES, Api
from metonic_gateway.demo.appointments import HOME
from metonic_gateway.demo.folder import CalendarLogin
from metonic_gateway.demo.stand_ins import StandIn

_READY = """
Metonic is ready.
{status}

  API explorer    {url}#token={trainer}
  API             {url}
  Trainer's token {trainer}
{tokens}
  Backend's token {backend}
  Calendar        {address}
                  user {username}, password {password} (any CalDAV app on this machine)
{places}

The explorer's address signs the trainer in; to ask as a client, paste that token into its field.
Tokens are valid for 30 days.

See the synced status:
  {see}

Change an appointment, and the calendars have it within seconds. Change the trainer's calendar, and Metonic
sees it within a minute, the demo's frequency; or at once:
  {sync}

See what the clients have at Google and Outlook, and add something there: both tell of it, so it comes within
seconds.
{theirs}

See what the platform's backend hears of it:
  {changes}

Ctrl-C stops everything. The next start finds it all again, but for the stand-ins: they forget their events,
so that the clients are connected anew. `metonic demo --reset` starts over.
"""


_SIGNED = "  {first}'s token     {token}"
_PLACE = """\
  {title:<15} {url}
                  a stand-in; {first} has signed in there as {email}, at its consent page"""


@dataclass(frozen=True, slots=True)
class Guest:
    """A client who has signed in at ``place``, called by the first name."""

    first: str
    place: StandIn
    api: Api


@dataclass(frozen=True, slots=True)
class Cast:
    """Who asks in the demo."""

    backend: Api
    trainer: Api
    guests: Sequence[Guest]


def words(cast: Cast, login: CalendarLogin, status: str) -> str:
    trainer, guests = cast.trainer, cast.guests
    return _READY.format(
        status=status,
        url=trainer.url,
        trainer=trainer.token,
        tokens="\n".join(_SIGNED.format(first=one.first, token=one.api.token) for one in guests),
        backend=cast.backend.token,
        address=login.address,
        username=login.username,
        password=login.password,
        places="\n".join(map(_place, guests)),
        see=trainer.curl(trainer.status),
        sync=trainer.curl(trainer.sync_now),
        theirs="\n".join(
            f"  {command}" for one in guests for command in (_seeing(one.place), _adding(one.place))
        ),
        changes=cast.backend.curl(CHANGES),
    )


def _place(guest: Guest) -> str:
    place = guest.place
    return _PLACE.format(title=place.kind.title, url=place.url, first=guest.first, email=place.email)


def _seeing(place: StandIn) -> str:
    return f"curl -s {shlex.quote(f'{place.url}/-/events?calendar={place.email}')}"


def _adding(place: StandIn) -> str:
    """A command that puts an event into the calendar, as its owner would in the provider's own pages."""
    day = date.today() + timedelta(days=1)  # noqa: DTZ011 - a day like any other, wherever we are
    start, end = ({"dateTime": f"{day}T{hour}:00:00", "timeZone": HOME} for hour in (17, 18))
    event = {place.kind.subject: "Swimming", "start": start, "end": end}
    body = json.dumps({"calendar": place.email, "event": event})
    return f"curl -s {place.url}/-/events -d {shlex.quote(body)}"


def status_line(whose: str, status: Mapping[str, object] | None) -> str:
    """How a calendar stands."""
    if status is None:
        return f"{whose}: not connected."
    outcome = str(status["lastSyncStatus"]).lower()
    return f"{whose}: last sync {outcome}, {status['itemsSynced']} appointments in step."
