"""Conflicts: changes on both sides that cannot both stand, shown and resolved."""
