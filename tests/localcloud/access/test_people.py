"""Whose keys they are: the operator's, users', sessions'; and which are none, or none any more."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
import uuid
from typing import Any

import pytest

from localcloud.access.sessions import Sessions
from tests.localcloud.access.cloud import ACCOUNT, OPERATOR, Cloud, allow, document, keys, refused

INVALID = "The security token included in the request is invalid."


def identity(gate: Cloud, of: tuple[str | None, ...]) -> tuple[str, str]:
    told = gate.client("sts", of).get_caller_identity()
    assert told["Account"] == ACCOUNT
    return told["Arn"], told["UserId"]


def test_everybody_is_told_who_they_are(gate: Cloud) -> None:
    assert identity(gate, OPERATOR) == (f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT)
    name, *user = gate.user()
    arn, id_ = identity(gate, tuple(user))
    assert (arn, id_[:4]) == (
        f"arn:aws:iam::{ACCOUNT}:user/{name}",
        gate.client("iam").get_user(UserName=name)["User"]["UserId"][:4],
    )
    role = gate.role()
    arn, id_ = identity(gate, gate.assumed(role))
    assert arn == role.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/") + "/machine"
    assert id_ == gate.client("iam").get_role(RoleName=role.rpartition("/")[2])["Role"]["RoleId"] + ":machine"
    mine = gate.client("sts", tuple(user)).get_session_token()["Credentials"]
    in_session = (mine["AccessKeyId"], mine["SecretAccessKey"], mine["SessionToken"])
    assert identity(gate, in_session)[0] == f"arn:aws:iam::{ACCOUNT}:user/{name}"


WRONG = {
    "sqs": (("InvalidClientTokenId", 403), ("SignatureDoesNotMatch", 403), ("ExpiredToken", 403)),
    "swf": (("UnrecognizedClientException", 400), ("InvalidSignatureException", 400), ("ExpiredTokenException", 400)),
    "cloudformation": (("InvalidClientTokenId", 403), ("SignatureDoesNotMatch", 403), ("ExpiredToken", 403)),
    "s3": (("InvalidAccessKeyId", 403), ("SignatureDoesNotMatch", 403), ("ExpiredToken", 400)),
    "ec2": (("AuthFailure", 401), ("AuthFailure", 401), ("RequestExpired", 400)),
    "secretsmanager": (
        ("UnrecognizedClientException", 400),
        ("InvalidSignatureException", 400),
        ("ExpiredTokenException", 400),
    ),
}
READS: dict[str, tuple[str, dict[str, Any]]] = {
    "sqs": ("list_queues", {}),
    "swf": ("list_domains", {"registrationStatus": "REGISTERED"}),
    "cloudformation": ("list_stacks", {}),
    "s3": ("list_buckets", {}),
    "ec2": ("describe_vpcs", {}),
    "secretsmanager": ("list_secrets", {}),
}


@pytest.mark.parametrize("service", WRONG)
def test_keys_that_are_none(gate: Cloud, service: str) -> None:
    call, asked = READS[service]
    unknown, forged, late = WRONG[service]
    assert refused(getattr(gate.client(service, ("AKIANOBODYS", "x")), call), **asked)[:2] == unknown
    assert refused(getattr(gate.client(service, (OPERATOR[0], "guessed")), call), **asked)[:2] == forged
    role = gate.client("iam").get_role(RoleName=gate.role(allow("*")).rpartition("/")[2])["Role"]["RoleId"]
    expired = keys(gate.access.sessions.issue(role, "machine", -1))
    assert refused(getattr(gate.client(service, expired), call), **asked)[:2] == late


def test_a_key_that_was_taken_away(gate: Cloud) -> None:
    iam = gate.client("iam")
    name, key, secret = gate.user(allow("sqs:*"))
    sqs = gate.client("sqs", (key, secret))
    sqs.list_queues()
    iam.update_access_key(UserName=name, AccessKeyId=key, Status="Inactive")
    assert refused(sqs.list_queues)[2] == INVALID
    iam.update_access_key(UserName=name, AccessKeyId=key, Status="Active")
    sqs.list_queues()
    iam.delete_access_key(UserName=name, AccessKeyId=key)
    assert refused(sqs.list_queues)[2] == INVALID


def test_a_session_ends_with_its_role(gate: Cloud) -> None:
    role = gate.role()
    session = gate.client("sts", gate.assumed(role))
    session.get_caller_identity()
    gate.client("iam").delete_role(RoleName=role.rpartition("/")[2])
    assert refused(session.get_caller_identity)[0] == "InvalidClientTokenId"


def test_tokens_are_not_to_be_made_up(gate: Cloud) -> None:
    key, secret, token = gate.assumed(gate.role(allow("*")))
    for wrong in (token[:-4] + "AAAA", "x", Sessions("another cloud").issue("1", "s", 900).token):
        assert refused(gate.client("s3", (key, secret, wrong)).list_buckets)[0] == "InvalidToken"
    assert refused(gate.client("s3", (key, secret)).list_buckets)[0] == "InvalidAccessKeyId"


def test_a_user_has_the_rights_of_its_groups(gate: Cloud) -> None:
    iam, group = gate.client("iam"), f"g-{uuid.uuid4().hex}"
    name, *of = gate.user()
    iam.create_group(GroupName=group)
    arn = iam.create_policy(PolicyName=group, PolicyDocument=document(allow("sqs:ListQueues")))["Policy"]["Arn"]
    iam.attach_group_policy(GroupName=group, PolicyArn=arn)
    sqs = gate.client("sqs", tuple(of))
    assert refused(sqs.list_queues)[0] == "AccessDenied"
    iam.add_user_to_group(GroupName=group, UserName=name)
    sqs.list_queues()
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(allow("sqs:Get*")), SetAsDefault=True)
    assert refused(sqs.list_queues)[0] == "AccessDenied"


def test_a_session_may_be_narrowed(gate: Cloud) -> None:
    role = gate.role(allow("sqs:*"), allow("swf:*"))
    narrowed = gate.assumed(role, Policy=document(allow("sqs:*")))
    gate.client("sqs", narrowed).list_queues()
    said = refused(gate.client("swf", narrowed).list_domains, registrationStatus="REGISTERED")[2]
    assert said.endswith("because no session policy allows the swf:ListDomains action")


def test_a_boundary_narrows(gate: Cloud) -> None:
    iam = gate.client("iam")
    name = f"p-{uuid.uuid4().hex}"
    arn = iam.create_policy(PolicyName=name, PolicyDocument=document(allow("swf:*")))["Policy"]["Arn"]
    bounded = gate.assumed(gate.role(allow("*"), PermissionsBoundary=arn))
    gate.client("swf", bounded).list_domains(registrationStatus="REGISTERED")
    said = refused(gate.client("sqs", bounded).list_queues)[2]
    assert said.endswith("because no permissions boundary allows the sqs:listqueues action")


def test_a_role_is_assumed_by_whom_it_trusts(gate: Cloud) -> None:
    role = gate.role()
    asked = {"RoleArn": role, "RoleSessionName": "somebody"}
    _, *nobody = gate.user()
    _, *allowed = gate.user(allow("sts:AssumeRole", role))
    assert refused(gate.client("sts", tuple(nobody)).assume_role, **asked)[0] == "AccessDenied"
    gate.client("sts", tuple(allowed)).assume_role(**asked)
    trust = document({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
    gate.client("iam").update_assume_role_policy(RoleName=role.rpartition("/")[2], PolicyDocument=trust)
    assert refused(gate.client("sts", tuple(allowed)).assume_role, **asked)[:2] == ("AccessDenied", 403)
    missing = {**asked, "RoleArn": f"{role}-2"}
    assert refused(gate.client("sts").assume_role, **missing)[:2] == ("AccessDenied", 403)
    too_long = {**asked, "DurationSeconds": 43_200}
    gate.client("iam").update_assume_role_policy(
        RoleName=role.rpartition("/")[2],
        PolicyDocument=document({"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}),
    )
    assert refused(gate.client("sts").assume_role, **too_long)[0] == "ValidationError"


def test_policies_of_aws_can_be_attached(gate: Cloud) -> None:
    role = gate.role()
    name, arn = role.rpartition("/")[2], "arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"
    gate.client("iam").attach_role_policy(RoleName=name, PolicyArn=arn)
    sqs = gate.client("sqs", gate.assumed(role))
    sqs.list_queues()
    assert refused(sqs.create_queue, QueueName="x")[0] == "AccessDenied"


def test_what_is_not_signed(gate: Cloud) -> None:
    from botocore import UNSIGNED

    unsigned = {"signature_version": UNSIGNED}
    for service, code in (("swf", "MissingAuthenticationTokenException"), ("sts", "MissingAuthenticationToken")):
        call = {"swf": "list_domains", "sts": "get_caller_identity"}[service]
        asked = READS["swf"][1] if service == "swf" else {}
        assert refused(getattr(gate.client(service, **unsigned), call), **asked)[0] == code
    for path in ("/moto-api/reset", "/moto-api/data.json"):
        with pytest.raises(urllib.error.HTTPError) as error:
            urllib.request.urlopen(gate.endpoint + path, data=b"" if path.endswith("reset") else None, timeout=20)
        assert error.value.code == 403


def test_addresses_signed_beforehand(gate: Cloud) -> None:
    bucket = f"b{uuid.uuid4().hex[:20]}"
    gate.client("s3").create_bucket(Bucket=bucket)
    gate.client("s3").put_object(Bucket=bucket, Key="a b", Body=b"x")
    mine = gate.may(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"))
    for version in ("s3", "s3v4"):  # boto3's own choice is the old one
        s3 = gate.client("s3", mine, signature_version=version)
        url = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "a b"}, 60)
        assert fetched(url) == b"x"
        assert fetched(url.replace("a%20b", "c")) == 403
        assert fetched(s3.generate_presigned_url("list_buckets", {}, 60)) == 403
        late = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "a b"}, 1)
        time.sleep(2.1)
        assert fetched(late) == 403


def fetched(url: str) -> bytes | int:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        return error.code


def test_forms_signed_beforehand(gate: Cloud) -> None:
    bucket = f"b{uuid.uuid4().hex[:20]}"
    gate.client("s3").create_bucket(Bucket=bucket)
    mine = gate.may(allow("s3:PutObject", f"arn:aws:s3:::{bucket}/in/*"))
    for version in ("s3", "s3v4"):
        s3 = gate.client("s3", mine, signature_version=version)
        fields = s3.generate_presigned_post(bucket, "in/a")["fields"]
        assert posted(gate, bucket, fields) == 204
        other = s3.generate_presigned_post(bucket, "in/b")["fields"]
        assert posted(gate, bucket, {**other, "policy": fields["policy"], "key": "in/a"}) == 403
        assert posted(gate, bucket, s3.generate_presigned_post(bucket, "out/a")["fields"]) == 403
    assert posted(gate, bucket, {"key": "in/b"}) == 403
    listed = gate.client("s3").list_objects_v2(Bucket=bucket)["Contents"]
    assert [each["Key"] for each in listed] == ["in/a"]


def posted(gate: Cloud, bucket: str, fields: dict[str, str]) -> int:
    parts = [
        f'--xx\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    ]
    parts.append('--xx\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nx\r\n--xx--\r\n')
    headers = {"Content-Type": "multipart/form-data; boundary=xx"}
    request = urllib.request.Request(f"{gate.endpoint}/{bucket}", "".join(parts).encode(), headers, method="POST")
    try:
        return int(urllib.request.urlopen(request, timeout=20).status)
    except urllib.error.HTTPError as error:
        return error.code


def test_a_parameter_given_twice_is_refused(gate: Cloud) -> None:
    body = b"Action=GetCallerIdentity&Action=AssumeRole&Version=2011-06-15"
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    _, key, secret = gate.user()
    request = AWSRequest("POST", gate.endpoint + "/", headers=headers, data=body)
    SigV4Auth(Credentials(key, secret), "sts", "us-east-1").add_auth(request)
    asked = urllib.request.Request(str(request.url), body, dict(request.headers.items()))
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(asked, timeout=20)
    assert b"MalformedQueryString" in error.value.read()
