"""What a request wants to do: actions, resources and condition keys as in the Service Authorization Reference."""

from __future__ import annotations

from collections.abc import Callable

from localcloud.access.policy import Ask
from localcloud.access.requests import cloudformation, s3, secretsmanager, sns, sqs, sts, swf
from localcloud.access.requests.call import Call

READERS: dict[str, Callable[[Call], list[Ask]]] = {
    "cloudformation": cloudformation.asks,
    "s3": s3.asks,
    "secretsmanager": secretsmanager.asks,
    "sns": sns.asks,
    "sqs": sqs.asks,
    "sts": sts.asks,
    "swf": swf.asks,
}
# IAM's names of services whose signing name is another.
PREFIXES = {
    "monitoring": "cloudwatch",
    "email": "ses",
    "tagging": "tag",
    "execute-api": "execute-api",
    "aps": "aps",
}


def asks(call: Call) -> list[Ask]:
    """All of what it wants; each must be allowed. Of services that have no reader here the resource is not known."""
    if reader := READERS.get(call.service):
        return reader(call)
    return [Ask(f"{PREFIXES.get(call.service, call.service)}:{call.action}", None, call.keys)]
