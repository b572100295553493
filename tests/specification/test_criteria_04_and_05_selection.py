"""One-way sync option (platform to external only). Selective sync (choose which appointments to sync)."""

from tests.gateway.graphql.operations import timed
from tests.gateway.graphql.settings import CHOOSE, SET
from tests.stage import Person, Stage

from metonic_gateway.http.identity import Role

PREVIEW = """query ($filters: SyncFiltersInput!) {
  selectionPreview(provider: "apple", filters: $filters, syncAll: false) { ... on SelectionPreview {
    adds removes masked matches { nodes { title } } } } }"""


async def test_one_way_out_nothing_of_the_calendar_comes_in(trainer: Person) -> None:
    await trainer.set(direction="PUSH")
    await trainer.create("Yoga")
    await trainer.device.put("dentist.ics", "SUMMARY:Dentist", "DTSTART:20261203T090000Z")
    await trainer.sync()

    await trainer.device.edit("Yoga", ("SUMMARY:Yoga", "SUMMARY:Boxing"))
    await trainer.sync()

    assert await trainer.titles() == ["Yoga"]
    assert await trainer.device.titles() == ["Dentist", "Yoga"]


async def test_single_appointments_are_chosen(trainer: Person) -> None:
    yoga, _pilates = await trainer.create("Yoga"), await trainer.create("Pilates")
    await trainer.set(syncAll=False)

    await trainer.api.call(CHOOSE, provider="apple", ids=[yoga], choice="ALWAYS")
    await trainer.sync()

    assert await trainer.device.titles() == ["Yoga"]


async def test_appointments_are_chosen_by_client(stage: Stage) -> None:
    trainer = await stage.connected()
    for client in ("client-1", "client-2"):
        await trainer.api.as_user(client, Role.CLIENT).call("{ viewer { id } }")
        await trainer.create(f"With {client}", participantIds=[client])

    await trainer.set(syncAll=False, filters={"clientIds": ["client-2"]})
    await trainer.sync()

    assert await trainer.device.titles() == ["With client-2"]


async def test_appointments_are_chosen_by_date(trainer: Person) -> None:
    await trainer.create("Yoga")
    await trainer.create("New year", when=timed("2027-01-01T10:00:00", "2027-01-01T11:00:00"))

    await trainer.set(syncAll=False, filters={"dateRange": {"start": "2027-01-01", "end": "2027-01-31"}})
    await trainer.sync()

    assert await trainer.device.titles() == ["New year"]


async def test_a_rule_of_ones_own_takes_out_what_it_matches(trainer: Person) -> None:
    await trainer.create("PRIVATE: Talk")
    await trainer.create("Yoga")
    await trainer.sync()
    before = await trainer.device.titles()

    await trainer.set(filters={"rules": [{"field": "title", "pattern": "PRIVATE"}]})
    await trainer.sync()

    assert (before, await trainer.device.titles()) == (["PRIVATE: Talk", "Yoga"], ["Yoga"])


async def test_a_rule_that_cannot_be_read_is_refused_with_its_position(trainer: Person) -> None:
    rules = [{"field": "title", "pattern": "PRIVATE("}]

    told = await trainer.api.call(SET, provider="apple", settings={"filters": {"rules": rules}})

    assert (told["code"], told["path"][-3:]) == ("INVALID_INPUT", ["rules", "0", "pattern"])
    assert "character 9" in told["message"]


async def test_what_a_choice_adds_and_removes_is_shown_before_it_is_made(trainer: Person) -> None:
    await trainer.create("Single", type="one_on_one")
    await trainer.create("Group", type="group_class")
    await trainer.sync()
    await trainer.create("Next group", type="group_class")
    asked = len(trainer.line.seen)

    told = await trainer.api.call(PREVIEW, filters={"appointmentTypes": ["group_class"]})

    titles = [node["title"] for node in told["matches"]["nodes"]]
    assert (told["adds"], told["removes"], sorted(titles)) == (1, 1, ["Group", "Next group"])
    assert len(trainer.line.seen) == asked
    assert await trainer.device.titles() == ["Group", "Single"]
