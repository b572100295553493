"""Signing in at a provider's page as somebody with a browser who agrees to everything."""

from collections.abc import Mapping
from html.parser import HTMLParser

import aiohttp
from yarl import URL

from metonic_gateway.demo.folder import DemoProblem


async def agreed(session: aiohttp.ClientSession, url: str) -> Mapping[str, str]:
    """What the page gets to which the sign-in leads back: ``code`` and ``state``; raises DemoProblem."""
    async with session.get(url) as shown:
        form = _Form()
        form.feed(await shown.text())
        target = shown.url.join(URL(form.action))
    async with session.post(target, data=form.fields) as arrived:
        query = dict(arrived.url.query)
    if not {"code", "state"} <= query.keys():
        raise DemoProblem(f"The sign-in page did not lead back: {arrived.url.with_query(None)}.")
    return query


class _Form(HTMLParser):
    """The form of a page: ``fields`` is what its first button sends, with all that is filled in."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: list[tuple[str, str]] = []
        self._has_button = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given.get("action", "")
        elif tag == "input":
            self._fill_in(given)
        elif tag == "button" and not self._has_button:
            self._has_button = True
            self.fields.append((given["name"], given["value"]))

    def _fill_in(self, given: Mapping[str, str]) -> None:
        is_chosen = given.get("type") == "hidden" or "checked" in given
        if is_chosen and "disabled" not in given:
            self.fields.append((given["name"], given["value"]))
