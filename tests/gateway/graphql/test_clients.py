"""What filters are made of: the types of one's appointments, and the clients who take part in them."""

from tests.gateway.graphql.client import Api
from tests.gateway.graphql.operations import DELETE, UPDATE
from tests.gateway.graphql.settings import SET, created, met, put_own
from tests.gateway.graphql.statements import counted
from tests.gateway.house import synced

from metonic_gateway.http.identity import Role
from metonic_gateway.store.models import AppointmentParticipant

TYPES = "{ appointmentTypes }"
CLIENTS = """query ($search: String, $first: Int! = 50) {
  clients(search: $search, first: $first) { userId name role mayEdit } }"""


async def test_types_are_those_of_the_viewers_appointments(api: Api) -> None:
    theirs = api.as_user("trainer-2", Role.TRAINER)
    await created(api, "Yoga", type="group_class")
    await created(api, "Lesson")
    await created(api, "Another")
    await created(theirs, "Theirs", type="assessment")
    await created(theirs, "Shared", type="meeting", participantIds=["trainer-1"])
    await api.call(DELETE, id=await created(api, "Cancelled", type="camp"))
    put_own(api.house, "Dentist")
    await synced(api.house)

    assert await api.call(TYPES) == ["group_class", "meeting", "one_on_one"]
    assert await theirs.call(TYPES) == ["assessment", "meeting"]


async def test_clients_are_those_who_share_an_appointment_with_the_viewer(api: Api) -> None:
    theirs = api.as_user("trainer-2", Role.TRAINER)
    await theirs.call("{ viewer { id } }")
    for number, name in enumerate(("Zoe", "Änne", "Bob", "Stranger")):
        await api.as_user(f"client-{number}", name=name).call("{ viewer { id } }")
    await created(api, "Lesson", participantIds=["client-0", "client-1", "trainer-2"])
    await created(api, "Again", participantIds=["client-1"])
    await created(api.as_user("client-2"), "Asked for", participantIds=["trainer-1"])
    await created(theirs, "Theirs", participantIds=["client-3"])
    await api.call(DELETE, id=await created(api, "Cancelled", participantIds=["client-3"]))

    mine = await api.call(CLIENTS)

    assert [(c["userId"], c["name"], c["role"]) for c in mine] == [
        ("client-2", "Bob", "CLIENT"),
        ("client-0", "Zoe", "CLIENT"),
        ("client-1", "Änne", "CLIENT"),
    ]
    assert [c["userId"] for c in mine if c["mayEdit"]] == ["client-2"]


async def test_a_name_is_searched_for_whatever_its_case(api: Api) -> None:
    for number, name in enumerate(("Änne Groß", "Bob", "100%")):
        await api.as_user(f"client-{number}", name=name).call("{ viewer { id } }")
    await api.as_user("client-3").call("{ viewer { id } }")
    await created(api, "Lesson", participantIds=[f"client-{number}" for number in range(4)])

    found = {
        search: [c["userId"] for c in await api.call(CLIENTS, search=search)]
        for search in ("ÄNN", " gross ", "%", "ob", "nobody", "")
    }

    assert found["ÄNN"] == found[" gross "] == ["client-0"]
    assert (found["%"], found["ob"], found["nobody"]) == (["client-2"], ["client-1"], [])
    assert len(found[""]) == 4
    assert len(await api.call(CLIENTS, first=2)) == 2
    assert (await api.refused(CLIENTS, first=51))["extensions"]["code"] == "INVALID_ARGUMENT"


async def test_who_is_a_client_in_one_appointment_is_listed_as_one(api: Api) -> None:
    await api.as_user("trainer-2", Role.TRAINER, name="Tom").call("{ viewer { id } }")
    await created(api, "Lesson", participantIds=["trainer-2"])
    before = await api.call(CLIENTS)
    await AppointmentParticipant.all().update(role="client")

    assert before == []
    assert [(c["name"], c["role"]) for c in await api.call(CLIENTS)] == [("Tom", "CLIENT")]


async def test_only_who_shares_an_appointment_with_the_viewer_can_be_filtered_by(api: Api) -> None:
    await api.house.connect()
    lesson = await met(api, "client-1")
    theirs = api.as_user("client-2")
    await created(theirs, "Asked for", participantIds=["trainer-1"])
    await met(api.as_user("trainer-2", Role.TRAINER), "client-3")
    await api.call(DELETE, id=lesson)

    taken = await api.call(SET, settings={"filters": {"clientIds": ["client-1", "client-2"]}})
    stranger = await api.call(SET, settings={"filters": {"clientIds": ["client-1", "client-3"]}})
    nobody = await api.call(SET, settings={"filters": {"clientIds": ["client-1", "client-4"]}})

    assert sorted(taken["settings"]["filters"]["clientIds"]) == ["client-1", "client-2"]
    assert stranger == nobody
    assert (stranger["code"], stranger["path"][-1]) == ("INVALID_INPUT", "1")


async def test_clients_that_are_set_can_be_sent_back_when_they_share_nothing_any_more(api: Api) -> None:
    await api.house.connect()
    lesson = await met(api, "client-1")
    await api.call(SET, settings={"filters": {"clientIds": ["client-1"]}})
    await api.call(UPDATE, id=lesson, appointment={"participantIds": []})

    same = await api.call(SET, settings={"filters": {"clientIds": ["client-1"]}})
    await api.call(SET, settings={"filters": {"clientIds": None}})
    again = await api.call(SET, settings={"filters": {"clientIds": ["client-1"]}})

    assert same["settings"]["filters"]["clientIds"] == ["client-1"]
    assert again["path"] == ["settings", "filters", "clientIds", "0"]


async def test_many_clients_cost_as_many_statements_as_one(api: Api) -> None:
    names = [f"client-{number}" for number in range(20)]
    for name in names:
        await api.as_user(name, name=name).call("{ viewer { id } }")
    await created(api, "Lesson", participantIds=names[:1])
    with counted() as for_one:
        await api.call(CLIENTS)
    await created(api, "Class", participantIds=names)

    with counted() as for_many:
        assert len(await api.call(CLIENTS)) == 20

    assert len(for_many) == len(for_one) <= 4
