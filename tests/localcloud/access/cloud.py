"""An endpoint with all that stands behind it in the daemon, but machines: boto3 talks to it over HTTP."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from localcloud import bends
from localcloud.access.access import Access
from localcloud.access.resources import Resources
from localcloud.access.sessions import Credentials
from localcloud.access.sts import Sts
from localcloud.cloudformation import CloudFormation
from localcloud.destinations import Destinations
from localcloud.endpoint import Endpoint, serve
from localcloud.s3 import S3
from localcloud.sqs import Sqs
from localcloud.swf import Swf

ACCOUNT = "123456789012"
OPERATOR = ("LOCALoperator", "the operator's secret")


class Cloud:
    """`client(service)` is the operator's, `client(service, keys)` somebody else's."""

    def __init__(self, folder: Path) -> None:
        from moto.iam.models import IAMBackend
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

        self.sqs = Sqs(folder / "sqs.sqlite")
        destinations = Destinations(self.sqs, lambda *asked: self.access.service_may(*asked))
        self.s3 = S3(folder / "s3", destinations.deliver, destinations.may_deliver)
        self.swf = Swf(folder / "swf.sqlite")
        self.formation = CloudFormation(folder / "cfn.sqlite", lambda: self.endpoint, credentials=OPERATOR)
        self.access = Access(OPERATOR, Resources(self.s3, self.sqs, self.formation))
        self.sts = Sts(self.access.sessions)
        own = {
            "sqs": self.sqs.app,
            "s3": self.s3.app,
            "swf": self.swf.app,
            "sts": self.sts.app,
            "cloudformation": self.formation.app,
        }
        moto = DomainDispatcherApplication(create_backend_app)
        if not hasattr(IAMBackend.get_policy, "__wrapped__"):  # once a process
            bends.policies_of_aws()
        bends.send_to(self.sqs.deliver, self.sqs.policy, lambda *asked: self.access.service_may(*asked))
        endpoint = Endpoint(own, moto, lambda service: None, dict, self.access.admit)
        self._parts = (self.sqs, self.s3, self.swf, self.formation)
        for part in self._parts:
            part.start()
        self.server = serve(endpoint, "127.0.0.1", 0)
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}"
        self._count = 0

    def stop(self) -> None:
        self.server.shutdown()
        for part in reversed(self._parts):
            part.stop()

    def client(self, service: str, keys: tuple[str | None, ...] = OPERATOR, **more: Any) -> Any:
        config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, **more)
        key, secret, token = (*keys, None)[:3]
        return boto3.client(
            service,  # type: ignore[call-overload]
            region_name="us-east-1",
            endpoint_url=self.endpoint,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=token,
            config=config,
        )

    def role(self, *statements: dict[str, Any], **more: Any) -> str:
        """The ARN of a new role with these statements."""
        self._count += 1
        name, iam = f"role-{id(self)}-{self._count}", self.client("iam")
        trust = document({"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"})
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust, **more)["Role"]["Arn"]
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(*statements))
        return str(arn)

    def assumed(self, arn: str, **more: Any) -> tuple[str, str, str]:
        """Keys of a session in a role."""
        asked = {"RoleArn": arn, "RoleSessionName": "machine", **more}
        given = self.client("sts").assume_role(**asked)["Credentials"]
        return given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]

    def may(self, *statements: dict[str, Any]) -> tuple[str, str, str]:
        """Keys of a session that may what the statements say."""
        return self.assumed(self.role(*statements))

    def user(self, *statements: dict[str, Any]) -> tuple[str, str, str]:
        """(name, access key, secret) of a new user with these statements."""
        self._count += 1
        name, iam = f"user-{id(self)}-{self._count}", self.client("iam")
        iam.create_user(UserName=name)
        if statements:
            iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document(*statements))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return name, key["AccessKeyId"], key["SecretAccessKey"]


def keys(given: Credentials) -> tuple[str, str, str]:
    return given.access_key, given.secret_key, given.token


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def refused(call: Any, **asked: Any) -> tuple[str, int, str]:
    """(code, status, message) with which a call is refused."""
    try:
        call(**asked)
    except ClientError as error:
        told = error.response
        return told["Error"]["Code"], told["ResponseMetadata"]["HTTPStatusCode"], told["Error"].get("Message", "")
    raise AssertionError(f"not refused: {asked}")
