"""Signed in at a provider's own page: OAuth 2.0 with PKCE, and OpenID Connect (RFC 6749, RFC 7636)."""
