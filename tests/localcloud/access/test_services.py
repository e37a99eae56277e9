"""Each service over HTTP, by boto3: what a role allows goes through, what it doesn't is refused in AWS's words."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
import uuid
from typing import Any

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.localcloud.access.cloud import ACCOUNT, Cloud, allow, document, refused

QUEUES = f"arn:aws:sqs:us-east-1:{ACCOUNT}"


def told(service: str, action: str, resource: str, why: str = "") -> str:
    """What is said of a session named `machine`, after its role's name."""
    return f"/machine is not authorized to perform: {action} on resource: {resource} " + (
        why or f"because no identity-based policy allows the {action} action"
    )


@pytest.fixture
def bucket(gate: Cloud) -> str:
    name = f"b{uuid.uuid4().hex[:20]}"
    gate.client("s3").create_bucket(Bucket=name)
    return name


def test_s3(gate: Cloud, bucket: str) -> None:
    operator = gate.client("s3")
    for key in ("in/a b", "out/a"):
        operator.put_object(Bucket=bucket, Key=key, Body=b"x")
    listing = {"Condition": {"StringLike": {"s3:prefix": "in/*"}}}
    s3 = gate.client("s3", gate.may(
        allow("s3:GetObject", f"arn:aws:s3:::{bucket}/in/*"),
        allow("s3:PutObject", f"arn:aws:s3:::{bucket}/made/*"),
        allow("s3:DeleteObject", f"arn:aws:s3:::{bucket}/in/*"),
        allow("s3:ListBucket", f"arn:aws:s3:::{bucket}", **listing),
    ))  # fmt: skip
    assert s3.get_object(Bucket=bucket, Key="in/a b")["Body"].read() == b"x"
    s3.head_object(Bucket=bucket, Key="in/a b")
    code, status, message = refused(s3.get_object, Bucket=bucket, Key="out/a")
    assert (code, status) == ("AccessDenied", 403)
    assert message.startswith(f"User: arn:aws:sts::{ACCOUNT}:assumed-role/role-")
    assert message.endswith(told("s3", "s3:GetObject", f'"arn:aws:s3:::{bucket}/out/a"'))
    assert refused(s3.head_object, Bucket=bucket, Key="out/a")[:2] == ("403", 403)
    assert s3.list_objects_v2(Bucket=bucket, Prefix="in/")["KeyCount"] == 1
    assert refused(s3.list_objects_v2, Bucket=bucket)[0] == "AccessDenied"
    s3.copy_object(Bucket=bucket, Key="made/a", CopySource={"Bucket": bucket, "Key": "in/a b"})
    for source, key in (("out/a", "made/a"), ("in/a b", "in/b")):
        copying = {"Bucket": bucket, "Key": key, "CopySource": {"Bucket": bucket, "Key": source}}
        assert refused(s3.copy_object, **copying)[0] == "AccessDenied"
    upload = s3.create_multipart_upload(Bucket=bucket, Key="made/b")["UploadId"]
    s3.upload_part(Bucket=bucket, Key="made/b", UploadId=upload, PartNumber=1, Body=b"x")
    assert refused(s3.abort_multipart_upload, Bucket=bucket, Key="made/b", UploadId=upload)[0] == "AccessDenied"
    assert refused(s3.put_object, Bucket=bucket, Key="made/c", Tagging="a=1")[0] == "AccessDenied"
    assert refused(s3.list_buckets)[0] == "AccessDenied"
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "in/a b"}, {"Key": "out/a"}]})
    assert [each["Key"] for each in answer["Deleted"]] == ["in/a b"]
    assert [(each["Key"], each["Code"]) for each in answer["Errors"]] == [("out/a", "AccessDenied")]


def test_sqs(gate: Cloud) -> None:
    operator, mine, others = gate.client("sqs"), f"mine-{uuid.uuid4().hex}", f"others-{uuid.uuid4().hex}"
    urls = {name: operator.create_queue(QueueName=name)["QueueUrl"] for name in (mine, others)}
    rights = allow(["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:GetQueueUrl"], f"{QUEUES}:{mine}")
    sqs = gate.client("sqs", gate.may(rights))
    assert sqs.get_queue_url(QueueName=mine)["QueueUrl"] == urls[mine]
    sqs.send_message_batch(QueueUrl=urls[mine], Entries=[{"Id": "1", "MessageBody": "x"}])
    message = sqs.receive_message(QueueUrl=urls[mine], AttributeNames=["SenderId"])["Messages"][0]
    assert message["Attributes"]["SenderId"].endswith(":machine")
    code, status, said = refused(sqs.send_message, QueueUrl=urls[others], MessageBody="x")
    assert (code, status) == ("AccessDenied", 403)
    assert said.endswith(told("sqs", "sqs:sendmessage", f"{QUEUES}:{others}"))
    handle = message["ReceiptHandle"]
    assert refused(sqs.delete_message, QueueUrl=urls[mine], ReceiptHandle=handle)[0] == "AccessDenied"
    # what is judged is what SQS will act on, whatever else a request says
    assert refused(sqs.get_queue_url, QueueName=others)[0] == "AccessDenied"
    assert refused(sqs.list_queues)[0] == "AccessDenied"


def test_swf(gate: Cloud) -> None:
    operator, domain = gate.client("swf"), f"d-{uuid.uuid4().hex}"
    operator.register_domain(name=domain, workflowExecutionRetentionPeriodInDays="1")
    arn = f"arn:aws:swf:us-east-1:{ACCOUNT}:/domain/{domain}"
    typed = {"Condition": {"StringEquals": {"swf:workflowType.name": "Publish"}}}
    swf = gate.client("swf", gate.may(
        allow(["swf:RegisterWorkflowType", "swf:CountPendingDecisionTasks"], arn),
        allow("swf:DescribeWorkflowType", arn, **typed),
    ))  # fmt: skip
    for name in ("Publish", "Silence"):
        swf.register_workflow_type(domain=domain, name=name, version="1")
    swf.describe_workflow_type(domain=domain, workflowType={"name": "Publish", "version": "1"})
    other = {"name": "Silence", "version": "1"}
    code, status, said = refused(swf.describe_workflow_type, domain=domain, workflowType=other)
    assert (code, status) == ("AccessDeniedException", 400)
    assert said.endswith(told("swf", "swf:DescribeWorkflowType", arn))
    elsewhere = refused(swf.register_workflow_type, domain="other", name="x", version="1")
    assert elsewhere[0] == "AccessDeniedException"
    assert refused(swf.list_domains, registrationStatus="REGISTERED")[2].endswith(
        told("swf", "swf:ListDomains", f"arn:aws:swf:us-east-1:{ACCOUNT}:/domain/*")
    )


def test_secrets_manager(gate: Cloud) -> None:
    operator, name = gate.client("secretsmanager"), f"s-{uuid.uuid4().hex}"
    arn = operator.create_secret(Name=name, SecretString="x")["ARN"]
    operator.create_secret(Name=f"{name}-other", SecretString="y")
    secrets = gate.client("secretsmanager", gate.may(allow("secretsmanager:GetSecretValue", arn)))
    for id_ in (arn, name):
        assert secrets.get_secret_value(SecretId=id_)["SecretString"] == "x"
    code, status, said = refused(secrets.get_secret_value, SecretId=f"{name}-other")
    assert (code, status) == ("AccessDeniedException", 400)
    assert "is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:" in said
    assert refused(secrets.delete_secret, SecretId=name)[0] == "AccessDeniedException"
    reader = gate.role()
    statement = allow("secretsmanager:GetSecretValue", Principal={"AWS": reader})
    operator.put_resource_policy(SecretId=name, ResourcePolicy=document(statement))
    by_resource = gate.client("secretsmanager", gate.assumed(reader))
    assert by_resource.get_secret_value(SecretId=name)["SecretString"] == "x"


TEMPLATE = json.dumps({"Resources": {"Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}})


def test_cloudformation(gate: Cloud) -> None:
    operator, name = gate.client("cloudformation"), f"s-{uuid.uuid4().hex}"
    stack = operator.create_stack(StackName=name, TemplateBody=TEMPLATE)["StackId"]
    operator.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    formation = gate.client("cloudformation", gate.may(allow("cloudformation:DescribeStacks", stack)))
    for id_ in (stack, name):
        assert formation.describe_stacks(StackName=id_)["Stacks"][0]["StackId"] == stack
    code, status, said = refused(formation.describe_stacks)
    assert (code, status) == ("AccessDenied", 403)
    every = f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/*/*"
    assert said.endswith(told("cloudformation", "cloudformation:DescribeStacks", every))
    assert refused(formation.delete_stack, StackName=name)[0] == "AccessDenied"
    assert refused(formation.create_stack, StackName="other", TemplateBody=TEMPLATE)[0] == "AccessDenied"
    assert operator.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"


def test_other_services_ask_for_the_action_alone(gate: Cloud) -> None:
    keys = gate.may(allow("ec2:Describe*"), allow("route53:ListHostedZones"), allow("sns:Publish", "arn:aws:sns:*:*:a"))
    gate.client("ec2", keys).describe_vpcs()
    code, status, said = refused(gate.client("ec2", keys).create_vpc, CidrBlock="10.9.0.0/16")
    assert (code, status) == ("UnauthorizedOperation", 403)
    assert said.startswith("You are not authorized to perform this operation. User: arn:aws:sts::")
    gate.client("route53", keys).list_hosted_zones()
    assert refused(gate.client("route53", keys).get_hosted_zone, Id="Z1")[0] == "AccessDenied"
    assert refused(gate.client("ssm", keys).describe_parameters)[0] == "AccessDeniedException"
    assert refused(gate.client("iam", keys).list_roles)[0] == "AccessDenied"
    topic = f"arn:aws:sns:us-east-1:{ACCOUNT}:b"
    assert refused(gate.client("sns", keys).publish, TopicArn=topic, Message="x")[0] == "AuthorizationError"


def test_policies_of_a_bucket(gate: Cloud, bucket: str) -> None:
    operator, reader = gate.client("s3"), gate.role()
    operator.put_object(Bucket=bucket, Key="a", Body=b"x")
    everything = f"arn:aws:s3:::{bucket}/*"

    def put(*statements: dict[str, Any]) -> None:
        operator.put_bucket_policy(Bucket=bucket, Policy=document(*statements))

    s3 = gate.client("s3", gate.assumed(reader))
    assert refused(s3.get_object, Bucket=bucket, Key="a")[0] == "AccessDenied"
    tls = {"Condition": {"Bool": {"aws:SecureTransport": "false"}}, "Principal": "*", "Effect": "Deny"}
    put(allow("s3:GetObject", everything, Principal={"AWS": reader}), allow("s3:*", everything) | tls)
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"x"
    put(allow("s3:*", [everything, f"arn:aws:s3:::{bucket}"], Principal="*") | {"Effect": "Deny"})
    code, _, said = refused(operator.get_object, Bucket=bucket, Key="a")
    assert (code, said.endswith("with an explicit deny in a resource-based policy")) == ("AccessDenied", True)
    operator.delete_bucket_policy(Bucket=bucket)  # by which root lets itself in again
    operator.get_object(Bucket=bucket, Key="a")


def test_a_public_bucket(gate: Cloud, bucket: str) -> None:
    from botocore import UNSIGNED

    operator, nobody = gate.client("s3"), gate.client("s3", signature_version=UNSIGNED)
    operator.put_object(Bucket=bucket, Key="a", Body=b"x")
    assert refused(nobody.get_object, Bucket=bucket, Key="a") == ("AccessDenied", 403, "Access Denied")
    off = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), False)
    operator.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=off)
    public = document(allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*", Principal="*"))
    operator.put_bucket_policy(Bucket=bucket, Policy=public)
    assert nobody.get_object(Bucket=bucket, Key="a")["Body"].read() == b"x"
    assert refused(nobody.put_object, Bucket=bucket, Key="a", Body=b"y")[0] == "AccessDenied"
    restricted = {**off, "RestrictPublicBuckets": True}
    operator.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=restricted)
    assert refused(nobody.get_object, Bucket=bucket, Key="a")[0] == "AccessDenied"


def test_a_bucket_tells_only_a_queue_that_lets_it(gate: Cloud, bucket: str) -> None:
    s3, sqs = gate.client("s3"), gate.client("sqs")
    url = sqs.create_queue(QueueName=bucket)["QueueUrl"]
    arn = f"{QUEUES}:{bucket}"
    wanted = {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]}
    put = s3.put_bucket_notification_configuration
    assert refused(put, Bucket=bucket, NotificationConfiguration=wanted)[0] == "InvalidArgument"
    from_here = {"Condition": {"ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"}}}
    statement = allow("sqs:SendMessage", arn, Principal={"Service": "s3.amazonaws.com"}, **from_here)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document(statement)})
    put(Bucket=bucket, NotificationConfiguration=wanted)
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    bodies: list[str] = []
    while not any('"ObjectCreated:Put"' in body for body in bodies):
        answer = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20, MaxNumberOfMessages=10)
        assert answer.get("Messages"), "nothing arrived"
        bodies += [message["Body"] for message in answer["Messages"]]


def test_each_decision_is_asked_for(gate: Cloud) -> None:
    operator, domain = gate.client("swf"), f"d-{uuid.uuid4().hex}"
    operator.register_domain(name=domain, workflowExecutionRetentionPeriodInDays="1")
    arn, kind = f"arn:aws:swf:us-east-1:{ACCOUNT}:/domain/{domain}", {"name": "Publish", "version": "1"}
    operator.register_workflow_type(domain=domain, **kind)
    operator.start_workflow_execution(
        domain=domain, workflowId="w", workflowType=kind, taskList={"name": "l"}, childPolicy="TERMINATE",
        executionStartToCloseTimeout="60", taskStartToCloseTimeout="30",
    )  # fmt: skip
    rights = ["swf:PollForDecisionTask", "swf:RespondDecisionTaskCompleted", "swf:RecordMarker"]
    decider = gate.client("swf", gate.may(allow(rights, arn)))
    token = decider.poll_for_decision_task(domain=domain, taskList={"name": "l"})["taskToken"]
    decisions = [
        {"decisionType": "RecordMarker", "recordMarkerDecisionAttributes": {"markerName": "m"}},
        {
            "decisionType": "StartTimer",
            "startTimerDecisionAttributes": {"timerId": "t", "startToFireTimeout": "1"},
        },
        {"decisionType": "CompleteWorkflowExecution"},
    ]
    decider.respond_decision_task_completed(taskToken=token, decisions=decisions)
    events = decider.poll_for_decision_task(domain=domain, taskList={"name": "l"})["events"]
    kinds = [event["eventType"] for event in events[4:]]
    assert kinds == ["MarkerRecorded", "StartTimerFailed", "CompleteWorkflowExecutionFailed",
                     "DecisionTaskScheduled", "DecisionTaskStarted"] or kinds == [
        "MarkerRecorded", "StartTimerFailed", "DecisionTaskScheduled", "CompleteWorkflowExecutionFailed",
        "DecisionTaskStarted"]  # fmt: skip
    failed = next(event for event in events if event["eventType"] == "StartTimerFailed")
    told = failed["startTimerFailedEventAttributes"]
    assert (told["timerId"], told["cause"]) == ("t", "OPERATION_NOT_PERMITTED")


def sent(
    gate: Cloud, keys: tuple[str, ...], service: str, path: str, headers: dict[str, str], body: bytes = b""
) -> str:
    """A POST signed by hand: what is answered, status and body."""
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
    request = AWSRequest("POST", gate.endpoint + path, headers=headers, data=body)
    signer(Credentials(*keys), service, "us-east-1").add_auth(request)
    asked = urllib.request.Request(str(request.url), body, dict(request.headers.items()))
    try:
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return f"{answer.status} {answer.read().decode()}"
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.read().decode()}"


def test_what_is_judged_is_what_is_done(gate: Cloud, bucket: str) -> None:
    """A request that reads one way to the gate and another way to the service is refused."""
    nothing = gate.assumed(gate.role())
    form = {"Content-Type": "multipart/form-data; boundary=xx"}
    assert sent(gate, nothing, "s3", f"/{bucket}/key?uploads=", form).startswith("403")
    part = "Content-Disposition: form-data; name="
    body = f'--xx\r\n{part}"key"\r\n\r\nk\r\n--xx\r\n{part}"file"; filename="f"\r\n\r\nx\r\n--xx--\r\n'.encode()
    assert sent(gate, nothing, "s3", f"/{bucket}?x=delete", form, body).startswith("403")
    assert gate.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] == 0

    describes = gate.may(allow("ec2:DescribeVpcs"))
    urlencoded = {"Content-Type": "application/x-www-form-urlencoded"}
    create = b"Action=CreateVpc&CidrBlock=10.8.0.0/16&Version=2016-11-15"
    assert "UnauthorizedOperation" in sent(gate, describes, "ec2", "/", urlencoded, create)
    both = sent(gate, describes, "ec2", "/", {**urlencoded, "X-Amz-Target": "x.DescribeVpcs"}, create)
    assert "MalformedQueryString" in both
    assert "MalformedQueryString" in sent(gate, describes, "ec2", "/?Action=DescribeVpcs", {}, create)
    assert "MalformedQueryString" in sent(gate, describes, "ec2", "/?Action=DescribeVpcs", form, create)

    reads, json_type = gate.may(allow("ssm:DescribeParameters")), {"Content-Type": "application/x-amz-json-1.1"}
    target = {**json_type, "X-Amz-Target": "AmazonSSM.DescribeParameters"}
    assert sent(gate, reads, "ssm", "/", target, b"{}").startswith("200")
    assert sent(gate, reads, "ssm", "/?Action=PutParameter", target, b"{}").startswith("400")
    assert sent(gate, reads, "ssm", "/moto-api/reset", target).startswith("400")


def test_a_wait_conditions_address_is_for_whoever_knows_it(gate: Cloud) -> None:
    formation, name = gate.client("cloudformation"), f"s-{uuid.uuid4().hex}"
    template = json.loads(TEMPLATE) | {"Outputs": {"Address": {"Value": {"Ref": "Handle"}}}}
    formation.create_stack(StackName=name, TemplateBody=json.dumps(template))
    formation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    address = formation.describe_stacks(StackName=name)["Stacks"][0]["Outputs"][0]["OutputValue"]
    signal = json.dumps({"Status": "SUCCESS", "Reason": "", "UniqueId": "1", "Data": ""}).encode()

    def put(url: str) -> int:
        try:
            request = urllib.request.Request(url, signal, {"Content-Type": ""}, method="PUT")
            return int(urllib.request.urlopen(request, timeout=20).status)
        except urllib.error.HTTPError as error:
            return error.code

    assert put(address) == 200
    assert put(address.replace("X-Amz-Signature=", "X-Amz-Signature=0")) == 403
    assert put(address.partition("?")[0]) == 403
