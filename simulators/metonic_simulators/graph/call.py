"""A call of Graph as it arrived, alone or as a part of a batch, and the reply to it."""

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from multidict import CIMultiDict

from metonic_simulators.graph import errors
from metonic_simulators.wire import replies

_PREFERENCE = re.compile(r'([A-Za-z][\w.-]*)\s*(?:=\s*(?:"([^"]*)"|([^,;\s]*)))?')
_FORWARDED = re.compile(r'(host|proto)="?([^";,\s]+)', re.IGNORECASE)


class Reply(replies.Reply):
    JSON = (
        "application/json; odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
    )


@dataclass
class Call:
    """``path`` is spelled as the client did, without the version; ``part``: of a batch.

    Names in ``query`` are found in any case.
    """

    method: str
    path: str
    query: CIMultiDict[str]
    headers: CIMultiDict[str]
    body: bytes = b""
    part: bool = False

    @classmethod
    def of(
        cls, method: str, target: str, headers: CIMultiDict[str], body: bytes = b"", *, part: bool = False
    ) -> "Call":
        path, _, query = target.partition("?")
        parsed = CIMultiDict(parse_qsl(query, keep_blank_values=True))
        return cls(method.upper(), path, parsed, headers, body, part)

    @property
    def segments(self) -> list[str]:
        """Decoded once, each on its own."""
        return [unquote(one) for one in self.path.strip("/").split("/") if one]

    @property
    def decoded(self) -> str:
        return unquote(self.path)

    @property
    def preferences(self) -> dict[str, str]:
        """By name in lower case, from one header or several."""
        joined = ",".join(self.headers.getall("Prefer", []))
        return {name.lower(): quoted or bare for name, quoted, bare in _PREFERENCE.findall(joined)}

    def base(self, own: str) -> str:
        """The origin with the version as the client knows it, though another server passes its requests on.

        RFC 7239; ``own``: the one of this server.
        """
        told = {name.lower(): text for name, text in _FORWARDED.findall(self.headers.get("Forwarded", ""))}
        return f"{told['proto']}://{told['host']}/v1.0" if told.keys() >= {"proto", "host"} else own

    def json(self) -> dict[str, Any]:
        """The body as an object, empty if there is none; raises Refused."""
        if not self.body:
            return {}
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise errors.unreadable() from error
        if not isinstance(found, dict):
            raise errors.unreadable()
        return found

    def action(self) -> dict[str, Any]:
        """The body of an action: names in any case, given in lower case. Raises Refused."""
        return {name.lower(): value for name, value in self.json().items()}

    def text(self, name: str) -> str:
        return self.query.get(name, "")

    def number(self, name: str, usual: int, *, least: int = 0, most: int = 10**9) -> int:
        """Raises Refused for what is out of bounds."""
        value = self.query.get(name)
        if value is None:
            return usual
        if not value.isascii() or not value.isdigit() or not least <= int(value[:12]) <= most:
            raise errors.bad_request(f"Invalid value '{value}' for {name} query option found.")
        return int(value)

    def names(self, option: str) -> list[str]:
        """What ``$select`` lists."""
        return [one.strip() for one in self.text(option).split(",") if one.strip()]


def refusal(refused: errors.Refused, date: str, request_id: str, client_id: str) -> Reply:
    """The envelope of every error: https://learn.microsoft.com/en-us/graph/errors."""
    inner = {"date": date, "request-id": request_id, "client-request-id": client_id}
    error = {"code": refused.code, "message": refused.message, **refused.more, "innerError": inner}
    return Reply(refused.status, {"error": error}, headers=dict(refused.headers))
