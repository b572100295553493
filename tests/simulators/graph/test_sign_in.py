"""The page that asks, and where it leads."""

import aiohttp
import pytest
from tests.simulators.graph.conftest import ALICE, BOB, CAROL
from tests.simulators.graph.signing import BACK, SCOPE, Browser, told

from metonic_simulators.graph import Simulator


async def test_the_page_leads_back_with_a_code_or_a_refusal(browser: Browser) -> None:
    status, _, page = await browser.open(login_hint=BOB)
    assert status == 200
    assert f'value="{BOB}" checked' in page

    address, _ = await browser.press(page, ALICE)
    assert address.startswith(f"{BACK}?code=")
    assert told(address)["state"] == "s1"

    _, _, page = await browser.open()
    address, _ = await browser.press(page, ALICE, "deny")
    assert told(address)["error"] == "access_denied"
    assert "AADSTS65004" in told(address)["error_description"]


@pytest.mark.parametrize(
    ("wrong", "number"),
    [
        ({"client_id": "x"}, "AADSTS700016"),
        ({"redirect_uri": "http://example.com/"}, "AADSTS50011"),
        ({"redirect_uri": "http://["}, "AADSTS50011"),
    ],
)
async def test_who_asks_from_elsewhere_is_not_sent_back(
    browser: Browser, wrong: dict[str, str], number: str
) -> None:
    status, location, page = await browser.open(**wrong)

    assert (status, location) == (400, "")
    assert number in page


async def test_a_registered_address_is_taken_to_the_letter_but_for_the_port_of_localhost(
    browser: Browser, sim: Simulator
) -> None:
    sim.people.redirect_uris = ("http://localhost/back", "https://app.example/back")

    assert (await browser.open())[0] == 200
    assert (await browser.open(redirect_uri="https://app.example/back"))[0] == 200
    assert (await browser.open(redirect_uri="https://app.example/back/"))[0] == 400


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": ""}, "invalid_request"),
        ({"scope": "openid Mail.Fly"}, "invalid_scope"),
        ({"scope": "User.Read https://vault.azure.net/user"}, "invalid_request"),
        ({"code_challenge_method": "S512"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"prompt": "none", "login_hint": ALICE}, "interaction_required"),
    ],
)
async def test_what_is_asked_wrongly_is_told_to_the_client(
    browser: Browser, wrong: dict[str, str], error: str
) -> None:
    status, location, _ = await browser.open(**wrong)

    assert status == 302
    assert (told(location)["error"], told(location)["state"]) == (error, "s1")


async def test_who_allowed_it_before_is_not_asked_again_if_that_is_wanted(browser: Browser) -> None:
    await browser.code(ALICE)

    status, location, _ = await browser.open(prompt="none", login_hint=ALICE)

    assert status == 302
    assert "code" in told(location)


async def test_an_answer_comes_as_query_fragment_or_form(browser: Browser) -> None:
    for mode in ("fragment", "form_post"):
        _, _, page = await browser.open(response_mode=mode)
        address, after = await browser.press(page, ALICE)
        if mode == "fragment":
            assert address.startswith(f"{BACK}#code=")
        else:
            assert f'action="{BACK}"' in after
            assert 'name="code"' in after


async def test_a_tenant_has_its_accounts(sim: Simulator, session: aiohttp.ClientSession) -> None:
    pages = {
        tenant: (await Browser(sim, session, tenant).open())[2]
        for tenant in ("common", "organizations", "consumers", sim.people.tenant, "nowhere")
    }

    assert [tenant for tenant, page in pages.items() if CAROL in page] == ["common", "consumers"]
    assert [tenant for tenant, page in pages.items() if ALICE in page] == [
        "common",
        "organizations",
        sim.people.tenant,
    ]
    assert "AADSTS90002" in pages["nowhere"]


async def test_a_page_is_answered_once(browser: Browser) -> None:
    _, _, page = await browser.open(scope=SCOPE)
    await browser.press(page, ALICE)

    address, after = await browser.press(page, ALICE)

    assert address == ""
    assert "answered already" in after


async def test_who_has_no_account_there_cannot_answer(sim: Simulator, session: aiohttp.ClientSession) -> None:
    browser = Browser(sim, session, "organizations")
    _, _, page = await browser.open()

    assert (await browser.press(page, CAROL))[0] == ""


async def test_the_value_can_allow_without_a_page(browser: Browser, sim: Simulator) -> None:
    address = sim.allow(browser.query(), ALICE)

    assert (await browser.redeem(told(address)["code"]))[0] == 200
