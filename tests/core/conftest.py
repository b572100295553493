"""Hypothesis as the core's tests use it: as many examples as fit, and no stop-watch on one of them."""

from hypothesis import settings

settings.register_profile("metonic", max_examples=200, deadline=None, print_blob=True)
settings.load_profile("metonic")
