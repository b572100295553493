"""Events: what they must be like, series, lists, deltas, and how a reader sees them."""
