"""Google's own words about a video meeting, within the description of some events.

They stand between two lines of their own, come and go with the conference, and are nobody's notes: they are
not read as such, and stay where they are when the notes change.
"""

import re

_MARK = r"-::~:~::[~:]*::~:~::-"
_BEGINNING = "-::~:~::"
_BLOCK = re.compile(rf"{_MARK}.*?{_MARK}", re.DOTALL)


def own_words(description: str) -> str:
    """The description without them."""
    if _BEGINNING not in description:
        return description
    pieces = _BLOCK.split(description)
    return description if len(pieces) == 1 else "\n\n".join(filter(None, map(str.strip, pieces)))


def kept_within(notes: str, description: str) -> str:
    """The notes, with what Google has to say in the present description behind them."""
    return "\n\n".join(filter(None, [own_words(notes), *_BLOCK.findall(description)]))
