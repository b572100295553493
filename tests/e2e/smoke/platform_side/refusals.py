"""What a backend may get wrong: each is answered by its type, and the other rows are done."""

from dataclasses import replace
from uuid import uuid4

from tests.e2e.smoke.api import LIST, Api, Told
from tests.e2e.smoke.platform_side.backend import AT_ONCE, CHANGES, UPSERT
from tests.e2e.smoke.platform_side.lessons import GUEST, Kind
from tests.e2e.smoke.platform_side.side import Side, outcomes
from tests.e2e.smoke.table import expect

VERSION = 4
_READ = "query ($id: String!) { it: appointment(platformId: $id) { title } }"


async def refusals(side: Side) -> None:
    for name, check in (
        ("bad rows are refused one by one, the others are done", _rows),
        ("too many rows are refused as a whole", _numbers),
        ("a position from the future, and one that is none", _positions),
        ("each token is for its own questions", _tokens),
    ):
        await side.scene.table.check(f"platform: {name}", check(side))


async def _rows(side: Side) -> None:
    kept, other, moved = side.of(Kind.KEPT)[0], side.of(Kind.KEPT)[1], side.of(Kind.MOVED)[0]
    states = await side.backend.states([kept.platform_id, moved.platform_id])
    extra = kept.row() | {"platformId": "extra", "title": "Extra"}
    chef = {"userId": GUEST, "role": "chef"}
    taken = {"appointmentId": states[moved.platform_id]["id"], "seenVersion": 1}
    rows = (
        (extra, "CREATED", None, ()),
        (kept.row(1), "REFUSED", "OUT_OF_DATE", ()),
        (extra, "UNCHANGED", None, ()),
        (extra | {"platformVersion": 2, "title": "Extra, again"}, "UPDATED", None, ()),
        (kept.row(VERSION, participants=[chef]), "REFUSED", "INVALID_INPUT", ("participants", "0", "role")),
        (extra | taken | {"platformId": "another"}, "REFUSED", "INVALID_INPUT", ("appointmentId",)),
        (kept.row(VERSION, **taken), "REFUSED", "INVALID_INPUT", ("appointmentId",)),
        (
            extra | {"platformId": "nobody's", "appointmentId": str(uuid4()), "seenVersion": 1},
            "REFUSED",
            "INVALID_INPUT",
            ("appointmentId",),
        ),
        (kept.row(VERSION, when=None), "REFUSED", "INVALID_INPUT", ("when",)),
        (other.row(VERSION, location="Room 99"), "UPDATED", None, ()),
    )

    told = (await side.backend.do(UPSERT, rows=[row for row, *_ in rows]))["outcomes"]

    wanted = [
        (status, code, ["appointments", str(number), *path] if path else None)
        for number, (_, status, code, path) in enumerate(rows)
    ]
    expect("the outcomes", [_shown(outcome) for outcome in told], wanted)
    side.items[other.platform_id] = replace(side.items[other.platform_id], location="Room 99")
    await side.at_rest()
    events = {item.title for item in (await side.trainer.device.items()).values()}
    expect("titles of new events", {t for t in events if t.startswith("Extra")}, {"Extra, again"})
    expect("one that was refused", await side.backend.do(_READ, id="another"), None)

    removed = await side.backend.upsert([extra | {"platformVersion": 3, "isCancelled": True}])
    expect("the outcome", outcomes(removed), {"extra": "UPDATED"})
    await side.at_rest()
    await side.in_step(Kind.DELETED)


def _shown(outcome: Told) -> tuple[str, str | None, list[str] | None]:
    error = outcome["error"] or {"code": None}
    return outcome["status"], error["code"], error.get("path")


async def _numbers(side: Side) -> None:
    row = side.lessons[0].row()
    rows = [row | {"platformId": f"too-many-{number}"} for number in range(AT_ONCE + 1)]
    for sent in (rows, []):
        told = await side.backend.ask(UPSERT, rows=sent)
        expect("the answer", (told["code"], told["path"]), ("INVALID_INPUT", ["appointments"]))
    expect("the first of them", await side.backend.do(_READ, id="too-many-0"), None)


async def _positions(side: Side) -> None:
    end = await side.backend.end()
    for after, code in (
        (str(int(end) + 1), "POSITION_UNKNOWN"),
        ("9" * 40, "POSITION_UNKNOWN"),
        ("-1", "INVALID_ARGUMENT"),
        ("tomorrow", "INVALID_ARGUMENT"),
    ):
        told = await side.backend.answer(CHANGES, after=after, first=1)
        expect(f"the answer for {after}", _code(told), code)
    expect("what comes after the end", (await side.backend.page(end, 1))["changes"], [])


async def _tokens(side: Side) -> None:
    rows = [side.lessons[0].row(VERSION)]
    for api in (side.trainer.api, side.guest.api):
        expect("an upsert", _code(await api.answer(UPSERT, rows=rows)), "BACKEND_ONLY")
        expect("the feed", _code(await api.answer(CHANGES, first=1)), "BACKEND_ONLY")
    expect("a user's list", _code(await side.backend.answer(LIST)), "USERS_ONLY")
    nobody = Api(side.scene.session, side.scene.api_url, "")
    expect("an upsert of nobody's", _code(await nobody.answer(UPSERT, rows=rows)), "UNAUTHENTICATED")


def _code(told: Told) -> str:
    (error,) = told["errors"]
    return str(error["extensions"]["code"])
