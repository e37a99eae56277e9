"""What SNS sends to a queue: the notification as AWS writes it, or the message itself; where it may, and where to else.

After "Fanout to Amazon SQS queues", "Raw message delivery", "Verifying the signatures of Amazon SNS messages" and
"Amazon SNS dead-letter queues" of the Amazon SNS Developer Guide. Topics and subscriptions themselves are moto's.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import quote

from localcloud.home import REGION
from localcloud.protocol import Fault

log = logging.getLogger(__name__)

SERVICE = "sns.amazonaws.com"
ACTION = "sqs:SendMessage"
MayDeliver = Callable[[str, str, str, str], bool]
"""Whether a service may: its principal, action, resource's ARN, source's ARN."""
MOST_ATTRIBUTES = 10  # of an SQS message: with more, AWS discards a raw message


class Deliver(Protocol):
    def __call__(
        self,
        queue_arn: str,
        body: str,
        token: str,
        attributes: Mapping[str, Mapping[str, Any]] | None = None,
        *,
        group: str | None = None,
        deduplication: str | None = None,
    ) -> None: ...


@dataclass(frozen=True)
class Notification:
    """One message of a topic. `attributes` by name: {"Type": "String", "Value": "…"}, binary values in Base64."""

    id: str
    message: str
    subject: str | None
    attributes: Mapping[str, Mapping[str, Any]]
    group: str | None = None
    deduplication: str | None = None


class Topics:
    """Sends what topics are told to the queues that subscribe."""

    def __init__(self, deliver: Deliver, may_deliver: MayDeliver) -> None:
        self._deliver = deliver
        self._may_deliver = may_deliver

    def send(self, subscription: Any, told: Notification) -> None:
        """Send it to the queue of a subscription of moto's, else to the subscription's dead-letter queue.

        As on AWS, whoever publishes never hears that it could not be delivered.
        """
        body, attributes = told.message, _queue_attributes(told.attributes)
        if str(subscription.attributes.get("RawMessageDelivery")).lower() != "true":
            body, attributes = envelope(subscription, told), {}
        elif len(attributes) > MOST_ATTRIBUTES:
            return
        for queue in (subscription.endpoint, _dead_letters(subscription)):
            if queue and self._sent(queue, subscription, told, body, attributes):
                return

    def _sent(
        self, queue: str, subscription: Any, told: Notification, body: str, attributes: Mapping[str, Mapping[str, Any]]
    ) -> bool:
        topic = subscription.topic.arn
        if not self._may_deliver(SERVICE, ACTION, queue, topic):
            return False
        token = f"{told.id}/{subscription.arn.rpartition(':')[2]}"
        once = told.deduplication or (hashlib.sha256(told.message.encode()).hexdigest() if told.group else None)
        try:
            self._deliver(queue, body, token, attributes, group=told.group, deduplication=once)
        except (KeyError, Fault) as error:
            log.info("%s could not send to %s: %s", topic, queue, error)
            return False
        return True


def envelope(subscription: Any, told: Notification) -> str:
    """The notification as JSON, signed."""
    topic, now = subscription.topic, datetime.now(UTC)
    version = "2" if str(getattr(topic, "signature_version", "1")) == "2" else "1"
    said = {
        "Type": "Notification",
        "MessageId": told.id,
        "TopicArn": topic.arn,
        **({"Subject": told.subject} if told.subject else {}),
        "Message": told.message,
        "Timestamp": now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}Z",
    }
    signer = signer_of(topic.sns_backend)
    host = f"https://sns.{REGION}.amazonaws.com"
    said |= {
        "SignatureVersion": version,
        "Signature": signer.sign(_signed_text(said), version),
        "SigningCertURL": f"{host}/{signer.name}",
        "UnsubscribeURL": f"{host}/?Action=Unsubscribe&SubscriptionArn={quote(subscription.arn, safe=':')}",
    }
    whole: dict[str, Any] = {**said, **({"MessageAttributes": told.attributes} if told.attributes else {})}
    return json.dumps(whole, indent=2, separators=(",", " : "), ensure_ascii=False)


def _signed_text(said: Mapping[str, str]) -> bytes:
    keys = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
    return "".join(f"{key}\n{said[key]}\n" for key in keys if key in said).encode()


class Signer:
    """The key by which a cloud's topics sign, and the name of its certificate."""

    def __init__(self, key: Any, name: str) -> None:
        self.key = key
        self.name = name

    def sign(self, text: bytes, version: str) -> str:
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding

        digest = hashes.SHA256() if version == "2" else hashes.SHA1()  # version 1 is SHA1, by AWS's rules
        return base64.b64encode(self.key.sign(text, padding.PKCS1v15(), digest)).decode()


def signer_of(backend: Any) -> Signer:
    """Made once a cloud, with its first topic: moto keeps it with the rest of what it knows, and its certificate."""
    if not hasattr(backend, "signer"):
        from cryptography.hazmat.primitives.asymmetric import rsa

        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        certificate = _certificate(key)
        name = f"SimpleNotificationService-{hashlib.sha256(certificate).hexdigest()[:32]}.pem"
        backend._message_public_keys[name] = certificate
        backend.signer = Signer(key, name)
    signer: Signer = backend.signer
    return signer


def _certificate(key: Any) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.x509.oid import NameOID

    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SERVICE)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


def _queue_attributes(attributes: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Message attributes as SQS names them."""
    return {
        name: {
            "DataType": value["Type"],
            "BinaryValue" if value["Type"].startswith("Binary") else "StringValue": str(value["Value"]),
        }
        for name, value in attributes.items()
    }


def _dead_letters(subscription: Any) -> str | None:
    policy = subscription.attributes.get("RedrivePolicy")
    return json.loads(policy).get("deadLetterTargetArn") if policy else None
