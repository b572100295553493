"""Delegated permissions: https://learn.microsoft.com/en-us/graph/permissions-reference."""

from collections.abc import Iterable

RESOURCE = "https://graph.microsoft.com/"
IDENTITY = frozenset({"openid", "profile", "email", "offline_access"})
KNOWN = {
    one.lower(): one
    for one in (
        *("Calendars.Read", "Calendars.ReadBasic", "Calendars.ReadWrite", "Calendars.Read.Shared"),
        *("Calendars.ReadWrite.Shared", "MailboxSettings.Read", "User.Read", "Mail.Read", "Contacts.Read"),
        *sorted(IDENTITY),
    )
}
_WRITE = ("Calendars.ReadWrite", "Calendars.ReadWrite.Shared")
_READ = (*_WRITE, "Calendars.Read", "Calendars.Read.Shared", "Calendars.ReadBasic")
OPENS = {
    "read": frozenset(_READ),
    "write": frozenset(_WRITE),
    "user": frozenset({"User.Read"}),
    "any": frozenset(KNOWN.values()),
}


def short(name: str) -> str:
    """As it is kept: without the resource, in the usual case; empty for what Graph has not."""
    bare = name.removeprefix(RESOURCE) if name.lower().startswith(RESOURCE) else name
    return KNOWN.get(bare.lower(), "")


def is_foreign(name: str) -> bool:
    """Of another resource."""
    return "://" in name and not name.lower().startswith(RESOURCE)


def shown(scopes: Iterable[str], *, is_long: bool) -> str:
    """As a token response tells them: ``offline_access`` is never among them."""
    found = sorted(set(scopes) - {"offline_access"})
    return " ".join(RESOURCE + one if is_long and one not in IDENTITY else one for one in found)
