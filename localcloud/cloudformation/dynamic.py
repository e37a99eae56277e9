"""Dynamic references, `{{resolve:secretsmanager:…}}` and `{{resolve:ssm:…}}`: looked up at each use, never kept."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from localcloud.cloudformation.clients import Clients
from localcloud.cloudformation.errors import ValidationError

REFERENCE = re.compile(r"\{\{resolve:(secretsmanager|ssm|ssm-secure):([^{}]+)\}\}")


def reveal(value: Any, clients: Clients) -> Any:
    """`value` with every dynamic reference in it replaced by the secret or parameter it names."""
    if isinstance(value, Mapping):
        return {key: reveal(item, clients) for key, item in value.items()}
    if isinstance(value, list):
        return [reveal(item, clients) for item in value]
    if isinstance(value, str) and "{{resolve:" in value:
        return REFERENCE.sub(lambda match: _look_up(match[1], match[2], clients), value)
    return value


def parameter(name: str, clients: Clients, version: str | None = None) -> str:
    """Value of a parameter in SSM, decrypted."""
    from botocore.exceptions import ClientError

    asked = f"{name}:{version}" if version else name
    try:
        value = clients.call("ssm", "GetParameter", {"Name": asked, "WithDecryption": True})["Parameter"]["Value"]
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("ParameterNotFound", "ParameterVersionNotFound"):
            raise
        raise ValidationError(f"Unable to fetch parameters [{name}] from parameter store for this account.") from None
    return str(value)


def _look_up(service: str, rest: str, clients: Clients) -> str:
    if service == "secretsmanager":
        return _secret(rest, clients)
    name, _, version = rest.partition(":")
    return parameter(name, clients, version or None)


def _secret(rest: str, clients: Clients) -> str:
    # secret-id:SecretString:json-key:version-stage:version-id, where the id may be an ARN with seven parts of its own.
    parts = rest.split(":")
    size = 7 if rest.startswith("arn:") else 1
    secret_id = ":".join(parts[:size])
    _kind, key, stage, version = [*parts[size:], "", "", "", ""][:4]
    asked = {"SecretId": secret_id}
    if stage:
        asked["VersionStage"] = stage
    if version:
        asked["VersionId"] = version
    value = clients.call("secretsmanager", "GetSecretValue", asked)["SecretString"]
    if not key:
        return str(value)
    try:
        return str(json.loads(value)[key])
    except (ValueError, KeyError, TypeError):
        raise ValidationError(
            f"Could not find a value associated with JSONKey in SecretString: {secret_id} {key}"
        ) from None
