"""One text for several services: what each tells of a scene, by its conduct.

Where that does not say it, a line is of one service and stands behind its name: ``at google: seen a@1``.
"""

import re

from metonic_core.testing.conduct import Conduct

_AGE = re.compile(", (newer|as new|older)$")
_COPY = re.compile(r"seen (\S+), .*, mark \d")
_OWN = re.compile("at ([a-z]+): (.*)")


def said_by(service: str, conduct: Conduct, text: str) -> str:
    """A scene as that service tells it: some know no ages, no certainty, or nothing but names of copies."""
    lines: list[str] = []
    step = ""
    for line in text.splitlines():
        own = _OWN.fullmatch(line)
        if own is None or own[1] == service:
            said = own[2] if own else line
            step = said if said.startswith("> ") else step
            lines.append(said if own else _as_told(conduct, step, said))
    return "\n".join(lines) + "\n"


def _as_told(conduct: Conduct, step: str, line: str) -> str:
    if not conduct.has_revisions:
        line = _AGE.sub(", undated", line)
    if not conduct.removes_firmly:
        line = line.replace(", firmly,", ", softly,")
    copy = _COPY.match(line)
    return f"touched {copy[1]}" if conduct.names_copies and step.startswith("> changes") and copy else line
