"""What a template says no more is as if it had never been said: a property taken away goes back to its default."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.cloudformation.cases.machines import IMAGE
from tests.localcloud.cloudformation.cases.watching import ALARM
from tests.localcloud.cloudformation.cloud import Cloud

TRUST = {"Version": "2012-10-17", "Statement": []}
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
LISTENS = {
    "Topic": {"Type": "AWS::SNS::Topic"},
    "Queue": {"Type": "AWS::SQS::Queue"},
}
RULE = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "10.0.0.0/8"}


def queue(cloud: Cloud, it: str) -> Any:
    told = cloud.client("sqs").get_queue_attributes(QueueUrl=it, AttributeNames=["All"])["Attributes"]
    return {key: value for key, value in told.items() if "Timestamp" not in key}


def topic(cloud: Cloud, it: str) -> Any:
    return cloud.client("sns").get_topic_attributes(TopicArn=it)["Attributes"]


def subscription(cloud: Cloud, it: str) -> Any:
    told = cloud.client("sns").get_subscription_attributes(SubscriptionArn=it)["Attributes"]
    if told.get("FilterPolicy", "{}") == "{}":  # an empty one is none
        told = {key: value for key, value in told.items() if key not in ("FilterPolicy", "FilterPolicyScope")}
    return told


def bucket(cloud: Cloud, it: str) -> Any:
    s3 = cloud.client("s3")
    told: dict[str, Any] = {}
    # OwnershipControls taken away are none at all, while a new bucket has some: so on AWS too.
    for name in ("cors", "encryption", "lifecycle_configuration", "website"):
        try:
            told[name] = {**getattr(s3, f"get_bucket_{name}")(Bucket=it), "ResponseMetadata": None}
        except ClientError as error:
            told[name] = error.response["Error"]["Code"]
    notified = s3.get_bucket_notification_configuration(Bucket=it)
    return told, {**notified, "ResponseMetadata": None}, s3.get_bucket_acl(Bucket=it)["Grants"]


def secret(cloud: Cloud, it: str) -> Any:
    told = cloud.client("secretsmanager").describe_secret(SecretId=it)
    return told.get("Description") or "", told.get("KmsKeyId")


def role(cloud: Cloud, it: str) -> Any:
    iam = cloud.client("iam")
    told = iam.get_role(RoleName=it)["Role"]
    attached = iam.list_attached_role_policies(RoleName=it)["AttachedPolicies"]
    return (
        told.get("Description") or "", told["MaxSessionDuration"], told.get("PermissionsBoundary"), attached,
        iam.list_role_policies(RoleName=it)["PolicyNames"],
    )  # fmt: skip


def log_group(cloud: Cloud, it: str) -> Any:
    return cloud.client("logs").describe_log_groups(logGroupNamePrefix=it)["logGroups"][0].get("retentionInDays")


def alarm(cloud: Cloud, it: str) -> Any:
    told = cloud.client("cloudwatch").describe_alarms(AlarmNames=[it])["MetricAlarms"][0]
    return {key: value for key, value in told.items() if "Timestamp" not in key}


def vpc(cloud: Cloud, it: str) -> Any:
    ec2 = cloud.client("ec2")
    names = ("enableDnsSupport", "enableDnsHostnames")
    return [ec2.describe_vpc_attribute(VpcId=it, Attribute=name)[name[0].upper() + name[1:]] for name in names]


def group(cloud: Cloud, it: str) -> Any:
    told = cloud.client("ec2").describe_security_groups(GroupIds=[it])["SecurityGroups"][0]
    return told["IpPermissions"], told["IpPermissionsEgress"]


def machine(cloud: Cloud, it: str) -> Any:
    ec2 = cloud.client("ec2")
    told = ec2.describe_instances(InstanceIds=[it])["Reservations"][0]["Instances"][0]
    names = ("disableApiTermination", "instanceInitiatedShutdownBehavior", "sourceDestCheck")
    asked = [ec2.describe_instance_attribute(InstanceId=it, Attribute=name) for name in names]
    attributes = [{key: value for key, value in each.items() if key != "ResponseMetadata"} for each in asked]
    return attributes, told["Monitoring"], told.get("IamInstanceProfile"), told["SecurityGroups"], told["EbsOptimized"]


def key(cloud: Cloud, it: str) -> Any:
    kms = cloud.client("kms")
    told = kms.describe_key(KeyId=it)["KeyMetadata"]
    rotates = kms.get_key_rotation_status(KeyId=it)["KeyRotationEnabled"]
    return told["Description"], told["Enabled"], rotates


# type, what it is made with, what is added and taken away again, what the service tells, what it needs
Row = tuple[str, dict[str, Any], dict[str, Any], Callable[[Cloud, str], Any], dict[str, Any]]
ROWS: list[Row] = [
    ("AWS::SQS::Queue", {}, {
        "VisibilityTimeout": 1, "DelaySeconds": 2, "MaximumMessageSize": 2048, "MessageRetentionPeriod": 60,
        "ReceiveMessageWaitTimeSeconds": 3, "KmsMasterKeyId": "alias/aws/sqs", "KmsDataKeyReusePeriodSeconds": 60,
        "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": "Queue.Arn"}, "maxReceiveCount": 1},
        "RedriveAllowPolicy": {"redrivePermission": "denyAll"},
    }, queue, {"Queue": LISTENS["Queue"]}),
    ("AWS::SNS::Topic", {}, {
        "DisplayName": "a", "KmsMasterKeyId": "alias/aws/sns", "SignatureVersion": "2", "TracingConfig": "Active",
    }, topic, {}),
    ("AWS::SNS::Subscription", {
        "TopicArn": {"Ref": "Topic"}, "Protocol": "sqs", "Endpoint": {"Fn::GetAtt": "Queue.Arn"},
    }, {"RawMessageDelivery": True, "FilterPolicy": {"a": ["b"]}, "FilterPolicyScope": "MessageBody"},
     subscription, LISTENS),
    ("AWS::S3::Bucket", {}, {
        "AccessControl": "PublicRead",
        "PublicAccessBlockConfiguration": {"BlockPublicAcls": False, "IgnorePublicAcls": False},
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]},
        "CorsConfiguration": {"CorsRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]},
        "LifecycleConfiguration": {"Rules": [{"Id": "a", "Status": "Enabled", "ExpirationInDays": 3}]},
        "WebsiteConfiguration": {"IndexDocument": "index.html"},
        "BucketEncryption": {"ServerSideEncryptionConfiguration": [
            {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]},
        "NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": True}},
    }, bucket, {}),
    ("AWS::SecretsManager::Secret", {"SecretString": "hush"}, {"Description": "a", "KmsKeyId": "alias/mine"}, secret,
     {}),
    ("AWS::IAM::Role", {"AssumeRolePolicyDocument": TRUST}, {
        "Description": "a", "MaxSessionDuration": 7200, "Policies": [{"PolicyName": "p", "PolicyDocument": ALLOW}],
        "ManagedPolicyArns": [{"Ref": "Policy"}], "PermissionsBoundary": {"Ref": "Policy"},
    }, role, {"Policy": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": ALLOW}}}),
    ("AWS::Logs::LogGroup", {}, {"RetentionInDays": 7}, log_group, {}),
    ("AWS::CloudWatch::Alarm", ALARM, {
        "AlarmDescription": "a", "ActionsEnabled": False, "TreatMissingData": "breaching", "OKActions": ["arn:a"],
    }, alarm, {}),
    ("AWS::EC2::VPC", {"CidrBlock": "10.1.0.0/16"}, {"EnableDnsHostnames": True, "EnableDnsSupport": False}, vpc, {}),
    ("AWS::EC2::SecurityGroup", {"GroupDescription": "a"}, {
        "SecurityGroupIngress": [RULE], "SecurityGroupEgress": [RULE],
    }, group, {}),
    ("AWS::EC2::Instance", {"ImageId": IMAGE}, {
        "DisableApiTermination": True, "InstanceInitiatedShutdownBehavior": "terminate", "SourceDestCheck": False,
        "Monitoring": True, "EbsOptimized": True, "SecurityGroupIds": [{"Fn::GetAtt": "Group.GroupId"}],
        "IamInstanceProfile": {"Ref": "Profile"},
        "MetadataOptions": {"HttpTokens": "required"},
    }, machine, {
        "Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "a"}},
        "Profile": {"Type": "AWS::IAM::InstanceProfile", "Properties": {"Roles": [{"Ref": "Role"}]}},
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}},
    }),
    ("AWS::KMS::Key", {}, {"Description": "a", "Enabled": False, "EnableKeyRotation": True}, key, {}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "least", "more", "look", "beside"), ROWS, ids=[row[0] for row in ROWS])
def test_what_is_taken_away_is_as_if_never_said(
    cloud: Cloud, kind: str, least: dict[str, Any], more: dict[str, Any], look: Any, beside: dict[str, Any]
) -> None:
    def template(properties: dict[str, Any]) -> dict[str, Any]:
        return {"Resources": {**beside, "It": {"Type": kind, "Properties": properties}}}

    assert cloud.create("web", template(least)) == "CREATE_COMPLETE", cloud.told("web")
    it = cloud.physical("web", "It")
    plain = look(cloud, it)
    assert cloud.update("web", template({**least, **more})) == "UPDATE_COMPLETE", cloud.told("web")
    assert look(cloud, it) != plain
    assert cloud.update("web", template(least)) == "UPDATE_COMPLETE", cloud.told("web")
    assert cloud.physical("web", "It") == it
    assert look(cloud, it) == plain
