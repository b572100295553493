"""What the demo says when it is ready."""

from collections.abc import Mapping
from dataclasses import dataclass

from metonic_gateway.demo.api import CHANGES, STATUS, SYNC_NOW, Api
from metonic_gateway.demo.folder import CalendarLogin

_READY = """
Metonic is ready. {status}

  API explorer    {url}#token={trainer}
  API             {url}
  Trainer's token {trainer}
  Client's token  {client}
  Backend's token {backend}
  Calendar        {address}
                  user {username}, password {password} (any CalDAV app on this machine)

The explorer's address signs the trainer in; to ask as the client, paste the client's token into its field.
Tokens are valid for 30 days.

See the synced status:
  {see}

Change an appointment, and the calendar has it within seconds. Change the calendar, and Metonic sees it
within a minute, the demo's frequency; or at once:
  {sync}

See what the platform's backend hears of it:
  {changes}

Ctrl-C stops everything. The next start finds it all again; `metonic demo --reset` starts over.
"""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who asks in the demo."""

    backend: Api
    trainer: Api
    client: Api


def words(cast: Cast, login: CalendarLogin, status: str) -> str:
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
        see=trainer.curl(STATUS),
        sync=trainer.curl(SYNC_NOW),
        changes=cast.backend.curl(CHANGES),
    )


def status_line(status: Mapping[str, object] | None) -> str:
    """How the trainer's calendar stands."""
    if status is None:
        return "The trainer's calendar is not connected."
    outcome = str(status["lastSyncStatus"]).lower()
    return f"The trainer's calendar: last sync {outcome}, {status['itemsSynced']} appointments in step."
