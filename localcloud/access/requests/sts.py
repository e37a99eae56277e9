"""AWS STS: the resource of AssumeRole is the role; who one is, anybody may ask."""

from __future__ import annotations

from localcloud.access.policy import Ask
from localcloud.access.requests.call import Call, form_tags, tag_keys

ALWAYS = frozenset(("GetCallerIdentity", "GetSessionToken"))
BY_ITSELF = frozenset(("AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"))  # signed by somebody else's word


def asks(call: Call) -> list[Ask]:
    if call.action in ALWAYS or call.action in BY_ITSELF:
        return []
    keys = call.with_keys(sts__ExternalId=call.text("ExternalId"), sts__RoleSessionName=call.text("RoleSessionName"))
    return [Ask(f"sts:{call.action}", call.text("RoleArn") or "*", keys | tag_keys(form_tags(call, "Tags")))]
