"""What servers do with writes and with the etags they answer them with (RFC 4791 5.3)."""

from metonic_simulators.icloud import dav, text
from metonic_simulators.icloud.exchange import Answer, Asked, Go, refused, same_path, xml_answer
from metonic_simulators.icloud.quirks.asking import get, put, write
from metonic_simulators.icloud.world import Quirk, World


async def no_etag_on_put(_: World, asked: Asked, go: Go) -> Answer:
    answer = await go(asked)
    answer.headers.popall("ETag", None)
    return answer


async def weak_etag_on_put(_: World, asked: Asked, go: Go) -> Answer:
    answer = await go(asked)
    if "ETag" in answer.headers:
        answer.headers["ETag"] = f"W/{answer.headers['ETag']}"
    return answer


async def gzip_etags(_: World, asked: Asked, go: Go) -> Answer:
    answer = await go(asked)
    if "ETag" in answer.headers:
        answer.headers["ETag"] = answer.headers["ETag"].removesuffix('"') + '-gzip"'
    return answer


async def no_end(_: World, asked: Asked, go: Go, *, status: int = 404) -> Answer:
    for event in text.events(asked.body.decode("utf-8", "replace")):
        if text.values(event, "DTSTART") and not any(
            text.values(event, name) for name in ("DTEND", "DURATION")
        ):
            return Answer(status)
    return await go(asked)


async def uid_elsewhere(world: World, asked: Asked, go: Go) -> Answer:
    uid = text.uid(asked.body.decode("utf-8", "replace"))
    others = [item for item in world.items[uid] if not same_path(_calendar(item), _calendar(asked.path))]
    for item in others:
        if uid and (await go(asked.aside("GET", item))).has_succeeded:
            return Answer(412)
    answer = await go(asked)
    if answer.has_succeeded:
        world.items[uid].add(asked.path)
    return answer


async def if_none_match_ignored(_: World, asked: Asked, go: Go) -> Answer:
    return await go(asked.but(without=("If-None-Match",)))


async def if_match_star(_: World, asked: Asked, go: Go) -> Answer:
    if asked.headers.get("If-Match") != "*":
        return await go(asked)
    return await go(asked.but(without=("If-Match",), headers={"If-None-Match": "*"}))


async def writes_forbidden(_: World, __: Asked, ___: Go) -> Answer:
    return refused(403, "need-privileges")


async def precondition(
    _: World, __: Asked, ___: Go, *, name: str = "max-resource-size", status: int = 403
) -> Answer:
    return refused(status, name)


async def locked(_: World, __: Asked, ___: Go) -> Answer:
    return refused(423, "lock-token-submitted")


async def fails_within(_: World, asked: Asked, __: Go, *, status: int = 423) -> Answer:
    there = dav.told(f"{_calendar(asked.path)}/", "HTTP/1.1 424 Failed Dependency")
    return xml_answer(
        dav.MULTISTATUS, dav.multistatus(there, dav.told(asked.path, f"HTTP/1.1 {status} Failed"))
    )


def _calendar(item: str) -> str:
    return item.rpartition("/")[0]


QUIRKS = (
    Quirk(
        "no-etag-on-put",
        put,
        no_etag_on_put,
        "A PUT is answered without ETag.",
        "RFC 4791 5.3.4; Google, Cyrus, sabre/dav, Calendar Server",
    ),
    Quirk(
        "weak-etag-on-put",
        put,
        weak_etag_on_put,
        "A PUT is answered with a weak ETag, which no If-Match may name.",
        "RFC 9110 13.1.1; GMX (python-caldav compatibility hints)",
    ),
    Quirk(
        "gzip-etags",
        get,
        gzip_etags,
        "The ETag of a GET ends in `-gzip` and is none of the calendar server's.",
        "Apache mod_deflate (httpd bug 45023)",
    ),
    Quirk(
        "no-end",
        put,
        no_end,
        "An event with neither DTEND nor DURATION is refused with `status`: 404, or 403.",
        "davx5-ose#1859; python-caldav iCloud probe",
    ),
    Quirk(
        "uid-elsewhere",
        put,
        uid_elsewhere,
        "A UID that was written to another calendar of the account and is still there: a bare 412.",
        "DAV-4-TbSync#187; python-caldav iCloud probe",
    ),
    Quirk(
        "if-none-match-ignored",
        put,
        if_none_match_ignored,
        "`If-None-Match: *` is not heard: a create writes over what is there.",
        "Zimbra, SOGo (python-caldav compatibility hints)",
    ),
    Quirk(
        "if-match-star",
        put,
        if_match_star,
        "`If-Match: *` is taken for its opposite: 412 for what is there, and created where nothing is.",
        "python-caldav iCloud probe; Bedework, Yahoo",
    ),
    Quirk(
        "writes-forbidden",
        write,
        writes_forbidden,
        "Writes are refused with 403 and `need-privileges`, whatever the calendar's privileges say.",
        "RFC 3744 7.1.1; davdroid#553",
    ),
    Quirk(
        "precondition",
        write,
        precondition,
        "A write is refused with `status` and the precondition `name` in the body.",
        "RFC 4791 5.3.2.1, RFC 6638 3.2.4",
    ),
    Quirk(
        "locked",
        write,
        locked,
        "A write is refused with 423 and `lock-token-submitted`: somebody else has the lock.",
        "RFC 4918 9.10.6 and 11.3; measured on Xandikos 0.4.10 (423 for writes at the same time)",
    ),
    Quirk(
        "fails-within",
        write,
        fails_within,
        "Nothing is written, and the answer is 207: the failure, `status`, is told within, beside a 424 for "
        "the calendar.",
        "RFC 4918 9.6.1 and 13; sardine#210 (Apache)",
    ),
)
