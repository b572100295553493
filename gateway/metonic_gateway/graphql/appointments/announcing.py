"""Tells those who wait for it that appointments changed."""

from collections.abc import Collection
from uuid import UUID

from metonic_gateway.services import CHANGES, Services, status_topic


def announce(
    services: Services, due: Collection[UUID], people: Collection[UUID], *, is_news: bool = True
) -> None:
    """Only after the transaction: a nudge before it would find nothing new.

    ``due`` are connected calendars, ``people`` users; ``is_news`` says that the feed has something to tell.
    """
    if due:
        services.nudge(due)
    for user_id in people:
        services.feed.publish(status_topic(user_id))
    if is_news:
        services.feed.publish(CHANGES)
