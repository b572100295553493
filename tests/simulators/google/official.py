"""Google's own client, pointed at the stand-in; answers are held against the discovery document it has."""

import json
import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import cache
from typing import Any

from google.oauth2.credentials import Credentials
from googleapiclient import discovery
from googleapiclient.discovery_cache import get_static_doc
from googleapiclient.errors import HttpError
from googleapiclient.http import HttpRequest

from metonic_simulators.google import Simulator
from metonic_simulators.google.people import full_scope

Client = Any
"""Google's client, whose methods are not typed."""

ALL = ("calendar",)
_INT64 = re.compile(r"^-?\d+$")


@cache
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(get_static_doc("calendar", "v3"))
    return found


def client(sim: Simulator, user: str, scopes: Iterable[str] = ALL) -> Client:
    """Signed in, and able to renew its token when the clock is moved."""
    wanted = tuple(scopes)
    return with_credentials(sim, renewing(sim, user, wanted, token=sim.token_for(user, wanted)))


def renewing(sim: Simulator, user: str, scopes: Iterable[str] = ALL, token: str | None = None) -> Credentials:
    wanted = [full_scope(one) for one in scopes]
    return Credentials(  # type: ignore[no-untyped-call]
        token=token,
        refresh_token=sim.refresh_token_for(user, wanted),
        token_uri=f"{sim.url}token",
        client_id=sim.client_id,
        client_secret=sim.client_secret,
    )


def with_credentials(sim: Simulator, credentials: Credentials) -> Client:
    pointed = {**document(), "rootUrl": sim.url}
    return discovery.build_from_document(pointed, credentials=credentials, requestBuilder=Checked)


class Checked(HttpRequest):  # type: ignore[misc]
    """A request whose answer must be as the discovery document has it, in a batch too."""

    def __init__(self, http: Any, postproc: Callable[..., Any], uri: str, **more: Any) -> None:  # noqa: ANN401
        def checked(response: Any, content: bytes) -> Any:  # noqa: ANN401 - the client's own
            found = postproc(response, content)
            check_answer(str(more["methodId"]), found)
            return found

        super().__init__(http, checked, uri, **more)


def check_answer(method: str, found: Any) -> None:  # noqa: ANN401 - any answer
    """Raises AssertionError for a key that the document does not know, or a value of another type."""
    _, resource, name = method.split(".")
    response = document()["resources"][resource]["methods"][name].get("response")
    if response is None:
        assert found == "", f"{method} has no body: {found!r}"
        return
    _check({"$ref": response["$ref"]}, found, method)


def _check(schema: dict[str, Any], value: Any, where: str) -> None:  # noqa: ANN401 - any part of an answer
    if "$ref" in schema:
        schema = document()["schemas"][schema["$ref"]]
    match schema.get("type"):
        case "object":
            _check_object(schema, value, where)
        case "array":
            assert isinstance(value, list), where
            for one in value:
                _check(schema["items"], one, f"{where}[]")
        case "string":
            assert isinstance(value, str), where
            _check_format(schema.get("format", ""), value, where)
        case "boolean":
            assert isinstance(value, bool), where
        case "integer":
            assert type(value) is int, where


def _check_object(schema: dict[str, Any], value: Any, where: str) -> None:  # noqa: ANN401 - any part of an answer
    assert isinstance(value, dict), where
    for key, one in value.items():
        below = schema.get("properties", {}).get(key) or schema.get("additionalProperties")
        assert below is not None, f"{where} has no {key}"
        _check(below, one, f"{where}.{key}")


def _check_format(name: str, value: str, where: str) -> None:
    if name == "date-time":
        assert datetime.fromisoformat(value).tzinfo is not None, where
    elif name == "date":
        date.fromisoformat(value)
    elif name == "int64":
        assert _INT64.match(value), where


def refused(request: Any) -> tuple[int, str, dict[str, Any]]:  # noqa: ANN401 - the client's request
    """The status, the reason and the whole error of a request that must be refused."""
    try:
        found = request.execute()
    except HttpError as error:
        body = json.loads(error.content)["error"]
        return int(error.status_code), body["errors"][0]["reason"], body
    raise AssertionError(f"It was not refused: {found}")
