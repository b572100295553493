"""What the demo says when it is ready."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from metonic_gateway.demo.api import CHANGES, Api
from metonic_gateway.demo.appointments import HOME
from metonic_gateway.demo.folder import CalendarLogin
from metonic_gateway.demo.google import GoogleStandIn

_READY = """
Metonic is ready.
{status}

  API explorer    {url}#token={trainer}
  API             {url}
  Trainer's token {trainer}
  Client's token  {client}
  Backend's token {backend}
  Calendar        {address}
                  user {username}, password {password} (any CalDAV app on this machine)
  Google          {google}
                  a stand-in; the client has signed in there as {email}, at its consent page

The explorer's address signs the trainer in; to ask as the client, paste the client's token into its field.
Tokens are valid for 30 days.

See the synced status:
  {see}

Change an appointment, and the calendars have it within seconds. Change the trainer's calendar, and Metonic
sees it within a minute, the demo's frequency; or at once:
  {sync}

See what the client has at Google, and add something there: Google tells of it, so it comes within seconds.
  {events}
  {add}

See what the platform's backend hears of it:
  {changes}

Ctrl-C stops everything. The next start finds it all again, but for Google's stand-in: it forgets its events,
so that the client is connected anew. `metonic demo --reset` starts over.
"""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who asks in the demo."""

    backend: Api
    trainer: Api
    client: Api


def words(cast: Cast, login: CalendarLogin, google: GoogleStandIn, status: str) -> str:
    trainer = cast.trainer
    return _READY.format(
        status=status,
        url=trainer.url,
        trainer=trainer.token,
        client=cast.client.token,
        backend=cast.backend.token,
        address=login.address,
        username=login.username,
        password=login.password,
        google=google.url,
        email=google.email,
        see=trainer.curl(trainer.status),
        sync=trainer.curl(trainer.sync_now),
        events=f"curl -s {shlex.quote(f'{google.url}/-/events?calendar={google.email}')}",
        add=_adding(google),
        changes=cast.backend.curl(CHANGES),
    )


def _adding(google: GoogleStandIn) -> str:
    """A command that puts an event into the client's calendar, as the client would in Google's own pages."""
    day = date.today() + timedelta(days=1)  # noqa: DTZ011 - a day like any other, wherever we are
    start, end = ({"dateTime": f"{day}T{hour}:00:00", "timeZone": HOME} for hour in (17, 18))
    event = {"calendar": google.email, "event": {"summary": "Swimming", "start": start, "end": end}}
    return f"curl -s {google.url}/-/events -d {shlex.quote(json.dumps(event))}"


def status_line(whose: str, status: Mapping[str, object] | None) -> str:
    """How a calendar stands."""
    if status is None:
        return f"{whose}: not connected."
    outcome = str(status["lastSyncStatus"]).lower()
    return f"{whose}: last sync {outcome}, {status['itemsSynced']} appointments in step."
