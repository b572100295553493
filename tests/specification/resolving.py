"""How people decide about conflicts."""

from tests.gateway.graphql.operations import ERROR
from tests.stage import Json, Member, Person

OPEN = "{ syncConflicts(filter: {states: [OPEN, RESOLVING]}) { nodes { id version state } } }"
ONE = f"""mutation ($id: ID!, $resolution: ConflictResolution!, $version: Int!, $picks: [FieldPick!]) {{
  resolveConflict(conflictId: $id, resolution: $resolution, ifVersion: $version, picks: $picks) {{
    ... on SyncConflict {{ id state }} {ERROR} }} }}"""
ALL = """mutation ($resolution: ConflictResolution!) {
  resolveConflicts(target: {allOf: "apple"}, resolution: $resolution) {
    ... on ConflictsResolved { resolvedCount refusedCount } } }"""


async def resolve(person: Member, resolution: str, picks: list[Json] | None = None) -> None:
    """Decide about the only conflict, and have it done."""
    (conflict,) = (await person.api.call(OPEN))["nodes"]
    told = await person.api.call(
        ONE, id=conflict["id"], resolution=resolution, version=conflict["version"], picks=picks
    )
    assert told["state"] == "RESOLVING", told
    await person.sync()


async def resolve_all(person: Person, resolution: str) -> Json:
    told: Json = await person.api.call(ALL, resolution=resolution)
    await person.sync()
    return told
