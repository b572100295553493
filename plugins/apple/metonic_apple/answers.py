"""What the answer to a write says was done (RFC 9110 9.3.4 and 9.3.5, RFC 4918 9.6.1 and 13)."""

from metonic_apple import dav
from metonic_apple.errors import MISSING, MULTISTATUS, OK, REDIRECTED, Intercepted, is_page, write_failure
from metonic_apple.paths import key
from metonic_core.spi import Answer, ProviderError, Unavailable

_DONE = frozenset({OK, 201, 204})
_FOR_ANOTHER = 424


def failure(answer: Answer, event_id: str) -> ProviderError | None:
    """Why that write to the event was not carried out; None if it was.

    Unavailable where it may have been, and what is there has to be looked at: a status that promises nothing
    (202), a 207 that does not speak of the event, a page in the server's place (Intercepted).
    """
    if answer.status >= REDIRECTED:
        return write_failure(answer)
    # Radicale tells of a deletion with 200 and a multistatus.
    told = dav.within(answer) if answer.status in {OK, MULTISTATUS} else None
    if told is not None:
        return _told(told, answer, event_id)
    # Apache puts a page into a 201; portals and sign-ins answer with 200.
    if answer.status == OK and is_page(answer):
        return Intercepted("Something else answered in place of the calendar server.")
    return None if answer.status in _DONE else _unsaid()


def _told(told: dav.Multistatus, answer: Answer, event_id: str) -> ProviderError | None:
    """What kept the event from being written stands beside the 424 of what failed for it.

    A 200 without a failure in it is one, by whatever path it names the event: proxies change those.
    """
    said = [(member.status, key(member.path)) for member in told.members if member.status is not None]
    failures = sorted((s == _FOR_ANOTHER, s) for s, _ in said if s >= REDIRECTED and s not in MISSING)
    own = [(False, status) for status, path in said if path == key(event_id)]
    status = next((one for _, one in [*failures, *own]), None)
    if status is None:
        return None if answer.status == OK else _unsaid()
    return None if status < REDIRECTED else write_failure(Answer(status, answer.headers, b"", answer.url))


def _unsaid() -> ProviderError:
    return Unavailable("The calendar server does not say whether the event was written.")
