"""Batches on the wire: what is sent others can take apart, what comes back is understood or refused."""

from email import message_from_bytes
from email.message import Message

import pytest

from metonic_core.spi import Answer, Unavailable
from metonic_google.multipart import Request, cost, disclosed, enclosed, parts

EDIT = {"summary": "A\nPATCH /calendar/v3/b HTTP/1.1\r\nB"}
TYPE = {"content-type": "multipart/mixed; boundary=b"}


def part(number: str, text: str) -> str:
    return f"--b\r\nContent-Type: application/http\r\nContent-ID: <response-{number}>\r\n\r\n{text}\r\n"


def answer(*parts: str, end: str = "--b--\r\n", headers: dict[str, str] | None = None) -> Answer:
    return Answer(200, headers or TYPE, ("".join(parts) + end).encode(), "https://www.googleapis.com/")


def _parts(message: Message) -> list[Message]:
    return [part for part in message.walk() if part is not message]


def test_parts_are_whole_requests_with_a_path() -> None:
    requests = [
        Request("GET", "/calendar/v3/a?fields=id"),
        Request("PATCH", "/calendar/v3/b", {"If-Match": '"1"'}, {"summary": "Ä\n--batch_\n"}),
    ]

    content_type, body = enclosed(requests)

    message = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    first, second = _parts(message)
    assert first.get_payload() == "GET /calendar/v3/a?fields=id HTTP/1.1\r\n\r\n"
    assert second["Content-ID"] == "<1>"
    assert str(second.get_payload()).split("\r\n") == [
        "PATCH /calendar/v3/b HTTP/1.1",
        'If-Match: "1"',
        "Content-Type: application/json",
        "Content-Length: 33",
        "",
        '{"summary": "\\u00c4\\n--batch_\\n"}',
    ]


def test_the_boundary_is_in_no_part() -> None:
    _, body = enclosed([Request("POST", "/x", body={"summary": "batch_"})])

    boundary = body.split(b"\r\n")[0]
    assert body.count(boundary) == 2


def test_answers_go_by_their_numbers() -> None:
    found = disclosed(
        answer(part("1", "HTTP/1.1 404 Not Found\r\n\r\n{}"), part("0", "HTTP/1.1 204 No Content\r\n\r\n")), 2
    )

    assert [(one.status, one.body) for one in found] == [(204, b""), (404, b"{}")]


def test_a_part_may_have_neither_headers_nor_a_body() -> None:
    (found,) = disclosed(answer(part("0", "HTTP/1.1 204 No Content")), 1)

    assert (found.status, found.body) == (204, b"")


def test_a_part_has_its_own_headers() -> None:
    text = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 37\r\nContent-Type: application/json\r\n\r\n{}"

    (found,) = disclosed(answer(part("0", text)), 1)

    assert found.headers["retry-after"] == "37"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no part at all",
        part("0", "no status\r\n\r\n{}"),
        part("x", "HTTP/1.1 200 OK\r\n\r\n{}"),
        part("7", "HTTP/1.1 200 OK\r\n\r\n{}"),
        part("9" * 5000, "HTTP/1.1 200 OK\r\n\r\n{}"),
        "--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}\r\n",
        "--b\r\nContent-ID: <response-0>",
    ],
)
@pytest.mark.parametrize("end", ["--b--", ""])
def test_what_is_no_answer_to_a_part_leaves_it_unanswered(text: str, end: str) -> None:
    (found,) = disclosed(answer(text, end=end), 1)

    assert found.status == 504


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/json",
        "multipart/mixed",
        'multipart/mixed; boundary=""',
        "multipart/mixed; boundary=\ud800",
        f"multipart/mixed; boundary*{'9' * 5000}=b",
    ],
)
def test_what_is_no_batch_is_refused(content_type: str) -> None:
    with pytest.raises(Unavailable):
        disclosed(answer(headers={"content-type": content_type}), 1)


@pytest.mark.parametrize(
    ("methods", "units"),
    [(["GET"], 1), (["PATCH"], 3), (["GET", "POST", "DELETE"], 3), (["PATCH", "GET", "PATCH"], 7)],
)
def test_each_part_of_a_batch_counts_and_an_edit_for_three(methods: list[str], units: int) -> None:
    requests = [Request(m, "/calendar/v3/a", body=None if m in {"GET", "DELETE"} else EDIT) for m in methods]

    assert cost("POST", enclosed(requests)[1]) == units
    assert parts(enclosed(requests)[1]) == len(requests)
    assert sum(cost(request.method, request.content) for request in requests) == units


def test_of_two_answers_to_one_part_that_differ_neither_is_believed() -> None:
    good, other = (part("0", f"HTTP/1.1 {status} x\r\n\r\n{{}}") for status in (200, 412))

    assert [one.status for one in disclosed(answer(good, other, good), 1)] == [504]
    assert [one.status for one in disclosed(answer(good, good), 1)] == [200]
