"""A person at a provider's sign-in page with a browser: plain HTTP, a form, and redirects."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from html.parser import HTMLParser

import aiohttp
from aiohttp import web
from tests.e2e.smoke.table import Difference, expect
from yarl import URL

from metonic_simulators.servers import HOST


class _Form(HTMLParser):
    """The page's form: where it goes, what is hidden in it, what is ticked or can be."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.hidden: dict[str, str] = {}
        self.choices: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given.get("action", "")
        if tag == "input" and given.get("type") == "hidden":
            self.hidden[given["name"]] = given["value"]
        if tag == "input" and given.get("type") in {"radio", "checkbox"} and "disabled" not in given:
            self.choices.append((given["name"], given["value"]))


@asynccontextmanager
async def frontend() -> AsyncIterator[str]:
    """The platform's page on which a sign-in goes on, for as long as the block runs: its address."""

    async def shown(_: web.Request) -> web.Response:
        return web.Response(text="<p>Connected.</p>", content_type="text/html")

    app = web.Application()
    app.router.add_get("/connected", shown)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, 0).start()
        yield f"http://{HOST}:{runner.addresses[0][1]}/connected"
    finally:
        await runner.cleanup()


async def agree(url: str, who: str, *, page: str, without: Collection[str] = ()) -> Mapping[str, str]:
    """Choose that account, allow all but what is in ``without``, and say what the frontend's page got."""
    return await _answer(url, who, "allow", page, without)


async def deny(url: str, who: str, *, page: str) -> Mapping[str, str]:
    return await _answer(url, who, "deny", page, ())


async def _answer(url: str, who: str, answer: str, page: str, without: Collection[str]) -> Mapping[str, str]:
    # A session of its own, as a browser has: nothing that the service was told by others is in it.
    async with aiohttp.ClientSession() as session:
        async with session.get(url) as shown:
            form = _Form()
            form.feed(await shown.text())
            where = shown.url.join(URL(form.action))
        if ("user", who) not in form.choices:
            raise Difference(f"The page at {url} does not offer {who}: {form.choices}")
        ticked = [(name, value) for name, value in form.choices if name == "scope" and value not in without]
        fields = [*form.hidden.items(), ("user", who), *ticked, ("answer", answer)]
        async with session.post(where, data=fields) as arrived:
            expect("where the browser arrives", str(arrived.url.with_query(None)), page)
            return dict(arrived.url.query)
