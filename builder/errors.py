"""What can go wrong, told to the user: what happened, and what to do about it."""


class BuilderError(Exception):
    """Something the user should read as one message, not as a traceback.

    `hint` says what to do about it, where that is known; `exit_code` is what the process ends with."""

    exit_code = 1

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class UsageError(BuilderError):
    """The command was used wrongly or a file of the user's has a mistake: nothing was done."""

    exit_code = 2


class Failure(BuilderError):
    """The command was right, and what it set out to do failed."""
