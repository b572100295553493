"""Relay connections over keyset cursors: a page is found by where the last one ended, not by counting."""

import base64
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import strawberry

from metonic_gateway.graphql.errors import unusable
from metonic_gateway.store.pages import Key, Keyed, Page

LARGEST = 50
_LONGEST_CURSOR = 200

NodeT = TypeVar("NodeT")
GivenT = TypeVar("GivenT", bound=Keyed)


@strawberry.type
class PageInfo:
    has_next_page: bool
    has_previous_page: bool = strawberry.field(description="Whether this page was asked for with `after`.")
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type
class Edge(Generic[NodeT]):
    cursor: str
    node: NodeT


@strawberry.type
class Connection(Generic[NodeT]):
    nodes: list[NodeT]
    edges: list[Edge[NodeT]]
    page_info: PageInfo


async def total_count(root: strawberry.Parent["CountedConnection[NodeT]"]) -> int:
    return await root.count()


@strawberry.type
class CountedConnection(Connection[NodeT]):
    """One that can say how long the whole list is, which costs a statement of its own."""

    count: strawberry.Private[Callable[[], Awaitable[int]]]
    total_count: int = strawberry.field(resolver=total_count)


ConnectionT = TypeVar("ConnectionT", bound=Connection[Any])


def page_asked(first: int, after: str | None) -> Page:
    """The page that the arguments ask for; raises a GraphQL error if they cannot be used."""
    if not 1 <= first <= LARGEST:
        raise unusable(
            f"`first` is {first}: pages have 1 to {LARGEST} items. Ask for more pages with `after`."
        )
    return Page(first, None if after is None else _key(after))


def connection_of(
    kind: Callable[..., ConnectionT],
    rows: Sequence[GivenT],
    page: Page,
    make: Callable[[GivenT], object],
    ended: Key | None = None,
    **counted: Callable[[], Awaitable[int]],
) -> ConnectionT:
    """The rows of the page, as that ``kind``; one more was read, to know whether there are more.

    ``ended`` is where looking for them was ended before the page was full.
    """
    shown = rows[: page.first]
    edges = [Edge(cursor=_cursor_to(row.key), node=make(row)) for row in shown]
    info = PageInfo(
        has_next_page=ended is not None or len(rows) > page.first,
        has_previous_page=page.after is not None,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=_cursor_to(ended) if ended else edges[-1].cursor if edges else None,
    )
    return kind(nodes=[edge.node for edge in edges], edges=edges, page_info=info, **counted)


def _cursor_to(key: Key) -> str:
    at, identity = key
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), identity.hex]).encode()).decode()


def _key(cursor: str) -> Key:
    try:
        # What is nested deep enough exhausts the stack of the parser.
        if len(cursor) > _LONGEST_CURSOR:
            raise ValueError(cursor[:40])  # noqa: TRY301 - one complaint for all
        at, identity = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        key = datetime.fromisoformat(at).astimezone(UTC), UUID(identity)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise unusable("`after` is not a cursor of this list: pass an `endCursor` as you got it.") from error
    return key
