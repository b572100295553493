"""Settings come from the environment alone, and what is wrong is said without showing it."""

import base64
from pathlib import Path

import pytest
from pydantic import ValidationError

from metonic_core.spi.errors import Scope
from metonic_gateway.settings import SettingsError, load_settings

KEYS = f"k1:{base64.b64encode(bytes(32)).decode()}"
JWT_KEY = "a-secret-of-the-platform-and-ours"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METONIC_KEYS", KEYS)
    monkeypatch.setenv("METONIC_JWT_KEY", JWT_KEY)


def test_keys_are_all_that_must_be_set() -> None:
    settings = load_settings()

    assert settings.root_keys == {"k1": bytes(32)}
    assert settings.database_url.get_secret_value() == "sqlite://metonic.sqlite3"
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert (settings.window_back_days, settings.window_ahead_days) == (30, 400)
    assert settings.frequency_minutes == 15
    assert not settings.allow_private_addresses


def test_the_environment_overrides_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METONIC_PORT", "9000")
    monkeypatch.setenv("METONIC_LOG_FORMAT", "")

    settings = load_settings()

    assert (settings.port, settings.log_format) == (9000, "json")


def test_what_is_given_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METONIC_PORT", "9000")

    assert load_settings(port=9001).port == 9001


@pytest.mark.parametrize("name", ["METONIC_KEYS", "METONIC_JWT_KEY", "METONIC_DATABASE_URL"])
def test_a_secret_may_stand_in_a_file(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = {"METONIC_KEYS": KEYS, "METONIC_JWT_KEY": JWT_KEY}.get(name, "sqlite://other.sqlite3")
    (tmp_path / "secret").write_text(f"{secret}\n")
    monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(f"{name}_FILE", str(tmp_path / "secret"))

    field = name.removeprefix("METONIC_").lower()

    assert getattr(load_settings(), field).get_secret_value() == secret


def test_what_is_no_secret_is_not_read_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "port").write_text("9000")
    monkeypatch.setenv("METONIC_PORT_FILE", str(tmp_path / "port"))

    assert load_settings().port == 8000


def test_a_secret_set_twice_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METONIC_JWT_KEY_FILE", str(tmp_path / "secret"))

    assert "METONIC_JWT_KEY and METONIC_JWT_KEY_FILE are both set" in refusal()


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_named(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.delenv("METONIC_JWT_KEY")
    monkeypatch.setenv("METONIC_JWT_KEY_FILE", str(path))

    message = refusal()

    assert "METONIC_JWT_KEY_FILE" in message
    assert str(path) in message


def test_what_is_missing_is_named_with_the_next_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("METONIC_KEYS")
    monkeypatch.delenv("METONIC_JWT_KEY")

    first, second = refusal().splitlines()

    assert first.startswith("METONIC_KEYS is not set: set it (or METONIC_KEYS_FILE).")
    assert second.startswith("METONIC_JWT_KEY is not set")
    assert "docs/operating.md" in second


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("METONIC_KEYS", "hunter2", "must begin with its id"),
        ("METONIC_KEYS", "k1:hunter2", "key 1 is not base64"),
        ("METONIC_JWT_KEY", "hunter2", "at least 32 bytes"),
        ("METONIC_JWT_KEY", "-----BEGIN PUBLIC KEY----- hunter2", "not a public or private key"),
        ("METONIC_DATABASE_URL", "hunter2", "must be a URL such as sqlite://metonic.sqlite3"),
        ("METONIC_PORT", "hunter2", "valid integer"),
        ("METONIC_PORT", "70000", "less than or equal to 65535"),
        ("METONIC_LOG_FORMAT", "hunter2", "'json' or 'console'"),
        ("METONIC_ALLOW_PRIVATE_ADDRESSES", "hunter2", "valid boolean"),
        ("METONIC_CORS_ORIGINS", "hunter2", "number 1 is no origin"),
        ("METONIC_CORS_ORIGINS", "https://app.example.org,https://hunter2/", "number 2 is no origin"),
        ("METONIC_CORS_ORIGINS", "https://app.example.org/hunter2", "name them as https://app.example.org"),
        ("METONIC_CORS_ORIGINS", "https://hunter2@app.example.org", "number 1 is no origin"),
        ("METONIC_CORS_ORIGINS", "https://hunter2:70000", "number 1 is no origin"),
        ("METONIC_CORS_ORIGINS", "https://*.hunter2.org", "number 1 is no origin"),
        ("METONIC_CORS_ORIGINS", "https://hunter2.org,*", "number 2 is no origin"),
        ("METONIC_CORS_ORIGINS", "null", "number 1 is no origin"),
        ("METONIC_PUBLIC_URL", "hunter2", "must be a URL such as https://sync.example.org"),
        ("METONIC_PUBLIC_URL", "https://x:hunter2@sync.example.org", "must be a URL such as"),
        ("METONIC_PUBLIC_URL", "https://sync.example.org/?hunter2", "with nothing after its path"),
        ("METONIC_PUBLIC_URL", "https://hunter2.org:70000", "must be a URL such as"),
        ("METONIC_PUBLIC_URL", "http://hunter2.org", "must begin with https://"),
        ("METONIC_PUBLIC_URL", "http://localhost.hunter2.org", "must begin with https://"),
        ("METONIC_REDIRECT_URIS", "https://x:hunter2@app.example.org/", "number 1 is no address of a page"),
        ("METONIC_REDIRECT_URIS", "https://a.org/,http://hunter2.org/", "number 2 is no address of a page"),
    ],
)
def test_a_wrong_value_is_explained_and_not_shown(
    name: str, value: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)

    message = refusal()

    assert message.startswith(name)
    assert says in message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    ("value", "origins"),
    [
        ("", ()),
        ("*", ("*",)),
        ("https://app.example.org", ("https://app.example.org",)),
        (
            " https://App.Example.org:443 , http://localhost:3000,",
            ("https://app.example.org", "http://localhost:3000"),
        ),
        ("http://127.0.0.1:80", ("http://127.0.0.1",)),
        ("https://app.example.org:80", ("https://app.example.org:80",)),
    ],
)
def test_origins_are_told_apart_as_browsers_write_them(
    value: str, origins: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("METONIC_CORS_ORIGINS", value)

    assert load_settings().origins == origins


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("", None),
        ("https://sync.example.org", "https://sync.example.org"),
        (" HTTPS://Sync.Example.org:8443/Calendar/sync/ ", "https://sync.example.org:8443/Calendar/sync"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("http://localhost", "http://localhost"),
    ],
)
def test_the_public_url_has_no_slash_at_its_end(
    value: str, url: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("METONIC_PUBLIC_URL", value)

    assert load_settings().public_url == url


def test_no_secret_shows_in_the_settings() -> None:
    shown = repr(load_settings(database_url="postgres://metonic:hunter2@db/metonic"))

    assert "hunter2" not in shown
    assert JWT_KEY not in shown
    assert KEYS not in shown


def test_settings_do_not_change() -> None:
    settings = load_settings()

    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 1


def test_what_providers_allow_is_by_account_and_by_project(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().allowed == {}
    monkeypatch.setenv(
        "METONIC_PACES", '{"google": {"account": 1200, "project": 50000}, "acme": {"account": 9}}'
    )

    assert load_settings().allowed == {
        "google": {Scope.ACCOUNT: 1200, Scope.PROJECT: 50000},
        "acme": {Scope.ACCOUNT: 9},
    }


@pytest.mark.parametrize(
    "paces",
    [
        "600",
        '{"google": 600}',
        '{"google": {}}',
        '{"google": {"account": 0}}',
        '{"google": {"account": true}}',
        '{"google": {"account": "600"}}',
        '{"google": {"calendar": 600}}',
        '{"Google!": {"account": 600}}',
        '{"google": {"account": 600}, "google": {"account": 700}}',
    ],
)
def test_what_cannot_be_allowed_is_told(paces: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METONIC_PACES", paces)

    assert "METONIC_PACES is wrong: must be JSON such as" in refusal()


def refusal() -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert caught.value.__cause__ is None
    return caught.value.message


def test_a_broker_says_where_the_feed_goes_unless_a_redis_does(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (load_settings().broker, load_settings().redis) == (None, None)
    monkeypatch.setenv("METONIC_DATABASE_URL", "postgresql://db/metonic")

    redis = load_settings(broker_url="rediss://:secret@broker:6379/1")
    rabbitmq = load_settings(broker_url="amqp://user:secret@broker/vhost")
    both = load_settings(broker_url="amqps://broker", redis_url="redis://other")

    assert (redis.broker, redis.redis) == ("rediss://:secret@broker:6379/1", "rediss://:secret@broker:6379/1")
    assert (rabbitmq.broker, rabbitmq.redis) == ("amqp://user:secret@broker/vhost", None)
    assert (both.broker, both.redis) == ("amqps://broker", "redis://other")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("METONIC_BROKER_URL", "stub://hidden"),
        ("METONIC_BROKER_URL", "hidden:6379"),
        ("METONIC_BROKER_URL", "redis://"),
        ("METONIC_BROKER_URL", "redis://hidden:port"),
        ("METONIC_REDIS_URL", "amqp://hidden"),
    ],
)
def test_a_server_that_nobody_could_reach_is_refused(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=name) as raised:
        load_settings()

    assert "hidden" not in raised.value.message


def test_a_broker_takes_a_database_that_processes_can_share() -> None:
    with pytest.raises(SettingsError, match="of a PostgreSQL server"):
        load_settings(broker_url="redis://broker")
