"""The settings for signing in at a provider's page: who we are there, where it goes on, and trials."""

from pathlib import Path

import pytest
from tests.gateway.test_settings import JWT_KEY, KEYS, refusal

from metonic_gateway.settings import load_settings


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METONIC_KEYS", KEYS)
    monkeypatch.setenv("METONIC_JWT_KEY", JWT_KEY)


CLIENTS = '{"google": {"id": "1.apps.example", "secret": "GOCSPX"}}'


def test_clients_are_by_provider_and_may_stand_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings().clients == {}
    (tmp_path / "clients").write_text(f"{CLIENTS}\n")
    monkeypatch.setenv("METONIC_OAUTH_CLIENTS_FILE", str(tmp_path / "clients"))

    settings = load_settings()

    assert (settings.clients["google"].id, settings.clients["google"].secret) == ("1.apps.example", "GOCSPX")
    assert "GOCSPX" not in repr(settings)


@pytest.mark.parametrize(
    "clients",
    [
        "google",
        "[]",
        '{"google": {"id": "1", "secret": ""}}',
        '{"google": {"id": "GOCSPX"}}',
        '{"google": {"id": "1", "secret": 7}}',
        '{"google": {"id": "1", "secret": "GOCSPX", "more": "x"}}',
        '{"google": {"id": " ", "secret": "GOCSPX"}}',
        '{"Google!": {"id": "1", "secret": "GOCSPX"}}',
        '{"google": {"id": "1", "secret": "GOCSPX"}, "google": {"id": "2", "secret": "GOCSPX"}}',
        "[" * 100_000,
    ],
    ids=lambda clients: str(clients)[:90],
)
def test_clients_that_cannot_be_read_are_told_without_showing_them(
    clients: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("METONIC_OAUTH_CLIENTS", clients)

    assert "METONIC_OAUTH_CLIENTS" in refusal()
    assert "GOCSPX" not in refusal()


def test_blanks_around_a_client_are_none_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METONIC_OAUTH_CLIENTS", '{"google": {"id": " 1 ", "secret": "GOCSPX\\n"}}')

    client = load_settings().clients["google"]

    assert (client.id, client.secret) == ("1", "GOCSPX")


def test_pages_are_kept_to_the_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = ("https://App.example.org/Connected?tab=1", "http://localhost:5173/", "http://127.0.0.1:8000")
    monkeypatch.setenv("METONIC_REDIRECT_URIS", ", ".join(pages))

    assert load_settings().pages == pages


@pytest.mark.parametrize(
    "page",
    [
        "app.example.org/connected",
        "http://app.example.org/",
        "http://localhost.evil.test/",
        "http://localhost:99999/",
        "https://app.example.org:65536/connected",
        "https://app.example.org/#/connected",
        "https://app.example.org/ä",
        "https://",
        "javascript:alert(1)",
        "*",
    ],
)
def test_what_is_no_address_of_a_page_is_refused(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METONIC_REDIRECT_URIS", page)

    assert "METONIC_REDIRECT_URIS is wrong" in refusal()


@pytest.mark.parametrize("slash", ["", "/", "/ "])
def test_stand_ins_are_origins(slash: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_ins = f'{{"https://WWW.example.com:443{slash}": "http://127.0.0.1:9001{slash}"}}'
    monkeypatch.setenv("METONIC_STAND_INS", stand_ins)

    assert load_settings().origins_instead == {"https://www.example.com": "http://127.0.0.1:9001"}


@pytest.mark.parametrize(
    "stand_ins",
    [
        *("x", "[]", '{"https://a.test": 7}', '{"https://a.test/x": "http://b"}', '{"a": "http://b"}'),
        '{"https://a.test": "http://b:99999"}',
        '{"https://a.test": "http://b", "https://A.test/": "http://c"}',
    ],
)
def test_stand_ins_that_are_no_origins_are_refused(stand_ins: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METONIC_STAND_INS", stand_ins)

    assert "METONIC_STAND_INS is wrong" in refusal()
    assert '{"https://www.example.com": "http://127.0.0.1:9001"}' in refusal()
