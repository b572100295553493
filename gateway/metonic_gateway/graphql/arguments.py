"""Arguments as resolvers read them: an id that is none finds nothing, a bad instant is a GraphQL error."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from metonic_core.model.errors import InvalidValue
from metonic_gateway.graphql.errors import unusable
from metonic_gateway.graphql.scalars import DateTime
from metonic_gateway.graphql.times import instant


def identity(text: str) -> UUID | None:
    """The id; None for what cannot be one, so that it is answered like one that is not there."""
    try:
        return UUID(text)
    except ValueError:
        return None


@contextmanager
def under(*parents: str) -> Iterator[None]:
    """What is wrong inside is told from further out."""
    try:
        yield
    except InvalidValue as error:
        raise error.under(*parents) from None


def maybe_instant(given: DateTime | None, name: str) -> datetime | None:
    """The instant of a query's argument; raises a GraphQL error that names it."""
    return None if given is None else asked_instant(given, name)


def asked_instant(given: DateTime, name: str) -> datetime:
    """The same, where there has to be one."""
    try:
        return instant(given)
    except InvalidValue as error:
        raise unusable(f"`{name}`: {error.message} {error.next_step}") from None
