"""A migrated SQLite database to copy from. To migrate takes seconds, so it is kept for the next session."""

import asyncio
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from metonic_gateway.store import migrations
from metonic_gateway.store.database import migrated

_KEPT = Path(__file__).parents[1] / ".pytest_cache"


def state_of_migrations() -> str:
    """What a template is of."""
    files = sorted(Path(migrations.__path__[0]).glob("*.py"))
    parts = [version("tortoise-orm").encode(), *(path.name.encode() + path.read_bytes() for path in files)]
    return sha256(b"".join(parts)).hexdigest()[:12]


def template() -> Path:
    """Several processes may ask at once, in a loop or out of it."""
    kept = _KEPT / f"template-{state_of_migrations()}.sqlite3"
    if not kept.exists():
        _KEPT.mkdir(exist_ok=True)
        with TemporaryDirectory(dir=_KEPT) as folder, ThreadPoolExecutor(1) as thread:
            made = Path(folder) / kept.name
            thread.submit(asyncio.run, migrated(f"sqlite://{made}")).result()
            os.replace(made, kept)  # noqa: PTH105 - whoever was quicker made the same
    return kept


def copy_to(path: Path) -> Path:
    """A migrated database there."""
    shutil.copy(template(), path)
    return path
