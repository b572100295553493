"""What the trainer sets: which way the calendar is synced, and which appointments it gets."""

from dataclasses import replace

from tests.e2e.smoke.api import ANY_ERROR, PROVIDER
from tests.e2e.smoke.device import put
from tests.e2e.smoke.platform_side.edits import retitled
from tests.e2e.smoke.platform_side.lessons import TYPES, Kind
from tests.e2e.smoke.platform_side.side import Side, Watch, outcomes
from tests.e2e.smoke.scene import day
from tests.e2e.smoke.table import expect

_VERSION = 5
_SET = f"""mutation ($settings: SyncSettingsInput!) {{
  it: updateSyncSettings(provider: "{PROVIDER}", settings: $settings) {{
    ... on ConnectedCalendar {{ settings {{ direction syncAll }} }} {ANY_ERROR} }} }}"""
_CHOOSE = f"""mutation ($ids: [ID!]!, $choice: SyncChoice!) {{
  it: setAppointmentSync(provider: "{PROVIDER}", appointmentIds: $ids, choice: $choice) {{
    ... on ConnectedCalendar {{ id }} {ANY_ERROR} }} }}"""
_PREVIEW = f"""query ($filters: SyncFiltersInput!, $all: Boolean!) {{
  it: selectionPreview(provider: "{PROVIDER}", filters: $filters, syncAll: $all) {{
    ... on SelectionPreview {{ adds removes }} {ANY_ERROR} }} }}"""
_ONLY = TYPES[-1]
_UNWANTED = "Nobody asked for it"


async def by_settings(side: Side) -> None:
    for name, check in (
        ("one way out: what is edited or deleted there is put back, what is made there ignored", _out),
        ("one way in: a local edit stays at home, until it is both ways again", _in),
        ("one is kept out, and comes back", _never),
        ("one type only: the other copies go, and all come back once each", _one_type),
        ("a further run finds nothing to do", _idle),
    ):
        await side.scene.table.check(f"platform: {name}", check(side))


async def _set(side: Side, **settings: object) -> None:
    await side.trainer.api.do(_SET, settings=settings)
    await side.at_rest()


async def _out(side: Side) -> None:
    """The copies whose deletion was a conflict come back as well: here the platform is right."""
    edited, deleted = side.of(Kind.KEPT)[:2]
    paths, end = await side.paths(side.trainer), await side.backend.end()
    await _set(side, direction="PUSH")

    await side.trainer.device.edit(paths[edited.platform_id], lambda event: put(event, "SUMMARY", "Mine"))
    await side.trainer.device.delete(paths[deleted.platform_id])
    unwanted = await side.trainer.device.create(_UNWANTED, (day(3), day(4)))
    await side.synced()

    items = await side.trainer.device.items()
    found = items[paths[edited.platform_id]], unwanted in items
    expect("the edited copy, and the event", found, (side.items[edited.platform_id], True))
    titles = [item.title for item in items.values()]
    expect("how often the deleted one is there", titles.count(side.items[deleted.platform_id].title), 1)
    expect("the end of the feed", await side.backend.end(), end)

    await _set(side, direction="BOTH")
    side.own[_UNWANTED] = unwanted
    await side.in_step()
    expect("conflicts", await side.trainer.api.conflicts(), [])


async def _in(side: Side) -> None:
    here, there = side.of(Kind.KEPT)[1:3]
    paths = await side.paths(side.trainer)
    await _set(side, direction="PULL")

    done = await side.backend.upsert([here.row(_VERSION, location="Stays at home")])
    edit = retitled(there, side.items[there.platform_id])
    await side.trainer.device.edit_object(paths[there.platform_id], edit.change)
    await side.synced()

    expect("the outcome", set(outcomes(done).values()), {"UPDATED"})
    items = await side.trainer.device.items()
    expect("its copy", items[paths[here.platform_id]], side.items[here.platform_id])
    told = (await side.backend.states([there.platform_id]))[there.platform_id]
    expect("what was called something else there", told["title"], edit.item.title)

    await _set(side, direction="BOTH")
    side.items[there.platform_id] = edit.item
    side.items[here.platform_id] = replace(side.items[here.platform_id], location="Stays at home")
    await side.in_step()


async def _never(side: Side) -> None:
    lesson = side.of(Kind.KEPT)[0]
    told = (await side.backend.states([lesson.platform_id]))[lesson.platform_id]
    for choice, is_there in (("NEVER", False), ("BY_SELECTION", True)):
        await side.trainer.api.do(_CHOOSE, ids=[told["id"]], choice=choice)
        await side.at_rest()
        titles = [item.title for item in (await side.trainer.device.items()).values()]
        expect(f"how often it is there, chosen {choice}", titles.count(told["title"]), int(is_there))


async def _one_type(side: Side) -> None:
    filters = {"appointmentTypes": [_ONLY]}
    before = await side.trainer.device.items()
    gone = {side.items[lesson.platform_id].title for lesson in side.lessons if lesson.type != _ONLY}
    kept = {path: item for path, item in before.items() if item.title not in gone}
    preview = await side.trainer.api.do(_PREVIEW, filters=filters, all=False)
    expect("what would change", preview, {"adds": 0, "removes": len(before) - len(kept)})

    watch = Watch()
    await _set(side, syncAll=False, filters=filters)
    side.tell(f"copies withdrawn by a filter: {watch.rate(len(before) - len(kept))}")
    expect("the events that are left", await side.trainer.device.items(), kept)

    back = await side.trainer.api.do(_PREVIEW, filters={}, all=True)
    watch = Watch()
    await _set(side, syncAll=True, filters=None)
    side.tell(f"copied again: {watch.rate(back['adds'])}")
    titles = sorted(item.title for item in (await side.trainer.device.items()).values())
    expect("the titles of all events", titles, sorted(item.title for item in before.values()))
    await side.in_step()


async def _idle(side: Side) -> None:
    people = side.trainer, side.guest
    before = [await person.device.texts() for person in people]
    asked, end = len(side.scene.proxy.seen), await side.backend.end()
    for person in people:
        run = await person.synced()
        expect("what it sent and took over", (run["itemsPushed"], run["itemsPulled"]), (0, 0))

    expect("what it asked", [e.method for e in side.scene.proxy.seen[asked:]], ["REPORT"] * len(people))
    expect("the events", [await person.device.texts() for person in people], before)
    expect("the end of the feed", await side.backend.end(), end)
