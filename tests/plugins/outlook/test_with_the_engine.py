"""The whole engine on its real store with this plugin, before what stands in for Graph."""

from tests.plugins.outlook.others_writes import body_of
from tests.plugins.outlook.studio import Studio, expect_in_step

from metonic_simulators.graph import seeding


async def test_an_idle_run_takes_one_request(studio: Studio) -> None:
    await studio.make(5)
    await studio.runs(3)

    assert await studio.run() == 1


async def test_a_thousand_new_copies_take_few_requests_and_four_at_a_time(studio: Studio) -> None:
    await studio.run()
    studio.stand.graph.turn_on("latency", seconds=0.001)
    studio.stand.graph.turn_on("concurrency", requests=3)
    for _ in range(1000):
        await studio.world.platform.make(studio.world.values.content(is_series=False))

    assert await studio.run() <= 60
    studio.stand.graph.turn_off("latency")
    await studio.runs(2)
    await expect_in_step(studio)


async def test_a_first_read_of_thousands_takes_little_more_than_its_pages(studio: Studio) -> None:
    graph, values = studio.stand.graph, studio.world.values
    for number in range(5000):
        event = body_of(values.content(is_series=False))
        seeding.put_event(graph.world, {"calendar": studio.stand.shelf.name, "event": event})
    weekly = {"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"], "firstDayOfWeek": "monday"}
    first = studio.world.now.date()
    for number in range(100):
        event = body_of(values.content(is_series=False))
        begins = event["start"]["dateTime"][:10]
        import datetime
        day = datetime.date.fromisoformat(begins).strftime("%A").lower()
        event["recurrence"] = {"pattern": {**weekly, "daysOfWeek": [day]}, "range": {"type": "noEnd", "startDate": begins}}
        seeding.put_event(graph.world, {"calendar": studio.stand.shelf.name, "event": event})

    import time
    t=time.perf_counter()
    taken = await studio.run()
    print(time.perf_counter()-t)
    pages = sum(1 for e in graph.log if e.operation == "calendarView.delta")
    print(taken, pages, len(await studio.rows()), len(graph.log), len([e for e in graph.log if e.status>=400]))
    assert taken <= pages + 10
