"""What the machines' role may do: the least that the project needs, each thing by its name."""

from collections.abc import Callable
from typing import Any

from cloudformation.description import Access, BucketAccess, Database, QueueAccess

Find = Callable[..., dict[str, Any]]
Granted = dict[str, set[str]]  # resource -> actions
S3 = "arn:${AWS::Partition}:s3:::"
SQS = "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:"
PLAIN = {
    f"{S3}${{BuilderBucket}}/salt/*": {"s3:GetObject"},
    f"{S3}${{BuilderBucket}}/code/elife-web/*": {"s3:GetObject"},
    f"{S3}${{BuilderBucket}}/stacks/${{AWS::StackName}}/*": {"s3:PutObject"},
    "AWS::StackId": {"cloudformation:DescribeStacks", "cloudformation:GetTemplateSummary"},
}


def _granted(role: dict[str, Any]) -> Granted:
    (policy,) = role["Policies"]
    granted: Granted = {}
    for statement in policy["PolicyDocument"]["Statement"]:
        assert statement["Effect"] == "Allow"
        for resource in statement["Resource"]:
            granted.setdefault(resource.get("Fn::Sub") or resource["Ref"], set()).update(statement["Action"])
    return granted


def test_only_machines_take_the_role(properties: Find) -> None:
    (statement,) = properties("Role")["AssumeRolePolicyDocument"]["Statement"]
    assert statement == {"Effect": "Allow", "Action": ["sts:AssumeRole"], "Principal": {"Service": "ec2.amazonaws.com"}}


def test_a_plain_machine_gets_its_tree_its_code_and_its_own_stack(properties: Find) -> None:
    assert _granted(properties("Role")) == PLAIN


def test_a_machine_with_a_database_reads_its_own_secret(properties: Find) -> None:
    assert _granted(properties("Role", rds=Database())) == PLAIN | {"DatabaseSecret": {"secretsmanager:GetSecretValue"}}


def test_buckets_and_queues_are_granted_by_their_names_in_the_environment(properties: Find) -> None:
    access = Access(
        s3=BucketAccess(read=("elife-production-final",), write=("elife-publishing-cdn",)),
        sqs=QueueAccess(receive=("incoming-queue",), send=("workflow-starter-queue",)),
    )
    granted = _granted(properties("Role", access=access))
    assert granted[f"{S3}ct-elife-production-final/*"] == {"s3:GetObject"}
    assert {"s3:PutObject", "s3:GetObject", "s3:DeleteObject"} <= granted[f"{S3}ct-elife-publishing-cdn/*"]
    assert granted[f"{S3}ct-elife-production-final"] == {"s3:ListBucket", "s3:GetBucketLocation"}
    assert "sqs:ReceiveMessage" in granted[f"{SQS}ct-incoming-queue"]
    assert "sqs:SendMessage" not in granted[f"{SQS}ct-incoming-queue"]
    assert "sqs:SendMessage" in granted[f"{SQS}ct-workflow-starter-queue"]
    assert "sqs:ReceiveMessage" not in granted[f"{SQS}ct-workflow-starter-queue"]


def test_workflows_are_granted_in_the_environments_domain_only(properties: Find) -> None:
    granted = _granted(properties("Role", access=Access(swf=True)))
    (domain,) = granted.keys() - PLAIN.keys()
    assert domain == "arn:${AWS::Partition}:swf:${AWS::Region}:${AWS::AccountId}:/domain/Publish.ct"
    needed = {"swf:PollFor*", "swf:Respond*", "swf:Register*", "swf:StartWorkflowExecution", "swf:Undeprecate*"}
    assert needed <= granted[domain]
    assert not {"swf:*", "*", "swf:DeprecateDomain"} & granted[domain]
