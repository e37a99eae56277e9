"""What SQS says when it refuses a call: its name in the JSON protocol, its older code in the query protocol."""

from __future__ import annotations

from localcloud.protocol import Fault

OWN = "com.amazonaws.sqs#"
GENERAL = "com.amazon.coral.service#"
OLD = "AWS.SimpleQueueService."

# Names whose code in the query protocol is not just the name with `OLD` before it.
CODES = {
    "QueueDoesNotExist": OLD + "NonExistentQueue",
    "QueueNameExists": "QueueAlreadyExists",
    **{
        name: name
        for name in (
            "InvalidAddress", "InvalidAttributeName", "InvalidAttributeValue", "InvalidMessageContents", "OverLimit",
            "ReceiptHandleIsInvalid", "ResourceNotFoundException",
        )
    },
}  # fmt: skip
STATUS = {"PurgeQueueInProgress": 403, "OverLimit": 403, "ResourceNotFoundException": 404, "InvalidAddress": 404}


class Refused(Fault):
    """A call, or one entry of a batch, refused. `old_code` is what boto3 and the query protocol show."""

    def __init__(self, kind: str, message: str, old_code: str, status: int = 400) -> None:
        super().__init__(kind, message)
        self.old_code = old_code
        self.status = status
        self.headers = (("x-amzn-query-error", f"{old_code};Sender"),)


def refused(name: str, message: str) -> Refused:
    """A fault of SQS's own: `refused("QueueDoesNotExist", …)`."""
    return Refused(OWN + name, message, CODES.get(name, OLD + name), STATUS.get(name, 400))


def wrong(message: str) -> Refused:
    """A parameter's value that can't be."""
    return Refused(GENERAL + "InvalidParameterValueException", message, "InvalidParameterValue")


def wrong_value(value: object, parameter: str, reason: str) -> Refused:
    return wrong(f"Value {value} for parameter {parameter} is invalid. Reason: {reason}")


def missing(parameter: str) -> Refused:
    message = f"The request must contain the parameter {parameter}."
    return Refused(GENERAL + "MissingRequiredParameterException", message, "MissingParameter")


def no_queue() -> Refused:
    return refused("QueueDoesNotExist", "The specified queue does not exist.")


def no_resource(parameter: str) -> Refused:
    message = f"The resource that you specified for the {parameter} parameter doesn't exist."
    return refused("ResourceNotFoundException", message)
