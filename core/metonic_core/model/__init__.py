"""The values of the core: frozen, without I/O, equal when their content is equal."""
