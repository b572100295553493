"""A server on loopback that answers as a test has Graph answer, in batches too."""

import json
from dataclasses import dataclass
from typing import ClassVar

from aiohttp import web
from tests.plugins.scripted import Body, Said, ScriptedJson, sent


def refused(status: int, code: str, **headers: str) -> Said:
    """A refusal in Graph's envelope."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    error = {"code": code, "message": "A message.", "innerError": {"request-id": "1"}}
    return Said(status, {"error": error}, named)


CUT = Said(0)
"""No answer: the connection ends, that of a whole batch too."""
NOT_FOUND = refused(404, "ErrorItemNotFound")
FAILED = refused(424, "FailedDependency")
EVENTS = "/me/calendars/home/events"
CHANGES = "/me/calendars/home/calendarView/delta"


@dataclass
class Scripted(ScriptedJson):
    """Parts of batches are counted as running at the same time where nothing says that they wait."""

    pause: ClassVar[float] = 0.01
    otherwise: ClassVar[Said] = NOT_FOUND

    def answer(self, request: web.Request, content: bytes) -> web.Response:
        target = request.raw_path.removeprefix("/v1.0")
        if target == "/$batch":
            said = self.whole or self._batch(json.loads(content)["requests"])
        else:
            said = self.said(request.method, target, dict(request.headers), content)
        if said is CUT and request.transport:
            request.transport.close()
        return sent(said)

    def _batch(self, requests: list[Body]) -> Said:
        """One after the other, as they have to be; answered the other way round."""
        done: dict[str, Said] = {}
        for one in requests:
            assert one.get("dependsOn", []) == [*done][-1:], "a part that waits for nobody"
            failed = [name for name in one.get("dependsOn", []) if done[name].status >= 400]
            done[one["id"]] = FAILED if failed else self._part(one)
        if CUT in done.values():
            return CUT
        kept = [(name, said) for name, said in done.items() if int(name) not in self.missing]
        shown = [
            {"id": name, "status": said.status, "headers": said.headers, "body": said.body}
            for name, said in reversed(kept)
        ]
        return Said(200, {"responses": shown})

    def _part(self, one: Body) -> Said:
        content = json.dumps(one["body"]).encode() if "body" in one else b""
        return self.said(one["method"], one["url"], one["headers"], content, is_part=True)


def calendar() -> Said:
    return Said(body={"id": "home"})
