"""A call of the API as it arrived, alone or as a part of a batch, and the reply to it."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from multidict import CIMultiDict, MultiDict

from metonic_simulators.google import errors
from metonic_simulators.wire import replies


@dataclass
class Call:
    """``path`` is spelled as the client did; ``part``: of a batch."""

    method: str
    path: str
    query: MultiDict[str]
    headers: CIMultiDict[str]
    body: bytes = b""
    part: bool = False

    @classmethod
    def of(
        cls, method: str, target: str, headers: CIMultiDict[str], body: bytes = b"", *, part: bool = False
    ) -> "Call":
        path, _, query = target.partition("?")
        return cls(method, path, _parsed(query), headers, body, part).overridden()

    def overridden(self) -> "Call":
        """A long GET comes as a form in a POST."""
        method = self.headers.get("X-HTTP-Method-Override", "")
        if self.method != "POST" or not method:
            return self
        if self.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
            self.query.extend(_parsed(self.body.decode("utf-8", "replace")))
            self.body = b""
        self.method = method.upper()
        return self

    @property
    def segments(self) -> list[str]:
        return [unquote(one) for one in self.path.strip("/").split("/")]

    @property
    def decoded(self) -> str:
        return unquote(self.path)

    def json(self) -> dict[str, Any]:
        """The body as an object, empty if there is none; raises Refused."""
        if not self.body:
            return {}
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise errors.classic(400, "global", "parseError", "Parse Error") from error
        if not isinstance(found, dict):
            raise errors.classic(400, "global", "parseError", "Parse Error")
        return found

    def text(self, name: str) -> str:
        return self.query.get(name, "")

    def flag(self, name: str) -> bool:
        """Raises Refused for what is no boolean."""
        value = self.query.get(name, "false").lower()
        if value not in {"true", "false"}:
            raise errors.bad_parameter(name, self.query[name])
        return value == "true"

    def number(self, name: str, usual: int, *, most: int) -> int:
        """At least 1, and what is more than the most counts as that; raises Refused."""
        value = self.query.get(name)
        if value is None:
            return usual
        if not value.isascii() or not value.isdigit() or len(value) > 9 or int(value) < 1:  # noqa: PLR2004 - int32
            raise errors.bad_parameter(name, value)
        return min(int(value), most)


class Reply(replies.Reply):
    JSON = "application/json; charset=UTF-8"


def refusal(refused: errors.Refused) -> Reply:
    return Reply(refused.status, refused.body, headers=dict(refused.headers))


def _parsed(query: str) -> MultiDict[str]:
    return MultiDict(parse_qsl(query, keep_blank_values=True))
