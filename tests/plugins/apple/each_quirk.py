"""The suite before the stand-in with each quirk on by itself: ``python -m tests.plugins.apple.each_quirk``.

A table. What befalls single requests (a throttle, a lost answer) is not in it: checks cause it themselves.
"""

import sys
from collections import Counter

from tests.plugins.apple.standing_icloud import IcloudStand

from metonic_apple.provider import PROVIDER
from metonic_core.testing.checking import Verdict, checked
from metonic_simulators.icloud import QUIRKS

NOT_FOR_GOOD = {
    *(
        "unauthenticated",
        "throttled",
        "failing",
        "password-refused",
        "gone",
        "lost-request",
        "lost-response",
        "captive-portal",
    ),
    *("never-heard-of-dav", "redirected", "cut-body", "garbage-xml", "entities", "read-only-privileges"),
    *("bad-token", "silent-reset", "stuck-paging", "left-out", "phantom", "poison", "unreadable"),
    *("writes-forbidden", "precondition", "locked", "fails-within", "named-twice"),
    # The suite's other client stays where the account was.
    "moved-account",
}


def main(*named: str) -> None:
    for quirk in named or ["", *(name for name in QUIRKS if name not in NOT_FOR_GOOD)]:
        on = {"quirk": quirk, "usual": ("icloud-layout",), "page_size": 2 if quirk == "paged" else None}
        findings = list(checked(PROVIDER, type("OneQuirk", (IcloudStand,), on)))
        ended = Counter(finding.verdict for finding in findings)
        row = " ".join(f"{ended[verdict]:>4}" for verdict in Verdict)
        sys.stdout.write(f"{quirk or '(none)':<24}{row}\n")
        for finding in findings:
            if finding.verdict is Verdict.FAILED:
                sys.stdout.write(f"    {finding.check}: {finding.what[:300]}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
