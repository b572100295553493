"""What tests of providers, plugins and the engine stand on: calendars in memory with the conduct of real ones."""
