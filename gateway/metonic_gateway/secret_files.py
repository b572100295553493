"""Secrets that stand in files, as Docker and Kubernetes hand them out, and how variables are named."""

import os
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource

PREFIX = "METONIC_"
_STANDARD = {"otlp_endpoint": "OTEL_EXPORTER_OTLP_ENDPOINT"}


class SettingsError(Exception):
    """The settings cannot be used; ``message`` says what, where and what to do, and shows no value."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class SecretFiles(PydanticBaseSettingsSource):
    """Reads a secret from the file that ``METONIC_<NAME>_FILE`` names."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[str | None, str, bool]:
        variable = f"{variable_of(field_name)}_FILE"
        path = os.environ.get(variable)
        if not path or not is_secret(field):
            return None, field_name, False
        if os.environ.get(variable_of(field_name)):
            raise SettingsError(f"{variable_of(field_name)} and {variable} are both set: remove one of them.")
        return _content_of(path, variable), field_name, False

    def __call__(self) -> dict[str, Any]:
        values = {
            name: self.get_field_value(f, name)[0] for name, f in self.settings_cls.model_fields.items()
        }
        return {name: value for name, value in values.items() if value is not None}


def variable_of(name: str) -> str:
    """What sets it; a few go by the names that others gave them."""
    return _STANDARD.get(name) or f"{PREFIX}{name.upper()}"


def is_secret(field: FieldInfo) -> bool:
    return field.annotation is SecretStr


def _content_of(path: str, variable: str) -> str:
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise SettingsError(f"The file that {variable} names, {path}, cannot be read: {reason}.") from None
