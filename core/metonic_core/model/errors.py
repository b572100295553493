"""What is wrong with a value that somebody handed in."""


class InvalidValue(ValueError):
    """A value cannot be used: ``path`` names where, the message what, ``next_step`` what to do.

    The message never repeats free text of an event: it may travel to logs.
    """

    def __init__(
        self, message: str, path: tuple[str, ...] = (), next_step: str = "Correct it and try again."
    ) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.next_step = next_step

    def under(self, *parents: str) -> "InvalidValue":
        """The same complaint, seen from further out."""
        return InvalidValue(self.message, (*parents, *self.path), self.next_step)
