"""Bodies as text: what is compared is what they say, however Exchange has stored it."""

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plugins.outlook.others_bodies import JOIN, MEETING, event, html

from metonic_core.spi import Unreadable
from metonic_outlook import bodies
from metonic_outlook.conference import body_with, notes_of
from metonic_outlook.errors import Flaw
from metonic_outlook.obstacles import Inexpressible
from metonic_outlook.reading import Whole

RULE = "_" * 80
LINK = '<a href="https://teams.microsoft.com/l/meetup-join/19%3ameeting_x/0">Click here to join</a>'
OLDER = (
    f'<div style="width:100%"><span>{RULE}</span></div>'
    f'<div class="me-email-text"><div>Microsoft Teams meeting</div><div>{LINK}</div></div>'
    f'<div style="width:100%"><span>{RULE}</span></div>'
)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("", ""),
        ("Shoes", "Shoes"),
        ("<p>Shoes</p><p>Water</p>", "Shoes\nWater"),
        ("<div>Shoes<br></div><div>Water</div>", "Shoes\nWater"),
        ("<div>Shoes</div><div><br></div><div>Water</div>", "Shoes\n\nWater"),
        ("<p>Shoes</p><p>&nbsp;</p><p>Water</p>", "Shoes\n\nWater"),
        ("Shoes<br>\r\nWater", "Shoes\nWater"),
        ("<pre>Shoes\nWater</pre>", "Shoes\nWater"),
        ("a &lt;b&gt; &amp; c&nbsp;d", "a <b> & c d"),
        ("<b>Sh</b>oes \n and\twater", "Shoes and water"),
        ("<style>p {}</style><script>x()</script>Shoes<!-- no -->", "Shoes"),
        ("<table><tr><td>a</td></tr><tr><td>b</td></tr></table>", "a\nb"),
        ("<div>un<i>closed", "unclosed"),
        ("<!DOCTYPE html><?xml version=1?>Shoes", "Shoes"),
        ("1 < 2 > 1", "1 < 2 > 1"),
        ("Shoes <b", "Shoes <b"),
        ("Shoes&#13;&#10;and&#13;<pre>wa&#12;ter&#13;ice</pre>", "Shoes and\nwater\nice"),
        ("<!-->Shoes<!---> and<!-- no --> water<!-- no -->", "Shoes and water"),
        ("<table><tr><td>Phone</td><td>123</td></tr><tr><th><p>a</p></th></tr></table>", "Phone 123\na"),
    ],
)
def test_html_says(content: str, text: str) -> None:
    assert bodies.plain(content) == text
    assert bodies.text_of_body(event(body={"contentType": "HTML", "content": content})) == text


@pytest.mark.parametrize(
    "other", ["Shoes\nWater", " Shoes \r\n\r\nWater\n", "Shoes\n\n\nWater", "Shoes\xa0\nWater"]
)
def test_white_space_makes_no_difference(other: str) -> None:
    assert bodies.likeness(other) == bodies.likeness("Shoes\nWater")


def test_words_do() -> None:
    assert bodies.likeness("Shoes Water") != bodies.likeness("Shoes\nWater")
    assert bodies.likeness("shoes") != bodies.likeness("Shoes")


@pytest.mark.parametrize("part", [JOIN, OLDER])
@pytest.mark.parametrize(
    "around",
    [
        "<div>Shoes</div>{}",
        "{}",
        "<p>Shoes</p><p>&nbsp;</p>{}<p></p>",
        '<div class="elementToProof"><div>Shoes</div><div>{}</div></div>',
        "<div>Shoes <p>unclosed {}</div>",
    ],
)
@pytest.mark.parametrize("notes", ["", "Towel", "Towel\n\n<Water> & more", f"Above\n{RULE}\nBelow"])
def test_new_notes_leave_the_join_part_and_are_read_back(part: str, around: str, notes: str) -> None:
    meeting = event(**MEETING, body=html(around.format(part)))

    body = body_with(notes, meeting)

    assert part in body["content"]
    assert bodies.likeness(notes_of({**meeting, "body": body})) == bodies.likeness(notes)


@pytest.mark.parametrize(
    "text",
    [
        f"Shoes\n{RULE}\nWater https://teams.microsoft.com/meet/1",
        f"Shoes\n{RULE}\nWater\n{RULE}",
        "Shoes",
    ],
)
def test_what_has_no_join_part_is_all_notes(text: str) -> None:
    assert notes_of(event(**MEETING, body={"contentType": "text", "content": text})) == text


def test_a_part_with_a_link_that_only_the_meeting_names_is_known() -> None:
    own = JOIN.replace("https://teams.microsoft.com/l/meetup-join/", "https://meet.example.org/")
    meeting = event(**MEETING, body=html(own))
    meeting["onlineMeeting"] = {"joinUrl": "https://meet.example.org/19%3ameeting_x/0"}

    assert own in body_with("Towel", meeting)["content"]


@pytest.mark.parametrize(
    "content",
    [
        "<div>Shoes</div>",
        f"<div>{LINK}</div>",
        f"<div>Shoes</div><div>{RULE}</div><div>No link</div><div>{RULE}</div>",
        f"<div>{RULE}</div><div>drawn by hand</div>{JOIN}",
        "<div>" * 500 + JOIN,
    ],
)
def test_a_part_that_cannot_be_told_is_not_guessed(content: str) -> None:
    with pytest.raises(Inexpressible):
        body_with("Towel", event(**MEETING, body=html(content)))


@pytest.mark.parametrize(
    "content",
    [
        "<" * 100_000,
        "<a " * 50_000,
        "<!--" * 50_000,
        "&" * 100_000,
        "<div>" * 50_000,
        "</p" * 50_000,
        "_" * 200_000,
        "<a" + " class='" * 50_000 + ">",
        "<a href" + " " * 100_000 + ">",
        "<div></p>" * 20_000,
    ],
)
def test_odd_bodies_take_no_time(content: str) -> None:
    began = time.process_time()

    meeting = event(**MEETING, body={"contentType": "html", "content": content})
    notes_of(meeting)
    with suppress(Inexpressible):
        body_with("Towel", meeting)

    assert time.process_time() - began < 2


@pytest.mark.parametrize("content", ["<p>x</p>" * 100_000, "<" * 500_000, "x" * 5_000_000, "&a" * 2_000_000])
def test_a_description_that_nobody_reads_takes_no_time(content: str) -> None:
    began = time.process_time()

    read = Whole(event(body=html(content))).read

    assert isinstance(read, Unreadable)
    assert read.reason == Flaw.TOO_LARGE.value
    assert time.process_time() - began < 0.5


_BITS = [
    *(
        "<p>",
        "</p>",
        "<div class='x'>",
        "</div>",
        "<br>",
        "<br/>",
        "<B>",
        "</b>",
        "<li>",
        "<pre>",
        "</pre>",
        "<td>",
    ),
    *(
        "<style>",
        "</style>",
        "<title>",
        "</title>",
        "<script>",
        "</script>",
        "<!DOCTYPE html>",
        "<?xml?>",
        "<!>",
    ),
    *("<", ">", "</", "</>", "<a<b>", '<a title=">">', "<!--", "-->", "<!-- p -->", "<x:y>", "<P\n>", "< p>"),
    *(
        "&amp;",
        "&lt",
        "&nbsp;",
        "&#13;",
        "&#10;",
        "&",
        "&#xD800;",
        "\xa0",
        "\r\n",
        "\n",
        "\t",
        "  ",
        "\x00",
        "a",
        "b c",
    ),
]


@settings(max_examples=2000, deadline=None)
@given(st.lists(st.sampled_from(_BITS) | st.text(max_size=3), max_size=25).map("".join))
def test_a_quick_look_reads_what_a_closer_one_does(content: str) -> None:
    quick = bodies.plain(content)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bodies, "split", lambda _: None)
        closer = bodies.plain(content)

    assert quick == closer
