"""What tests of providers and of the engine stand on: calendars in memory with the conduct of real ones."""
