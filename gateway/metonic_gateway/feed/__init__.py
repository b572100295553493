"""Publish and subscribe for GraphQL subscriptions: inside one process, or among all that are on one line."""

from metonic_gateway.feed.feed import Feed

__all__ = ["Feed"]
