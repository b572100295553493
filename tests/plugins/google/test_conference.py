"""Google's own words in a description: they are nobody's notes, and stay when the notes change."""

import pytest

from metonic_google.conference import kept_within, own_words

MARK = "-::~:~::~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~::~:~::-"
BLOCK = f"{MARK}\nJoin with Google Meet: https://meet.google.com/abc-defg-hij\n\nDo not edit.\n{MARK}"


@pytest.mark.parametrize(
    ("description", "notes"),
    [
        ("Bring shoes.", "Bring shoes."),
        (" Bring shoes.\n", " Bring shoes.\n"),
        (BLOCK, ""),
        (f"Bring shoes.\n\n{BLOCK}", "Bring shoes."),
        (f"{BLOCK}\n\nBring shoes.", "Bring shoes."),
        (f"Bring shoes.\n{BLOCK}\nAnd water.", "Bring shoes.\n\nAnd water."),
        (f"{BLOCK}{BLOCK}Bring shoes.", "Bring shoes."),
        (f"Bring shoes. {MARK}", f"Bring shoes. {MARK}"),
    ],
)
def test_notes_are_what_people_wrote(description: str, notes: str) -> None:
    assert own_words(description) == notes


@pytest.mark.parametrize("description", [BLOCK, f"Old notes.\n\n{BLOCK}", f"{BLOCK}\nOld notes."])
@pytest.mark.parametrize("notes", ["", "New notes.", f"New notes.\n{BLOCK}"])
def test_new_notes_leave_the_block_and_are_read_back(notes: str, description: str) -> None:
    written = kept_within(notes, description)

    assert written.count(BLOCK) == 1
    assert own_words(written) == own_words(notes)


def test_a_block_is_not_brought_along_from_elsewhere() -> None:
    assert kept_within(f"Notes.\n{BLOCK}", "Old notes.") == "Notes."


def test_odd_texts_take_no_time() -> None:
    for text in (" " * 100_000, MARK[:10] + "~:" * 50_000, f"{MARK} " + MARK[:10] * 10_000):
        assert own_words(text) == text
