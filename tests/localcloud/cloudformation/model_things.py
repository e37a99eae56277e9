"""The sorts of resources that random templates are made of: what one may say of each, and what the service then tells.

A sort's `look` asks the service itself, by plain boto3, in the words of the template's properties.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from tests.localcloud.cloudformation.cloud import Cloud

ACCOUNT = "123456789012"
TRUST = {"Version": "2012-10-17", "Statement": []}
DENY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}


@dataclass(frozen=True)
class Refer:
    """A property's value that is another resource's: its Ref, or an attribute of it."""

    logical_id: str
    attribute: str = ""


@dataclass(frozen=True)
class Import:
    """A property's value that another stack exports."""

    name: str


@dataclass(frozen=True)
class Sort:
    """`settings` draws properties; `told` are those whose values `look` gives, each with its default."""

    type: str
    settings: st.SearchStrategy[dict[str, Any]]
    look: Callable[[Cloud, str], dict[str, Any]]
    all: Callable[[Cloud], set[str]]
    told: dict[str, Any]
    named_by: str = ""
    always: dict[str, Any] = field(default_factory=dict)
    replaced: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()  # logical ids that must be in the template too
    poison: dict[str, Any] = field(default_factory=dict)  # properties that the service refuses, half way


def some(**properties: list[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Each of these properties, or not."""
    return st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in properties.items()})


def _queue(cloud: Cloud, it: str) -> dict[str, Any]:
    told = cloud.client("sqs").get_queue_attributes(QueueUrl=it, AttributeNames=["All"])["Attributes"]
    redrive = json.loads(told.get("RedrivePolicy") or "null")
    return {**told, "RedrivePolicy": redrive and {**redrive, "maxReceiveCount": int(redrive["maxReceiveCount"])}}


def _topic(cloud: Cloud, it: str) -> dict[str, Any]:
    return dict(cloud.client("sns").get_topic_attributes(TopicArn=it)["Attributes"])


def _subscription(cloud: Cloud, it: str) -> dict[str, Any]:
    return dict(cloud.client("sns").get_subscription_attributes(SubscriptionArn=it)["Attributes"])


def _bucket(cloud: Cloud, it: str) -> dict[str, Any]:
    s3 = cloud.client("s3")
    status = s3.get_bucket_versioning(Bucket=it).get("Status", "Suspended")
    try:
        rules = s3.get_bucket_cors(Bucket=it)["CORSRules"]
    except s3.exceptions.ClientError:
        return {"VersioningConfiguration": {"Status": status}}
    return {"VersioningConfiguration": {"Status": status}, "CorsConfiguration": {"CorsRules": rules}}


def _parameter(cloud: Cloud, it: str) -> dict[str, Any]:
    return dict(cloud.client("ssm").get_parameter(Name=it)["Parameter"])


def _group(cloud: Cloud, it: str) -> dict[str, Any]:
    told = cloud.client("ec2").describe_security_groups(GroupIds=[it])["SecurityGroups"][0]
    rules = [
        {"IpProtocol": rule["IpProtocol"], "FromPort": rule["FromPort"], "ToPort": rule["ToPort"], **ranges}
        for rule in told["IpPermissions"]
        for ranges in rule["IpRanges"]
    ]
    rules.sort(key=lambda rule: int(rule["FromPort"]))
    return {"GroupDescription": told["Description"], "SecurityGroupIngress": rules}


def _role(cloud: Cloud, it: str) -> dict[str, Any]:
    iam = cloud.client("iam")
    policies = [
        {"PolicyName": name, "PolicyDocument": iam.get_role_policy(RoleName=it, PolicyName=name)["PolicyDocument"]}
        for name in sorted(iam.list_role_policies(RoleName=it)["PolicyNames"])
    ]
    return {"Description": "", **iam.get_role(RoleName=it)["Role"], "Policies": policies}


def _log_group(cloud: Cloud, it: str) -> dict[str, Any]:
    found = cloud.client("logs").describe_log_groups(logGroupNamePrefix=it)["logGroups"]
    mine = next(each for each in found if each["logGroupName"] == it)
    return {"RetentionInDays": mine.get("retentionInDays")}


def _alarm(cloud: Cloud, it: str) -> dict[str, Any]:
    return dict(cloud.client("cloudwatch").describe_alarms(AlarmNames=[it])["MetricAlarms"][0])


def _secret(cloud: Cloud, it: str) -> dict[str, Any]:
    manager = cloud.client("secretsmanager")
    return {"Description": "", **manager.describe_secret(SecretId=it), **manager.get_secret_value(SecretId=it)}


def _everything(service: str, operation: str, key: str, name: str = "") -> Callable[[Cloud], set[str]]:
    """All that a service lists, whoever made it."""

    def listed(cloud: Cloud) -> set[str]:
        found = cloud.client(service).get_paginator(operation).paginate().build_full_result().get(key, [])
        return {each[name] if name else each for each in found}

    return listed


def _buckets(cloud: Cloud) -> set[str]:
    return {each["Name"] for each in cloud.client("s3").list_buckets()["Buckets"]}


def _groups(cloud: Cloud) -> set[str]:
    found = cloud.client("ec2").describe_security_groups()["SecurityGroups"]
    return {each["GroupId"] for each in found if each["GroupName"] != "default"}


def _rule(port: int) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": "10.0.0.0/8"}


REDRIVE = {"deadLetterTargetArn": Refer("Dead", "Arn"), "maxReceiveCount": 3}
TIMEOUTS = [10, 20, Refer("Size")]
CORS = [{"AllowedMethods": ["GET"], "AllowedOrigins": [origin]} for origin in ("http://a", "http://b")]
ALARM = {"MetricName": "Errors", "Namespace": "Bot", "ComparisonOperator": "GreaterThanThreshold",
         "EvaluationPeriods": 1, "Period": 60, "Statistic": "Sum"}  # fmt: skip

QUEUE = Sort(
    "AWS::SQS::Queue",
    some(VisibilityTimeout=TIMEOUTS, DelaySeconds=[1, 2]),
    _queue,
    _everything("sqs", "list_queues", "QueueUrls"),
    {"VisibilityTimeout": 30, "DelaySeconds": 0, "RedrivePolicy": None},
    "QueueName",
)
SORTS: dict[str, Sort] = {
    "Dead": QUEUE,
    "Live": Sort(
        QUEUE.type,
        some(VisibilityTimeout=TIMEOUTS, DelaySeconds=[1, 2], RedrivePolicy=[REDRIVE]),
        QUEUE.look,
        QUEUE.all,
        QUEUE.told,
        QUEUE.named_by,
    ),
    "Topic": Sort(
        "AWS::SNS::Topic",
        some(DisplayName=["a", "b"]),
        _topic,
        _everything("sns", "list_topics", "Topics", "TopicArn"),
        {"DisplayName": ""},
        "TopicName",
    ),
    "Listener": Sort(
        "AWS::SNS::Subscription",
        some(RawMessageDelivery=["true", "false"]),
        _subscription,
        _everything("sns", "list_subscriptions", "Subscriptions", "SubscriptionArn"),
        {"RawMessageDelivery": "false", "TopicArn": "", "Endpoint": ""},
        always={"TopicArn": Refer("Topic"), "Protocol": "sqs", "Endpoint": Refer("Dead", "Arn")},
        replaced=frozenset(["TopicArn", "Endpoint"]),
        needs=frozenset(["Topic", "Dead"]),
    ),
    "Bucket": Sort(
        "AWS::S3::Bucket",
        some(
            VersioningConfiguration=[{"Status": "Enabled"}, {"Status": "Suspended"}],
            CorsConfiguration=[{"CorsRules": [rule]} for rule in CORS],
        ),
        _bucket,
        _buckets,
        {"VersioningConfiguration": {"Status": "Suspended"}, "CorsConfiguration": None},
        "BucketName",
    ),
    "Group": Sort(
        "AWS::EC2::SecurityGroup",
        st.fixed_dictionaries(
            {"GroupDescription": st.sampled_from(["a", "b"])},
            optional={"SecurityGroupIngress": st.sampled_from([[_rule(22)], [_rule(22), _rule(80)], [_rule(443)]])},
        ),
        _group,
        _groups,
        {"GroupDescription": "", "SecurityGroupIngress": []},
        "GroupName",
        replaced=frozenset(["GroupDescription"]),
        poison={"SecurityGroupIngress": [{"IpProtocol": "tcp", "SourceSecurityGroupId": "sg-0123456789abcdef0"}]},
    ),
    "Role": Sort(
        "AWS::IAM::Role",
        some(
            MaxSessionDuration=[3600, 7200],
            Description=["a", "b"],
            Policies=[[{"PolicyName": name, "PolicyDocument": DENY} for name in names] for names in ("p", "q", "pq")],
        ),
        _role,
        _everything("iam", "list_roles", "Roles", "RoleName"),
        {"MaxSessionDuration": 3600, "Description": "", "Policies": []},
        "RoleName",
        always={"AssumeRolePolicyDocument": TRUST},
        poison={"ManagedPolicyArns": [f"arn:aws:iam::{ACCOUNT}:policy/none"]},
    ),
    "Logs": Sort(
        "AWS::Logs::LogGroup",
        some(RetentionInDays=[7, 14]),
        _log_group,
        _everything("logs", "describe_log_groups", "logGroups", "logGroupName"),
        {"RetentionInDays": None},
        "LogGroupName",
    ),
    "Alarm": Sort(
        "AWS::CloudWatch::Alarm",
        st.fixed_dictionaries(
            {"Threshold": st.sampled_from([1.5, 2.5])},
            optional={"AlarmActions": st.just([Refer("Topic")]), "AlarmDescription": st.sampled_from("ab")},
        ),
        _alarm,
        _everything("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
        {"Threshold": 0, "AlarmActions": [], "AlarmDescription": None},
        "AlarmName",
        always=ALARM,
    ),
    "Secret": Sort(
        "AWS::SecretsManager::Secret",
        st.fixed_dictionaries(
            {"SecretString": st.sampled_from(["hush", "quiet"])}, optional={"Description": st.sampled_from("ab")}
        ),
        _secret,
        _everything("secretsmanager", "list_secrets", "SecretList", "ARN"),
        {"SecretString": "", "Description": ""},
        "Name",
    ),
    "Note": Sort(
        "AWS::SSM::Parameter",
        st.fixed_dictionaries(
            {
                "Value": st.sampled_from(
                    ["a", "b", Import("x"), Import("y"), *(Refer(name) for name in ("Live", "Bucket", "Secret"))]
                )
            }
        ),
        _parameter,
        _everything("ssm", "describe_parameters", "Parameters", "Name"),
        {"Value": ""},
        "Name",
        always={"Type": "String"},
    ),
}
