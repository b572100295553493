"""What the tests of plugins and of the engine stand on: the conformance suite, calendars in memory."""
