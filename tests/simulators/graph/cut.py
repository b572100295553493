"""What Microsoft says that its types are, cut down to those that the stand-in answers with.

``python -m tests.simulators.graph.cut PACKAGE`` writes ``types.json`` from the folder of the npm package
``@microsoft/microsoft-graph-types`` (MIT), which Microsoft generates from the metadata of Graph v1.0.
"""

import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOTS = (
    *("Calendar", "CalendarGroup", "ChangeNotification", "ConvertIdResult", "Event", "OpenTypeExtension"),
    *("Subscription", "TimeZoneInformation", "User"),
)
_INTERFACE = re.compile(
    r"^export interface (\w+)(?: extends (\w+))? \{(?:\}|\n(.*?)^\})", re.MULTILINE | re.DOTALL
)
_ENUM = re.compile(r"^export type (\w+) =([^;]+);", re.MULTILINE)
_MEMBER = re.compile(r"^ {4}(\"?[\w@.]+\"?)\?: (.+);$", re.MULTILINE)
_WORD = re.compile(r"[A-Z]\w+")
_SHALLOW = frozenset({"User"})
"""Of these only what is plain: their relations lead through all of Graph."""


def main() -> None:
    package = Path(sys.argv[1])
    text = (package / "microsoft-graph.d.ts").read_text("utf-8")
    version = json.loads((package / "package.json").read_text("utf-8"))["version"]
    found = {"source": f"npm @microsoft/microsoft-graph-types {version} (MIT)", **_cut(text)}
    (HERE / "types.json").write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", "utf-8")


def _cut(text: str) -> dict[str, object]:
    known = {name: (base, body) for name, base, body in _INTERFACE.findall(text)}
    words = {name: re.findall(r'"([^"]+)"', values) for name, values in _ENUM.findall(text)}
    types: dict[str, object] = {}
    enums: dict[str, list[str]] = {}
    wanted = list(ROOTS)
    while wanted:
        name = wanted.pop()
        if name in words:
            enums[name] = words[name]
        if name not in known or name in types:
            continue
        base, body = known[name]
        members = dict(_MEMBER.findall(body))
        if name in _SHALLOW:
            members = {one: kind for one, kind in members.items() if not _WORD.search(_bare(kind))}
        types[name] = {"base": base, "members": members}
        wanted += [base, *_WORD.findall(" ".join(map(_bare, members.values())))]
    return {"types": types, "enums": enums}


def _bare(kind: str) -> str:
    return kind.replace("NullableOption", "").replace("Record", "")


if __name__ == "__main__":
    main()
