"""What an operator can set, and the only place that reads the environment.

Every setting is an environment variable with the prefix ``METONIC_``; a secret may instead stand in a file
that ``METONIC_..._FILE`` names (as Docker and Kubernetes hand out secrets). ``python -m
metonic_gateway.settings`` prints the table of docs/operating.md.
"""

import os
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from metonic_core.spi.errors import Scope
from metonic_gateway.setting_values import (
    OAuthClient,
    check_server_url,
    read_oauth_clients,
    read_origins,
    read_paces,
    read_pages,
    read_public_url,
    read_stand_ins,
)
from metonic_gateway.vault import read_keys

_PREFIX = "METONIC_"
_JWT_KEY_BYTES = 32
_LAST_PORT = 65535


class SettingsError(Exception):
    """The settings cannot be used; ``message`` says what, where and what to do, and shows no value."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def _usable_keys(value: SecretStr) -> SecretStr:
    read_keys(value.get_secret_value())
    return value


def _strong_key(value: SecretStr) -> SecretStr:
    secret = value.get_secret_value()
    if len(secret.encode()) < _JWT_KEY_BYTES:
        raise ValueError(f"must have at least {_JWT_KEY_BYTES} bytes")
    if "-----BEGIN " in secret:
        raise ValueError("must be a secret shared with the platform, not a public or private key")
    return value


def _url(value: SecretStr) -> SecretStr:
    if "://" not in value.get_secret_value():
        raise ValueError("must be a URL such as sqlite://metonic.sqlite3")
    return value


def _usable_broker(value: SecretStr) -> SecretStr:
    check_server_url(value.get_secret_value(), ("amqp", "amqps", "redis", "rediss"))
    return value


def _usable_redis(value: SecretStr) -> SecretStr:
    check_server_url(value.get_secret_value(), ("redis", "rediss"))
    return value


def _origins(value: str) -> str:
    return ",".join(read_origins(value))


def _pages(value: str) -> str:
    return ",".join(read_pages(value))


def _public_url(value: str | None) -> str | None:
    return None if value is None else read_public_url(value)


def _usable_clients(value: SecretStr) -> SecretStr:
    read_oauth_clients(value.get_secret_value())
    return value


def _usable_stand_ins(value: str) -> str:
    read_stand_ins(value)
    return value


def _usable_paces(value: str) -> str:
    read_paces(value)
    return value


class _SecretFiles(PydanticBaseSettingsSource):
    """Reads a secret from the file that ``METONIC_<NAME>_FILE`` names."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[str | None, str, bool]:
        variable = f"{_variable(field_name)}_FILE"
        path = os.environ.get(variable)
        if not path or not _is_secret(field):
            return None, field_name, False
        if os.environ.get(_variable(field_name)):
            raise SettingsError(f"{_variable(field_name)} and {variable} are both set: remove one of them.")
        return _content_of(path, variable), field_name, False

    def __call__(self) -> dict[str, Any]:
        values = {
            name: self.get_field_value(f, name)[0] for name, f in self.settings_cls.model_fields.items()
        }
        return {name: value for name, value in values.items() if value is not None}


class Settings(BaseSettings):
    """Use ``load_settings``, which explains what is wrong with them."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_ignore_empty=True, frozen=True, hide_input_in_errors=True
    )

    keys: Annotated[SecretStr, AfterValidator(_usable_keys)] = Field(
        description="The root keys of stored credentials, comma separated: `id:base64 of 32 bytes`. "
        "The first seals, all open, and the last signs the marks on copies."
    )
    jwt_key: Annotated[SecretStr, AfterValidator(_strong_key)] = Field(
        description="The secret of at least 32 bytes with which the platform signs its users' tokens (HS256)."
    )
    # Secret, as the URL of a database server holds its password.
    database_url: Annotated[SecretStr, AfterValidator(_url)] = Field(
        SecretStr("sqlite://metonic.sqlite3"),
        description="Where everything is stored: `sqlite://` and the path of a file, or "
        "`postgresql://user:password@host:5432/database`.",
    )
    database_connections: int = Field(
        10,
        ge=2,
        le=1000,
        description="How many connections each process opens at a PostgreSQL server at most.",
    )
    # Secret, as both hold passwords.
    broker_url: Annotated[SecretStr, AfterValidator(_usable_broker)] = Field(
        SecretStr(""),
        description="Where processes hand on work, `amqp://` (RabbitMQ) or `redis://`, with `s` for TLS. "
        "Without it `metonic serve` does all by itself; with it `metonic worker` and `metonic scheduler` run "
        "besides, on a PostgreSQL database.",
    )
    redis_url: Annotated[SecretStr, AfterValidator(_usable_redis)] = Field(
        SecretStr(""),
        description="Where processes tell each other what subscriptions wait for, if the broker is RabbitMQ: "
        "`redis://` or `rediss://`. Without it that goes through PostgreSQL.",
    )
    calendars_at_once: int = Field(
        16, ge=1, le=200, description="How many calendars one worker syncs at the same time."
    )
    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(8000, ge=1, le=_LAST_PORT, description="The port to listen on.")
    public_url: Annotated[str | None, AfterValidator(_public_url)] = Field(
        None,
        description="The URL at which outsiders reach the service, such as `https://sync.example.org`. "
        "Without it nobody can sign in at a provider's page, and no provider can tell of changes.",
    )
    cors_origins: Annotated[str, AfterValidator(_origins)] = Field(
        "",
        description="The origins of frontends that are served from elsewhere, comma separated, such as "
        "`https://app.example.org`; `*` for any.",
    )
    oauth_clients: Annotated[SecretStr, AfterValidator(_usable_clients)] = Field(
        SecretStr(""),
        description="What providers know this installation as, as JSON: "
        '`{"google": {"id": "...", "secret": "..."}}`.',
    )
    redirect_uris: Annotated[str, AfterValidator(_pages)] = Field(
        "",
        description="The pages of frontends to which a sign-in may lead back, comma separated and to the "
        "letter, such as `https://app.example.org/connected`.",
    )
    stand_ins: Annotated[str, AfterValidator(_usable_stand_ins)] = Field(
        "",
        description="For trials only, as JSON: what is asked instead of a provider's origin, such as "
        '`{"https://www.googleapis.com": "http://127.0.0.1:9001"}`.',
    )
    allow_private_addresses: bool = Field(
        default=False,
        description="Whether calendar servers may be asked that have private or loopback addresses. "
        "Leave it off where strangers can sign in.",
    )
    paces: Annotated[str, AfterValidator(_usable_paces)] = Field(
        "",
        description="What providers allow in a minute, where that is not what they document, as JSON: "
        '`{"google": {"account": 600, "project": 10000}}`. Less than half of what they do is taken for half.',
    )
    window_back_days: int = Field(30, ge=0, le=3660, description="How many days back events are synced.")
    window_ahead_days: int = Field(400, ge=1, le=3660, description="How many days ahead events are synced.")
    frequency_minutes: int = Field(
        15, ge=1, le=1440, description="How often a newly connected calendar is synced, in minutes."
    )
    log_format: Literal["json", "console"] = Field("json", description="`json` or `console`.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="`debug`, `info`, `warning` or `error`."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic passes all of them by name
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _SecretFiles(settings_cls)

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins whose pages may ask; ``*`` alone is any."""
        return tuple(self.cors_origins.split(",")) if self.cors_origins else ()

    @property
    def broker(self) -> str | None:
        """The URL of the broker that processes share; None where one process does all by itself."""
        return self.broker_url.get_secret_value() or None

    @property
    def redis(self) -> str | None:
        """The URL of the Redis that the feed goes through, if there is one."""
        broker = self.broker or ""
        return self.redis_url.get_secret_value() or (broker if broker.startswith("redis") else None)

    @property
    def clients(self) -> dict[str, OAuthClient]:
        """The OAuth clients by the name of their provider."""
        return read_oauth_clients(self.oauth_clients.get_secret_value())

    @property
    def pages(self) -> tuple[str, ...]:
        """The pages that a sign-in may lead to, to the letter."""
        return read_pages(self.redirect_uris)

    @property
    def origins_instead(self) -> dict[str, str]:
        """What stands in for which origin."""
        return read_stand_ins(self.stand_ins)

    @property
    def allowed(self) -> dict[str, dict[Scope, int]]:
        """How much providers allow, by their names and by whose requests are counted together."""
        return read_paces(self.paces)

    @property
    def root_keys(self) -> dict[str, bytes]:
        """The root keys by id, the newest first, as ``Vault`` takes them."""
        return read_keys(self.keys.get_secret_value())


def load_settings(**given: object) -> Settings:
    """The settings of the environment; what is ``given`` goes first. Raises SettingsError."""
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        problems = [
            _problem(each["loc"], each["type"], each["msg"]) for each in error.errors(include_input=False)
        ]
        # The chain is cut: what pydantic raised remembers the values.
        raise SettingsError("\n".join(problems)) from None
    if settings.broker is not None and settings.database_url.get_secret_value().startswith("sqlite"):
        raise SettingsError(
            "METONIC_BROKER_URL is set, so several processes share the database: set METONIC_DATABASE_URL to "
            "that of a PostgreSQL server, or unset METONIC_BROKER_URL to run all in one process."
        )
    return settings


def settings_table() -> str:
    """The settings as a Markdown table."""
    rows = [
        f"| `{_variable(name)}` | {_default(field)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(["| Name | Default | Meaning |", "|---|---|---|", *rows]) + "\n"


def _problem(where: tuple[int | str, ...], kind: str, message: str) -> str:
    name = str(where[0])
    variable = _variable(name)
    alternative = f" (or {variable}_FILE)" if _is_secret(Settings.model_fields[name]) else ""
    if kind == "missing":
        return f"{variable} is not set: set it{alternative}. docs/operating.md says how to make one."
    return f"{variable}{alternative} is wrong: {message.removeprefix('Value error, ')}."


def _content_of(path: str, variable: str) -> str:
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise SettingsError(f"The file that {variable} names, {path}, cannot be read: {reason}.") from None


def _variable(name: str) -> str:
    return f"{_PREFIX}{name.upper()}"


def _is_secret(field: FieldInfo) -> bool:
    return field.annotation is SecretStr


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "required"
    value = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
    if value in {"", None}:
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


if __name__ == "__main__":
    sys.stdout.write(settings_table())
