"""What CloudFormation answers when it refuses: a code and a sentence, worded as AWS words them."""

from __future__ import annotations


class Refused(Exception):
    """A call that is turned down. `code` is the API's error code, `message` what its caller reads."""

    code = "ValidationError"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ValidationError(Refused):
    """The template, a parameter or the stack's state does not allow what was asked."""


class AlreadyExists(Refused):
    code = "AlreadyExistsException"


class UnsupportedOperation(Refused):
    """AWS has it, the local cloud does not."""

    code = "UnsupportedOperation"


class ChangeSetNotFound(Refused):
    code = "ChangeSetNotFound"


class InvalidChangeSetStatus(Refused):
    code = "InvalidChangeSetStatus"


class InsufficientCapabilities(Refused):
    code = "InsufficientCapabilitiesException"
