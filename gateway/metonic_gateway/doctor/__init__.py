"""``metonic doctor``: whether everything that the service needs is there and works, and what to do if not."""
