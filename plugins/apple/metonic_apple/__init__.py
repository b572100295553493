"""Apple Calendar for Metonic: iCloud over CalDAV (RFC 4791)."""
