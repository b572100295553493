"""Sign-in with the Microsoft identity platform: the page that asks, and the tokens."""
