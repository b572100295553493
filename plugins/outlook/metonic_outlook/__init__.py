"""Outlook and Microsoft 365 for Metonic (Microsoft Graph v1.0)."""
