"""Where S3's notifications arrive: queues of our SQS, topics of moto's SNS."""

from __future__ import annotations

from collections.abc import Callable
from uuid import NAMESPACE_URL, uuid5

from localcloud import plain
from localcloud.sqs import Sqs

SENDER = "s3.amazonaws.com"
SUBJECT = "Amazon S3 Notification"
ACTIONS = {"sqs": "sqs:SendMessage", "sns": "sns:Publish"}

ServiceMay = Callable[[str, str, str, str], bool]
"""(service principal, action, resource's ARN, source's ARN): whether the resource's policy lets the service do it."""


class Destinations:
    """Delivers to a queue or topic by its ARN, if it is there and its policy lets S3 send to it."""

    def __init__(self, sqs: Sqs, service_may: ServiceMay = lambda *_: True) -> None:
        self._sqs = sqs
        self._service_may = service_may

    def deliver(self, arn: str, body: str, token: str) -> None:
        """Raises KeyError where there is no such queue or topic. The same token arrives once."""
        if _service(arn) == "sqs":
            self._sqs.deliver(arn, body, token)
        else:
            plain.publish(arn, body, SUBJECT, str(uuid5(NAMESPACE_URL, token)))

    def may_deliver(self, arn: str, bucket_arn: str) -> bool:
        service = _service(arn)
        if service not in ACTIONS:
            return False
        try:
            if service == "sqs":
                self._sqs.policy(arn)
            else:
                plain.topic(arn)
        except KeyError:
            return False
        return self._service_may(SENDER, ACTIONS[service], arn, bucket_arn)


def _service(arn: str) -> str:
    return arn.split(":")[2] if arn.count(":") >= 5 else ""
