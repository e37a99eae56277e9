"""The instance metadata service (IMDSv2): who a machine is, its user data, and credentials of its role.

Paths and answers as AWS documents them:
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-categories.html
Only version 2 is spoken: every read needs a token that the machine asked for by PUT.
"""

from __future__ import annotations

import base64
import json
import secrets
import socket
import time
from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Request, Response

from localcloud import plain
from localcloud.home import ACCOUNT, REGION
from localcloud.machines.credentials import MachineCredentials

LONGEST_TOKEN = 21600
VERSIONS = ("2021-07-15", "2024-04-11", "latest")
USUAL_TTL = 64  # routers that an answer may pass


class Metadata:
    """`credentials` has those of the machines' roles."""

    def __init__(self, credentials: MachineCredentials) -> None:
        self._credentials = credentials
        self._tokens: dict[str, tuple[str, float]] = {}  # token -> (instance, end)

    def app(self, environ: Any, start_response: Any) -> Any:
        """WSGI application, to be served on the machines' bridge; the caller's address says which machine asks."""
        request = Request(environ)
        instance = _instance_at(request.remote_addr or "")
        return self._answer(request, instance)(environ, start_response)

    def _answer(self, request: Request, instance: Any | None) -> Response:
        if instance is None or "X-Forwarded-For" in request.headers:
            return Response("not an instance of this cloud\n", 403)
        if instance.metadata_options.http_endpoint == "disabled":
            return Response("403 - Forbidden\n", 403)
        path = request.path.strip("/")
        putting = request.method == "PUT"
        _limit_hops(request, int(instance.metadata_options.http_put_response_hop_limit) if putting else USUAL_TTL)
        if putting and path == "latest/api/token":
            return self._new_token(request, instance)
        instance_id, end = self._tokens.get(request.headers.get("X-aws-ec2-metadata-token", ""), ("", 0.0))
        if instance_id != instance.id or end < time.monotonic():
            return Response("401 - Unauthorized\n", 401)
        if request.method != "GET":
            return Response("405 - Method Not Allowed\n", 405)
        found = self._find(instance, path)
        return Response("404 - Not Found\n", 404) if found is None else Response(found, mimetype="text/plain")

    def _new_token(self, request: Request, instance: Any) -> Response:
        header = "X-aws-ec2-metadata-token-ttl-seconds"
        seconds = request.headers.get(header, "")
        if not seconds.isdigit() or not 1 <= int(seconds) <= LONGEST_TOKEN:
            return Response("400 - Bad Request\n", 400)
        now = time.monotonic()
        self._tokens = {token: kept for token, kept in self._tokens.items() if kept[1] > now}
        token = secrets.token_urlsafe(40)
        self._tokens[token] = (instance.id, now + int(seconds))
        return Response(token, mimetype="text/plain", headers={header: seconds})

    def _find(self, instance: Any, path: str) -> str | bytes | None:
        """What stands at a path; a listing for a folder; None where nothing is."""
        if not path:
            return "\n".join(VERSIONS)
        version, _, path = path.partition("/")
        if version not in VERSIONS:
            return None
        user_data = base64.b64decode(str(instance.user_data)) if instance.user_data else None
        if path == "user-data":
            return user_data
        found: Any = {**self._tree(instance), **({"user-data": ""} if user_data else {})}
        for step in path.split("/") if path else []:
            if not isinstance(found, dict) or step not in found:
                return None
            found = found[step]
        if callable(found):
            found = found()
        if isinstance(found, dict):
            return "\n".join(name + ("/" if isinstance(value, dict) else "") for name, value in found.items())
        return str(found) if found is not None else None

    def _tree(self, instance: Any) -> dict[str, Any]:
        role = plain.role_of(instance)
        meta: dict[str, Any] = {
            "ami-id": instance.image_id,
            "hostname": instance.private_dns_name,
            "instance-id": instance.id,
            "instance-type": instance.instance_type,
            "local-hostname": instance.private_dns_name,
            "local-ipv4": instance.private_ip,
            "mac": instance.nics[0].mac_address,
            "placement": {"availability-zone": instance._placement.zone, "region": REGION},
            "public-ipv4": instance.public_ip,
            "security-groups": "\n".join(group.name for group in instance.security_groups),
            "services": {"domain": "amazonaws.com", "partition": "aws"},
        }
        if key := _public_key(instance):
            meta["public-keys"] = {"0": {"openssh-key": key}}
        if role is not None:
            meta["iam"] = {
                "info": lambda: json.dumps(_profile(instance, self._credentials.of(instance, role))),
                "security-credentials": {role.name: lambda: json.dumps(self._credentials.of(instance, role))},
            }
        if _tags_shown(instance):
            meta["tags"] = {"instance": {tag["key"]: tag["value"] for tag in instance.get_tags()}}
        document = {
            "accountId": ACCOUNT,
            "architecture": "x86_64",
            "availabilityZone": instance._placement.zone,
            "imageId": instance.image_id,
            "instanceId": instance.id,
            "instanceType": instance.instance_type,
            "privateIp": instance.private_ip,
            "region": REGION,
            "version": "2017-09-30",
        }
        return {"meta-data": meta, "dynamic": {"instance-identity": {"document": json.dumps(document)}}}


def _limit_hops(request: Request, most: int) -> None:
    """A token does not get further from the machine than its hop limit: not out of a proxy on it, say."""
    connection = request.environ.get("werkzeug.socket")
    if connection is not None:
        connection.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, min(most, 64))


def _instance_at(address: str) -> Any | None:
    for instance in plain.instances():
        if instance.private_ip == address and instance._state.name in ("pending", "running", "stopping"):
            return instance
    return None


def _public_key(instance: Any) -> str | None:
    pair = plain.ec2().key_pairs.get(instance.key_name)
    return f"{pair.public_key.strip()} {instance.key_name}" if pair else None


def _profile(instance: Any, credentials: Mapping[str, str]) -> dict[str, str]:
    profile = plain.ec2().iam_instance_profile_associations[instance.id].iam_instance_profile
    return {
        "Code": "Success",
        "LastUpdated": credentials["LastUpdated"],
        "InstanceProfileArn": profile.arn,
        "InstanceProfileId": profile.id,
    }


def _tags_shown(instance: Any) -> bool:
    return bool(instance.metadata_options.instance_metadata_tags == "enabled")
