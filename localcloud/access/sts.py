"""AWS STS: temporary credentials, and who one is. It answers AWS's query protocol, by moto's parser and serializer."""

from __future__ import annotations

import json
import logging
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from localcloud import plain
from localcloud.access.caller import ROOT, Caller
from localcloud.access.people import managed_policy
from localcloud.access.sessions import Credentials, Sessions
from localcloud.home import ACCOUNT, REGION

log = logging.getLogger(__name__)

SHORTEST = 900  # seconds
LONGEST_OF_A_CHAIN = 3600  # seconds, for a role that assumes another
LONGEST_OF_A_USER = 129_600
SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}")
LONGEST_POLICY = 2048  # characters
MOST_POLICIES = 10


class Fault(Exception):
    """A call refused: `code`, as the query protocol tells it."""

    def __init__(self, message: str, code: str = "ValidationError", status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.status_code = status
        self.errors: list[str] = []


class Sts:
    """Answers STS's API (WSGI, `app`). It keeps nothing: see `Sessions`. Callers come by `localcloud.caller`."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._calls: dict[str, Callable[[Mapping[str, Any], Caller], dict[str, Any]]] = {
            "AssumeRole": self.assume_role,
            "GetAccessKeyInfo": lambda asked, caller: {"Account": ACCOUNT},
            "GetCallerIdentity": lambda asked, caller: {
                "UserId": caller.user_id,
                "Account": caller.account,
                "Arn": caller.arn,
            },
            "GetSessionToken": self.session_token,
        }

    def app(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        from moto.core.model import OperationModel
        from moto.core.serialize import QuerySerializer, SerializationContext
        from moto.core.utils import get_service_model
        from werkzeug.wrappers import Request, Response

        values, model = Request(environ).values, get_service_model("sts")
        name = values.get("Action", "")
        known = name in model.operation_names
        operation = model.operation_model(name) if known else OperationModel({"name": name}, model)
        result = self._perform(name, operation, values, environ.get("localcloud.caller", ROOT))
        context = SerializationContext(request_id=str(uuid.uuid4()))
        told = QuerySerializer(operation, context).serialize(result)
        status = result.status_code if isinstance(result, Fault) else told["status_code"]
        return Response(told["body"], status, content_type="text/xml")(environ, start_response)

    def _perform(self, name: str, operation: Any, values: Any, caller: Caller) -> dict[str, Any] | Fault:
        from moto.core.parse import QueryParser

        call = self._calls.get(name)
        if call is None:
            return Fault(f"{name} is no action of the local cloud's STS", "InvalidAction")
        try:
            asked = QueryParser(operation).parse({"values": values}) if operation.input_shape else {}
            for needed in getattr(operation.input_shape, "required_members", []):
                if needed not in asked:
                    where = needed[0].lower() + needed[1:]
                    said = "failed to satisfy constraint: Member must not be null"
                    raise Fault(f"1 validation error detected: Value null at '{where}' {said}")
            return call(asked, caller)
        except Fault as fault:
            return fault
        except Exception:
            log.exception("%s", name)
            return Fault("We encountered an internal error. Please try again.", "InternalFailure", 500)

    def assume_role(self, asked: Mapping[str, Any], caller: Caller) -> dict[str, Any]:
        """Whether the caller may was asked before: a role that isn't there, nobody may assume."""
        role, name = plain.role(asked["RoleArn"]), asked["RoleSessionName"]
        if role is None:
            raise Fault(f"Role {asked['RoleArn']} is not there", "AccessDenied", 403)
        if not SESSION_NAME.fullmatch(name):
            raise Fault(
                f"1 validation error detected: Value '{name}' at 'roleSessionName' failed to satisfy constraint: "
                r"Member must satisfy regular expression pattern: [\w+=,.@-]*"
            )
        seconds = _seconds(asked, 3600, int(role.max_session_duration or 3600), caller)
        arns = [str(each["arn"]) for each in asked.get("PolicyArns") or ()]
        given = self._sessions.issue(role.id, name, seconds, _session_policies(asked), _known(arns))
        as_session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role.name}/{name}"
        user = {"AssumedRoleId": f"{role.id}:{name}", "Arn": as_session}
        return {"Credentials": _told(given), "AssumedRoleUser": user}

    def of_machine(self, role: Any, instance: Any, seconds: int) -> Credentials:
        """Credentials for a machine, in its role: a session named as the machine."""
        arn = f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{instance.id}"
        return self._sessions.issue(role.id, instance.id, seconds, from_instance=arn)

    def session_token(self, asked: Mapping[str, Any], caller: Caller) -> dict[str, Any]:
        if caller.session is not None:
            raise Fault("Cannot call GetSessionToken with session credentials", "AccessDenied", 403)
        longest = 3600 if caller.user_id == ACCOUNT else LONGEST_OF_A_USER
        seconds = _seconds(asked, min(43_200, longest), longest, caller)
        return {"Credentials": _told(self._sessions.issue(caller.user_id, None, seconds))}


def _seconds(asked: Mapping[str, Any], usual: int, longest: int, caller: Caller) -> int:
    seconds = int(asked.get("DurationSeconds") or usual)
    if seconds < SHORTEST:
        raise Fault(
            f"1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy constraint: "
            f"Member must have value greater than or equal to {SHORTEST}"
        )
    if caller.session is not None and seconds > LONGEST_OF_A_CHAIN:
        raise Fault("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
    if seconds > longest:
        raise Fault("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
    return seconds


def _session_policies(asked: Mapping[str, Any]) -> list[str]:
    policy = asked.get("Policy")
    if not policy:
        return []
    if len(policy) > LONGEST_POLICY:
        raise Fault(
            f"Packed policy consumes more than 100% of its {LONGEST_POLICY} characters.", "PackedPolicyTooLarge"
        )
    try:
        json.loads(policy)["Statement"]
    except (ValueError, KeyError, TypeError):
        raise Fault("This policy contains invalid Json", "MalformedPolicyDocument") from None
    return [policy]


def _known(arns: list[str]) -> list[str]:
    if len(arns) > MOST_POLICIES:
        raise Fault(f"There are more than {MOST_POLICIES} policy ARNs")
    for arn in arns:
        if managed_policy(arn) is None:
            raise Fault(f"Policy {arn} does not exist or is not attachable.", "NoSuchEntity", 404)
    return arns


def _told(given: Credentials) -> dict[str, Any]:
    return {
        "AccessKeyId": given.access_key,
        "SecretAccessKey": given.secret_key,
        "SessionToken": given.token,
        "Expiration": datetime.fromtimestamp(given.end, UTC),
    }
