"""The engine of Metonic and its plugin interface: no HTTP, no SQL, no environment, no clock of its own."""
