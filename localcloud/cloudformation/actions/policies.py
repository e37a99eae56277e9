"""Actions about a stack's policy: what updates may do to which of its resources."""

from __future__ import annotations

from typing import Any

from localcloud.cloudformation import policy
from localcloud.cloudformation.actions import Asked, action
from localcloud.cloudformation.errors import ValidationError
from localcloud.cloudformation.service import CloudFormation


@action
def get_stack_policy(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    return {"StackPolicyBody": service.live_stack(asked["StackName"]).policy}


@action
def set_stack_policy(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    body = policy_body(service, asked, "StackPolicy")
    with service.store.together():
        stack = service.live_stack(asked["StackName"])
        if stack.busy:
            raise ValidationError(f"Stack:{stack.id} is in {stack.status} state and can not be updated.")
        if body is None:
            raise ValidationError("You must specify either StackPolicyURL or StackPolicyBody")
        stack.policy = body
        service.store.keep_stack(stack)
    return {}


def policy_body(service: CloudFormation, asked: Asked, key: str) -> str | None:
    """The policy that a call gives as `<key>Body` or `<key>URL`, checked; None where it gives none."""
    if f"{key}Body" in asked and f"{key}URL" in asked:
        raise ValidationError(f"You cannot specify both {key}URL and {key}Body")
    if f"{key}URL" in asked:
        body = service.fetched(asked[f"{key}URL"], f"{key}URL")
    elif f"{key}Body" in asked:
        body = asked[f"{key}Body"]
    else:
        return None
    policy.check(body)
    return str(body)
