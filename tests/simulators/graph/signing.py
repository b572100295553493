"""Sign-in as a browser and a client do it."""

import base64
import hashlib
import json
import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp

from metonic_simulators.graph import Simulator

BACK = "http://localhost:8400/back"
VERIFIER = "v" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
SCOPE = "openid profile offline_access User.Read Calendars.ReadWrite"
Json = Any


class Browser:
    """Of somebody who signs in, and the client that is told of it."""

    def __init__(self, sim: Simulator, session: aiohttp.ClientSession, tenant: str = "common") -> None:
        self.sim = sim
        self.session = session
        self.tenant = tenant

    def query(self, **more: str) -> dict[str, str]:
        usual = {
            "client_id": self.sim.client_id,
            "response_type": "code",
            "redirect_uri": BACK,
            "scope": SCOPE,
            "state": "s1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in {**usual, **more}.items() if value}

    async def open(self, **more: str) -> tuple[int, str, str]:
        """The page of a request: status, where it leads, what it says."""
        url = f"{self.sim.url}{self.tenant}/oauth2/v2.0/authorize?{urlencode(self.query(**more))}"
        async with self.session.get(url, allow_redirects=False) as answer:
            return answer.status, answer.headers.get("Location", ""), await answer.text()

    async def press(self, page: str, user: str, button: str = "allow") -> tuple[str, str]:
        """Where the button leads, and what the page after it says."""
        key = re.search(r'name="request" value="([^"]+)"', page)
        assert key is not None, page
        form = {"request": key[1], "user": user, "answer": button}
        url = f"{self.sim.url}{self.tenant}/oauth2/v2.0/consent"
        async with self.session.post(url, data=form, allow_redirects=False) as answer:
            return answer.headers.get("Location", ""), await answer.text()

    async def code(self, user: str, **more: str) -> str:
        _, _, page = await self.open(**more)
        address, _ = await self.press(page, user)
        return told(address)["code"]

    async def token(self, **form: str) -> tuple[int, Json]:
        usual = {"client_id": self.sim.client_id, "client_secret": self.sim.client_secret}
        sent = {name: value for name, value in {**usual, **form}.items() if value}
        url = f"{self.sim.url}{self.tenant}/oauth2/v2.0/token"
        async with self.session.post(url, data=sent) as answer:
            return answer.status, await answer.json()

    async def redeem(self, code: str, **more: str) -> tuple[int, Json]:
        usual = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
        return await self.token(**{**usual, "code_verifier": VERIFIER, **more})

    async def refresh(self, token: str, **more: str) -> tuple[int, Json]:
        return await self.token(**{"grant_type": "refresh_token", "refresh_token": token, **more})


def told(address: str) -> dict[str, str]:
    """What a client hears by the address that the browser is sent to."""
    parts = urlsplit(address)
    return {name: values[0] for name, values in parse_qs(parts.query or parts.fragment).items()}


def claims(jwt: str) -> Json:
    part = jwt.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
