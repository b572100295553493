"""The Metonic service: everything with a socket, a row or a clock."""
