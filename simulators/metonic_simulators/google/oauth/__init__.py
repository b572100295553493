"""Sign-in with Google: the page that asks, the tokens, and the keys that sign who somebody is."""
