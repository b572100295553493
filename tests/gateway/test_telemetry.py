"""Whatever is logged, by whomever, no secret and no text of an event is in the line."""

import io
import json
import logging
from collections.abc import Iterator
from enum import StrEnum
from uuid import UUID

import pytest
from tests.gateway.logs import logging_as_before

from metonic_core.spi.errors import Unavailable
from metonic_gateway.telemetry import get_logger, set_up_logging

SECRET = "abcd-efgh-ijkl-mnop"
TITLE = "Dinner with Žofie"


@pytest.fixture(autouse=True)
def _logging() -> Iterator[None]:
    with logging_as_before():
        yield


@pytest.fixture
def output() -> io.StringIO:
    stream = io.StringIO()
    set_up_logging("json", "debug", stream)
    return stream


def test_a_line_says_what_happened_to_what(output: io.StringIO) -> None:
    class Why(StrEnum):
        MOVED = "moved"

    get_logger("metonic.sync").info("run_finished", run=UUID(int=1), count=3, reason=Why.MOVED, duration=0.5)

    line = the_line(output)
    assert str(line.pop("timestamp")).endswith("Z")
    assert line == {
        "event": "run_finished",
        "level": "info",
        "logger": "metonic.sync",
        "run": str(UUID(int=1)),
        "count": 3,
        "reason": "moved",
        "duration": 0.5,
    }


@pytest.mark.parametrize("value", [TITLE, {"title": TITLE}, [TITLE], SECRET, 7, b"secret"])
def test_a_key_that_is_not_listed_is_withheld_whatever_it_holds(value: object, output: io.StringIO) -> None:
    get_logger("metonic").info("seen", title=value)

    assert the_line(output)["title"] == "[withheld]"


@pytest.mark.parametrize("value", [TITLE, {"title": TITLE}, [TITLE], "x" * 101, b"x", "two\nlines"])
def test_a_listed_key_holds_a_plain_value_or_nothing(value: object, output: io.StringIO) -> None:
    get_logger("metonic").info("seen", reason=value)

    assert the_line(output)["reason"] == "[withheld]"


def test_a_message_with_a_value_formatted_into_it_is_withheld_and_its_place_told(output: io.StringIO) -> None:
    get_logger("metonic").info(f"seen {TITLE}")
    logging.getLogger("aiohttp").error(f"sent {SECRET}")  # noqa: G004 - what a library may do

    for line in lines(output):
        assert line["event"] == "[withheld]"
        assert str(line["source"]).startswith("test_telemetry.py:")


def test_values_for_placeholders_are_withheld_unless_they_are_numbers(output: io.StringIO) -> None:
    logging.getLogger("tortoise.db_client").debug("%s: %r at 100%% in %0.2f s", "INSERT ?", [TITLE], 0.25)

    assert the_line(output)["event"] == "[withheld]: [withheld] at 100% in 0.25 s"


def test_values_given_by_name_are_withheld(output: io.StringIO) -> None:
    logging.getLogger("dramatiq").info("sent %(secret)s", {"secret": SECRET})
    get_logger("metonic").info("sent %s", SECRET)

    assert len(lines(output)) == 2


def test_a_message_that_is_an_object_is_withheld(output: io.StringIO) -> None:
    logging.getLogger("strawberry.execution").error(ValueError(TITLE))

    assert the_line(output)["event"] == "[withheld]"


def test_a_record_from_elsewhere_is_withheld(output: io.StringIO) -> None:
    record = {"name": "worker", "msg": SECRET, "levelname": "INFO", "levelno": 20, "pathname": "far/away.py"}

    logging.getLogger("worker").handle(logging.makeLogRecord(record))

    assert the_line(output)["event"] == "[withheld]"


def test_the_access_log_shows_no_query_and_no_caller(output: io.StringIO) -> None:
    logging.getLogger("uvicorn.access").info(
        '%s - "%s %s HTTP/%s" %d', "203.0.113.9:55", "GET", f"/oauth/callback?code={SECRET}", "1.1", 302
    )

    assert "203.0.113.9" not in output.getvalue()
    line = the_line(output)
    assert line["event"] == "request"
    assert (line["method"], line["path"], line["status"]) == ("GET", "/oauth/callback", 302)


def test_an_access_log_of_another_shape_is_withheld(output: io.StringIO) -> None:
    logging.getLogger("uvicorn.access").info("%s", f"/?code={SECRET}")

    assert the_line(output)["event"] == "[withheld]"


def test_an_exception_keeps_its_types_and_places_and_loses_its_words(output: io.StringIO) -> None:
    try:
        fail_with_a_cause()
    except RuntimeError:
        get_logger("metonic").exception("run_failed")

    exception = str(the_line(output)["exception"])
    assert exception.startswith("builtins.RuntimeError\n")
    assert "caused by\nbuiltins.ValueError\n" in exception
    assert "test_telemetry.py:" in exception
    assert "in fail_with_a_cause" in exception


def test_the_exceptions_of_a_group_are_explained(output: io.StringIO) -> None:
    group = ExceptionGroup(TITLE, [ValueError(SECRET), KeyError(TITLE)])

    logging.getLogger("asyncio").error("failed", exc_info=group)

    exception = str(the_line(output)["exception"])
    assert exception.splitlines() == [
        "builtins.ExceptionGroup",
        "builtins.ValueError",
        "builtins.KeyError",
    ]


def test_an_error_made_for_people_keeps_its_words(output: io.StringIO) -> None:
    error = Unavailable("caldav.example.com did not answer in time.")

    get_logger("metonic").warning("run_stopped", exc_info=error, error=error)

    line = the_line(output)
    assert str(line["exception"]).endswith("Unavailable: caldav.example.com did not answer in time.")
    assert line["error"] == "Unavailable"


def test_a_stack_is_not_printed(output: io.StringIO) -> None:
    get_logger("metonic").info("seen", stack_info=True)

    assert "stack_info" not in the_line(output)


def test_no_exception_at_hand_is_no_exception_in_the_line(output: io.StringIO) -> None:
    get_logger("metonic").info("seen", exc_info=True)

    assert "exception" not in the_line(output)


def test_a_line_that_cannot_be_written_is_not_printed_raw(
    output: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken:
        def __format__(self, _spec: str) -> str:
            raise ValueError(SECRET)

        __str__ = __repr__ = __format__  # type: ignore[assignment]

    logging.getLogger("dramatiq").error(Broken())

    assert capsys.readouterr() == ("", "")
    assert output.getvalue() == ""


def test_the_level_holds_for_all(output: io.StringIO) -> None:
    set_up_logging("json", "warning", output)

    get_logger("metonic").info("seen")
    logging.getLogger("dramatiq.worker").info("seen")
    get_logger("metonic").warning("kept")

    assert the_line(output)["event"] == "kept"


def test_a_library_that_repeats_itself_is_heard_once_a_minute(output: io.StringIO) -> None:
    for name in ("opentelemetry.sdk", "dramatiq"):
        for created in (1000.0, 1030.0, 1059.0, 1061.0, 1100.0):
            said = {"name": name, "msg": TITLE, "created": created, "levelname": "ERROR", "levelno": 40}
            logging.getLogger(name).handle(logging.makeLogRecord(said))

    heard = [line["logger"] for line in lines(output)]
    assert (heard.count("opentelemetry.sdk"), heard.count("dramatiq")) == (2, 5)
    assert TITLE not in output.getvalue()


def test_handlers_that_a_library_brought_are_taken_away(output: io.StringIO) -> None:
    past_the_chain = io.StringIO()
    logging.getLogger("uvicorn").addHandler(logging.StreamHandler(past_the_chain))
    logging.getLogger("uvicorn").propagate = False

    set_up_logging("json", "info", output)
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")

    assert past_the_chain.getvalue() == ""
    assert the_line(output)["event"] == "Invalid HTTP request received."


def test_the_console_shows_the_same_without_json() -> None:
    stream = io.StringIO()
    set_up_logging("console", "info", stream)

    try:
        fail_with_a_cause()
    except RuntimeError:
        get_logger("metonic").exception("run_failed", count=3, title=TITLE)

    shown = stream.getvalue()
    assert "run_failed" in shown
    assert "count=3" in shown
    assert "title=[withheld]" in shown
    assert "in fail_with_a_cause" in shown
    assert "\x1b" not in shown
    assert TITLE not in shown
    assert SECRET not in shown


def fail_with_a_cause() -> None:
    try:
        int(SECRET)
    except ValueError as error:
        raise RuntimeError(f"could not write {TITLE}") from error


def lines(output: io.StringIO) -> list[dict[str, object]]:
    text = output.getvalue()
    assert SECRET not in text
    assert "Žofie" not in text
    assert "\\u017dofie" not in text
    return [json.loads(line) for line in text.splitlines()]


def the_line(output: io.StringIO) -> dict[str, object]:
    (line,) = lines(output)
    return line
