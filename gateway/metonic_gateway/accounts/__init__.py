"""Signed in at a provider: credentials, and the one way out to the network."""
