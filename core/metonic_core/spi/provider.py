"""A provider as a value: what it is called, how one signs in, what it can do, how its adapter is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from metonic_core.spi.client import Client
from metonic_core.spi.pace import Pace
from metonic_core.spi.push import Push

if TYPE_CHECKING:
    from metonic_core.spi.adapter import CalendarAdapter


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a sign-in form."""

    name: str
    label: str
    is_secret: bool = False
    is_required: bool = True
    placeholder: str | None = None


@dataclass(frozen=True, slots=True)
class Password:
    """Sign-in with user name and password over HTTP Basic.

    ``fields`` must contain ``username`` and a secret ``password``; ``server`` where the user names one
    (then ``default_server`` is used when it is left empty). ``help_url``: where such a password is made.
    """

    fields: tuple[Field, ...]
    default_server: str
    help_url: str | None = None


@dataclass(frozen=True, slots=True)
class OAuth2:
    """Sign-in at the provider's own page: the code flow with PKCE (RFC 6749, RFC 7636), with an id_token.

    Without one of ``scopes`` the plugin cannot work; ``parameters`` go into the request beside the usual
    ones. ``issuer`` and ``keys_url`` are those of the id_token (OpenID Connect Core 1.0); where each tenant
    issues its own, ``{tenantid}`` stands for the claim ``tid``. ``identity`` are the claims that together
    name an account for good: its subject. ``server`` is the base URL that the plugin asks with the token.

    ``revoke_url`` is None where a grant cannot be revoked (RFC 7009), and ``withdrawal`` a sentence on where
    users take it back by themselves. ``names_scopes``: so does a renewal (RFC 6749 6). ``admin_errors`` are
    words in an error's description that say that an administrator has to agree, not the user.
    """

    server: str
    authorize_url: str
    token_url: str
    scopes: tuple[str, ...]
    issuer: str
    keys_url: str
    revoke_url: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    identity: tuple[str, ...] = ("sub",)
    names_scopes: bool = False
    admin_errors: tuple[str, ...] = ()
    withdrawal: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """A sign-in at a provider, without what is secret.

    ``subject`` never changes for the same account: links are revived by it. ``server`` is the base URL that
    requests go to. ``calendar_id`` is the calendar to use where the adapter cannot list them, ``zone`` the
    IANA zone of the user, if it is known: for times that name none in a calendar that names none.
    """

    subject: str
    name: str
    server: str
    username: str
    calendar_id: str = "primary"
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class CalendarInfo:
    """A calendar of an account. ``id`` never changes while the calendar exists."""

    id: str
    name: str
    is_primary: bool = False
    is_writable: bool = True
    zone: str | None = None
    color: str | None = None


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the engine acts on.

    ``batch_size``: how many events are read or written by one call. ``silent_writes``: events with guests
    can be written without anybody being notified. ``visibility_lag``: for how long after
    a write the provider may still not show it. ``settle_after``: how long a write whose outcome is unknown
    may still be on its way. ``forgets_silently``: a cursor that the provider has forgotten may be answered as
    if it were new, with hints at everything there is and no word of what was deleted.
    """

    batch_size: int = 50
    silent_writes: bool = False
    visibility_lag: timedelta = timedelta(0)
    settle_after: timedelta = timedelta(0)
    forgets_silently: bool = False


def _one(_body: bytes | None) -> int:
    return 1


@dataclass(frozen=True, slots=True)
class Provider:
    """What ``metonic_provider()`` returns.

    ``name`` matches ``[a-z][a-z0-9_]{0,19}``. ``hosts`` are patterns (``*.example.com``) of the hosts that
    credentials may be sent to, beside the host the user typed. ``adapter`` is called for every run: it must
    be cheap and do no I/O. ``push`` is None where the provider cannot tell us that something changed.
    ``paces`` are how fast it may be asked; without any, as fast as it answers. ``parts`` is pure and tells by
    its body how many operations a request holds: a batch has several.
    """

    name: str
    title: str
    sign_in: Password | OAuth2
    adapter: Callable[[Client, Account], "CalendarAdapter"]
    capabilities: Capabilities = field(default_factory=Capabilities)
    push: Push | None = None
    hosts: tuple[str, ...] = ()
    paces: tuple[Pace, ...] = ()
    parts: Callable[[bytes | None], int] = _one
    spi: int = 1


Credentials = Mapping[str, str]
"""What the user typed into the sign-in form, by field name."""
