"""What an operator can set; with ``secret_files`` the only place that reads the environment.

Every setting is an environment variable with the prefix ``METONIC_``; a secret may instead stand in a file
that ``METONIC_..._FILE`` names (as Docker and Kubernetes hand out secrets). ``python -m
metonic_gateway.settings`` prints the table of docs/operating.md.
"""

import sys
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from metonic_core.spi.errors import Scope
from metonic_gateway.secret_files import PREFIX, SecretFiles, SettingsError, is_secret, variable_of
from metonic_gateway.setting_values import (
    OAuthClient,
    check_broker_url,
    check_redis_url,
    read_oauth_clients,
    read_origins,
    read_otlp_endpoint,
    read_paces,
    read_pages,
    read_public_url,
    read_stand_ins,
)
from metonic_gateway.vault import read_keys

__all__ = ["Settings", "SettingsError", "load_settings", "settings_table"]

_JWT_KEY_BYTES = 32
_LAST_PORT = 65535


def _secret(read: Callable[[str], object]) -> AfterValidator:
    """Whether that can read it."""

    def checked(value: SecretStr) -> SecretStr:
        read(value.get_secret_value())
        return value

    return AfterValidator(checked)


def _text(read: Callable[[str], object]) -> AfterValidator:
    """Likewise, where it is no secret."""

    def checked(value: str) -> str:
        read(value)
        return value

    return AfterValidator(checked)


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


def _origins(value: str) -> str:
    return ",".join(read_origins(value))


def _pages(value: str) -> str:
    return ",".join(read_pages(value))


def _otlp_endpoint(value: str | None) -> str | None:
    return None if value is None else read_otlp_endpoint(value)


def _public_url(value: str | None) -> str | None:
    return None if value is None else read_public_url(value)


class Settings(BaseSettings):
    """Use ``load_settings``, which explains what is wrong with them."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        frozen=True,
        hide_input_in_errors=True,
        loc_by_alias=False,
    )

    keys: Annotated[SecretStr, _secret(read_keys)] = Field(
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
    broker_url: Annotated[SecretStr, _secret(check_broker_url)] = Field(
        SecretStr(""),
        description="Where processes hand on work, `amqp://` (RabbitMQ) or `redis://`, with `s` for TLS. "
        "Without it `metonic serve` does all by itself; with it `metonic worker` and `metonic scheduler` run "
        "besides, on a PostgreSQL database.",
    )
    redis_url: Annotated[SecretStr, _secret(check_redis_url)] = Field(
        SecretStr(""),
        description="Where processes tell each other what subscriptions wait for, if the broker is RabbitMQ: "
        "`redis://` or `rediss://`. Without it that goes through PostgreSQL.",
    )
    calendars_at_once: int = Field(
        16, ge=1, le=200, description="How many calendars one worker syncs at the same time."
    )
    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(8000, ge=1, le=_LAST_PORT, description="The port to listen on.")
    metrics_port: int | None = Field(
        None,
        ge=1,
        le=_LAST_PORT,
        description="The port for operators, with `/metrics` for Prometheus, `/healthz` and `/readyz`. "
        "Without it there are no metrics.",
    )
    metrics_host: str = Field(
        "127.0.0.1", description="The address that port is on. Outsiders need not see it."
    )
    otlp_endpoint: Annotated[str | None, AfterValidator(_otlp_endpoint)] = Field(
        None,
        validation_alias=variable_of("otlp_endpoint"),
        description="The collector that gets traces (OTLP over HTTP), such as `http://127.0.0.1:4318`. "
        "Without it there are none.",
    )
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
    oauth_clients: Annotated[SecretStr, _secret(read_oauth_clients)] = Field(
        SecretStr(""),
        description="What providers know this installation as, as JSON: "
        '`{"google": {"id": "...", "secret": "..."}}`.',
    )
    redirect_uris: Annotated[str, AfterValidator(_pages)] = Field(
        "",
        description="The pages of frontends to which a sign-in may lead back, comma separated and to the "
        "letter, such as `https://app.example.org/connected`.",
    )
    stand_ins: Annotated[str, _text(read_stand_ins)] = Field(
        "",
        description="For trials only, as JSON: what is asked instead of a provider's origin, such as "
        '`{"https://www.googleapis.com": "http://127.0.0.1:9001"}`.',
    )
    allow_private_addresses: bool = Field(
        default=False,
        description="Whether calendar servers may be asked that have private or loopback addresses. "
        "Leave it off where strangers can sign in.",
    )
    paces: Annotated[str, _text(read_paces)] = Field(
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
        return init_settings, env_settings, SecretFiles(settings_cls)

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
        f"| `{variable_of(name)}` | {_default(field)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(["| Name | Default | Meaning |", "|---|---|---|", *rows]) + "\n"


def _problem(where: tuple[int | str, ...], kind: str, message: str) -> str:
    name = str(where[0])
    variable = variable_of(name)
    alternative = f" (or {variable}_FILE)" if is_secret(Settings.model_fields[name]) else ""
    if kind == "missing":
        return f"{variable} is not set: set it{alternative}. docs/operating.md says how to make one."
    return f"{variable}{alternative} is wrong: {message.removeprefix('Value error, ')}."


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "required"
    value = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
    if value in {"", None}:
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


if __name__ == "__main__":
    sys.stdout.write(settings_table())
