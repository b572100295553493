"""Whether the database answers."""

from tortoise.exceptions import BaseORMException

from metonic_gateway.store import models


async def answers() -> bool:
    """True if a statement that reads a table works."""
    try:
        await models.User.exists()
    except (BaseORMException, OSError):
        return False
    return True
