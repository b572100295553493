"""Google's own words about a video meeting, within the description of some events.

They stand between two lines of their own, come and go with the conference, and are nobody's notes: they are
not read as such, and stay where they are when the notes change.
"""

import re

_MARK = r"-::~:~::[~:]*:-"
_BLOCK = re.compile(rf"\s*{_MARK}.*?{_MARK}\s*", re.DOTALL)


def own_words(description: str) -> str:
    """The description without them."""
    return _BLOCK.sub("\n\n", description).strip("\n") if _BLOCK.search(description) else description


def kept_within(notes: str, description: str) -> str:
    """The notes, with what Google has to say in the present description behind them."""
    found = _BLOCK.search(description)
    words = own_words(notes)
    if found is None:
        return words
    return f"{words}\n\n{found[0].strip()}" if words else found[0].strip()
