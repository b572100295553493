"""HTTP Basic authentication (RFC 7617), in UTF-8."""

import base64
import re

from metonic_core.spi.errors import SignInNeeded

_UNSENDABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def basic_authorization(username: str, password: str) -> str:
    """The value of an ``Authorization`` header; raises SignInNeeded for what Basic cannot carry."""
    if ":" in username:
        raise SignInNeeded("A user name cannot contain a colon: sign in again with the right one.")
    if _UNSENDABLE.search(username + password):
        raise SignInNeeded("The user name or password contains a control character: type them in again.")
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode("ascii")
