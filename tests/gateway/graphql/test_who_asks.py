"""Nothing is answered to nobody; users are known by the platform's ids, and the token says who they are."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
)
from tests.gateway.graphql.client import Api

from metonic_gateway.graphql.schema import build_schema
from metonic_gateway.http.identity import Identity, Role
from metonic_gateway.store.models import User

_EXAMPLES: dict[str, str] = {
    "ID": '"00000000-0000-0000-0000-000000000000"',
    "ProviderName": '"memory"',
    "Boolean": "false",
    "Int": "1",
    "String": '"x"',
    "ConflictTarget": "{everything: true}",
    "DateTime": '"2026-12-01T00:00:00Z"',
    "Date": '"2026-12-01"',
}
FOR_THE_BACKEND = {"upsertAppointments", "appointmentChanges", "busyTimes", "providerUsage"}
FOR_BOTH = {"appointment"}


def _operations() -> dict[str, str]:
    """A smallest operation for each query and mutation that the schema has."""
    schema = build_schema()._schema  # noqa: SLF001 - Strawberry offers no other way to graphql-core's schema
    roots = {"query": schema.query_type, "mutation": schema.mutation_type}
    return {
        name: f"{kind} {{ {name}{_arguments(field.args)} {_selection(field.type)} }}"
        for kind, root in roots.items()
        if isinstance(root, GraphQLObjectType)
        for name, field in root.fields.items()
    }


def _arguments(arguments: dict[str, Any]) -> str:
    needed = [
        f"{name}: {_example(arg.type)}"
        for name, arg in arguments.items()
        if isinstance(arg.type, GraphQLNonNull) and arg.default is None and name != "first"
    ]
    return f"({', '.join(needed)})" if needed else ""


def _example(type_: Any) -> str:  # noqa: ANN401 - graphql-core's unions of types are wide
    given = get_nullable_type(type_)
    if isinstance(given, GraphQLList):
        return "[]"
    if isinstance(given, GraphQLEnumType):
        return str(next(iter(given.values)))
    return (
        _EXAMPLES.get(given.name, "{}")
        if isinstance(given, GraphQLInputObjectType)
        else _EXAMPLES[given.name]
    )


def _selection(type_: Any) -> str:  # noqa: ANN401 - likewise
    return "" if is_leaf_type(get_named_type(type_)) else "{ __typename }"


OPERATIONS = _operations()


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
async def test_without_a_token_nothing_is_answered(operation: str, api: Api) -> None:
    nobody = api.as_user("nobody")
    object.__setattr__(nobody, "token", "")

    error = await nobody.refused(operation)

    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert not await User.filter(platform_id="nobody").exists()


@pytest.mark.parametrize("name", sorted(OPERATIONS.keys() - FOR_THE_BACKEND - FOR_BOTH))
async def test_the_backend_has_no_operations_of_users(name: str, api: Api) -> None:
    error = await api.as_backend().refused(OPERATIONS[name])

    assert error["extensions"]["code"] == "USERS_ONLY"


@pytest.mark.parametrize("name", sorted(FOR_THE_BACKEND))
async def test_users_have_no_operations_of_the_backend(name: str, api: Api) -> None:
    error = await api.refused(OPERATIONS[name])

    assert error["extensions"]["code"] == "BACKEND_ONLY"


async def test_a_bad_token_is_refused_with_the_reason(api: Api) -> None:
    late = api.token_for(Identity(Role.CLIENT, "client-1"), -timedelta(hours=1))

    for token, reason in ((late, "expired"), ("nonsense", "not valid"), (api.token[:-2] + "xx", "not valid")):
        object.__setattr__(api, "token", token)
        error = await api.refused("{ viewer { id } }")
        assert error["extensions"]["code"] == "UNAUTHENTICATED"
        assert reason in error["message"]
        assert token not in str(error)


async def test_the_viewer_is_who_the_token_says(api: Api) -> None:
    assert await api.call("{ viewer { id role name timeZone } }") == {
        "id": "trainer-1",
        "role": "TRAINER",
        "name": "Toni",
        "timeZone": "Europe/Berlin",
    }


async def test_a_new_token_updates_what_is_known_and_one_that_says_less_does_not(api: Api) -> None:
    before = await User.get(platform_id="trainer-1")

    await api.as_user("trainer-1", Role.TRAINER, name="Antonia", zone="Europe/Vienna").call(
        "{ viewer { id } }"
    )
    short = await api.as_user("trainer-1", Role.TRAINER).call("{ viewer { name timeZone } }")

    assert short == {"name": "Antonia", "timeZone": "Europe/Vienna"}
    assert (await User.get(platform_id="trainer-1")).id == before.id


async def test_the_first_requests_of_a_user_may_come_at_once(api: Api) -> None:
    new = api.as_user("client-9")

    answers = await asyncio.gather(*(new.call("{ viewer { id } }") for _ in range(5)))

    assert answers == [{"id": "client-9"}] * 5
    assert await User.filter(platform_id="client-9").count() == 1
