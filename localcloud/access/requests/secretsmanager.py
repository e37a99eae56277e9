"""AWS Secrets Manager: the resource is the secret's ARN, whose last six characters no name tells."""

from __future__ import annotations

from typing import Any

from localcloud.access.policy import Ask
from localcloud.access.requests.call import Call, tag_keys
from localcloud.home import ACCOUNT, REGION

ARN = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:"
OF_NO_SECRET = frozenset(("ListSecrets", "GetRandomPassword"))


def asks(call: Call) -> list[Ask]:
    action = f"secretsmanager:{call.action}"
    if call.action in OF_NO_SECRET:
        return [Ask(action, "*", call.keys)]
    if call.action == "BatchGetSecretValue":
        wanted = call.asked.get("SecretIdList") or []
        each = [_about(call, "secretsmanager:GetSecretValue", str(name)) for name in wanted]
        return [Ask(action, "*", call.keys), *each]
    if call.action == "CreateSecret":
        name = call.text("Name") or ""
        keys = call.with_keys(secretsmanager__Name=name) | tag_keys(_tags(call.asked.get("Tags")))
        return [Ask(action, ARN + name, keys)]
    return [_about(call, action, call.text("SecretId") or "")]


def _about(call: Call, action: str, name: str) -> Ask:
    keys = call.with_keys(
        secretsmanager__VersionId=call.text("VersionId"), secretsmanager__VersionStage=call.text("VersionStage")
    ) | tag_keys(_tags(call.asked.get("Tags")))
    found = call.lookup.secret(name)
    if found is None:
        return Ask(action, name if name.startswith("arn:") else ARN + name, keys)
    arn, _, tags = found
    of_secret = {f"{prefix}:resourcetag/{key.lower()}": (value,) for key, value in tags.items()
                 for prefix in ("aws", "secretsmanager")}  # fmt: skip
    return Ask(action, arn, keys | of_secret | {"secretsmanager:secretid": (arn,)})


def _tags(said: Any) -> dict[str, str]:
    tags = [each for each in said or [] if isinstance(each, dict)] if isinstance(said, list) else []
    return {str(each.get("Key")): str(each.get("Value", "")) for each in tags}
