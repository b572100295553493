"""Rows as the platform's backend sends them, and what became of them."""

from typing import Any

from tests.gateway.graphql.client import Api
from tests.gateway.graphql.operations import UPSERT


async def upserted(api: Api, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    report = await api.as_backend().call(UPSERT, rows=list(rows))
    outcomes: list[dict[str, Any]] = report["outcomes"]
    return outcomes


def statuses(outcomes: list[dict[str, Any]]) -> list[str]:
    return [outcome["status"] for outcome in outcomes]


def person(**fields: object) -> dict[str, Any]:
    return {"userId": "client-1", "role": "client"} | fields
