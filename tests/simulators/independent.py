"""python-caldav: a client that others wrote, so that the stand-in is not only what we think of it."""

from typing import Any

from caldav.davclient import DAVClient


def signed_in(url: str, user: str, password: str) -> Any:  # noqa: ANN401 - its methods are not typed
    return DAVClient(url=url, username=user, password=password, auth_type="basic")
