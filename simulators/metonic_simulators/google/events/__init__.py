"""Events: what may be written, how it is stored, listed and shown."""
