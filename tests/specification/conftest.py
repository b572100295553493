"""The same stage as for the pains."""

from tests.pains.conftest import _servers_that_stop_at_once, calendars, migrated_template, stage, trainer

__all__ = ["_servers_that_stop_at_once", "calendars", "migrated_template", "stage", "trainer"]
