"""Amazon SNS: the resource is the topic."""

from __future__ import annotations

from localcloud.access.policy import Ask
from localcloud.access.requests.call import Call, form_tags, tag_keys
from localcloud.home import ACCOUNT, REGION

ARN = f"arn:aws:sns:{REGION}:{ACCOUNT}:"


def asks(call: Call) -> list[Ask]:
    action = call.action.removesuffix("Batch")
    keys = call.with_keys(sns__Protocol=call.text("Protocol"), sns__Endpoint=call.text("Endpoint"))
    keys |= tag_keys(form_tags(call, "Tags"))
    return [Ask(f"sns:{action}", topic, keys) for topic in _topics(call)]


def _topics(call: Call) -> list[str]:
    """Whatever the request names: each must be allowed."""
    if call.action == "CreateTopic":
        return [ARN + (call.text("Name") or "")]
    arns = [arn for name in ("TopicArn", "TargetArn", "ResourceArn") if (arn := call.text(name))]
    if subscription := call.text("SubscriptionArn"):
        arns.append(subscription.rpartition(":")[0])
    return arns or ["*"]
