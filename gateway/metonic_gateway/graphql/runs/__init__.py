"""Runs: what they are, how they are looked up and asked for."""
