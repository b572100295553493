"""How tests start Radicale, a real CalDAV server: its configuration, and a port to listen on."""

import socket
from collections.abc import Mapping
from pathlib import Path

HOST = "127.0.0.1"

_CONFIG = """\
[server]
hosts = {host}:{port}
max_connections = 40
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
delay = 0
[rights]
type = owner_only
[storage]
filesystem_folder = {folder}/collections
[web]
type = none
[logging]
level = warning
"""


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def configured(folder: Path, port: int, logins: Mapping[str, str]) -> Path:
    """The configuration of a server that keeps everything in the folder; ``logins``: names and passwords."""
    (folder / "users").write_text("".join(f"{name}:{word}\n" for name, word in logins.items()), "utf-8")
    config = folder / "config"
    config.write_text(_CONFIG.format(host=HOST, port=port, folder=folder), "utf-8")
    return config
