"""Every resource type, as a table of cases: made, changed in place, replaced, removed; and its names against AWS's."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.cloudformation.resources import every
from localcloud.cloudformation.resources.kind import ABSENT
from tests.localcloud.cloudformation.cloud import Cloud

Look = Callable[[Cloud, str], Any]
Resource = dict[str, Any]

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
LESS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}]}
IMAGE = "ami-12c6146b"  # moto's own Debian
ROLE: Resource = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}}
VPC: Resource = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.9.0.0/16"}}
SUBNET: Resource = {
    "Type": "AWS::EC2::Subnet",
    "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.9.1.0/24", "AvailabilityZone": "us-east-1a"},
}
SUBNETS: Resource = {
    "Vpc": VPC,
    "Subnet": SUBNET,
    "Other": {
        "Type": "AWS::EC2::Subnet",
        "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.9.2.0/24", "AvailabilityZone": "us-east-1b"},
    },
}
GROUP: Resource = {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "rules"}}
QUEUE: Resource = {"Type": "AWS::SQS::Queue"}
BUCKET: Resource = {"Type": "AWS::S3::Bucket"}
TOPIC: Resource = {"Type": "AWS::SNS::Topic"}
ZONE: Resource = {"Type": "AWS::Route53::HostedZone", "Properties": {"Name": "example.org"}}
DATABASE: Resource = {
    "Type": "AWS::RDS::DBInstance",
    "DeletionPolicy": "Delete",
    "Properties": {
        "Engine": "postgres",
        "DBInstanceClass": "db.t3.micro",
        "AllocatedStorage": "20",
        "MasterUsername": "elife",
        "MasterUserPassword": "not-a-secret",
        "DBName": "lax",
    },
}
SECRET: Resource = {
    "Type": "AWS::SecretsManager::Secret",
    "Properties": {
        "GenerateSecretString": {"SecretStringTemplate": '{"username": "elife"}', "GenerateStringKey": "password"}
    },
}
MACHINE: Resource = {"Type": "AWS::EC2::Instance", "Properties": {"ImageId": IMAGE, "InstanceType": "t3.micro"}}


@dataclass(frozen=True)
class Case:
    """`look` is what the service itself tells of the resource: `made`, `changed` are parts of it before and after."""

    type: str
    properties: dict[str, Any]
    look: Look
    made: Any = None
    change: dict[str, Any] = field(default_factory=dict)
    changed: Any = None
    replace: dict[str, Any] = field(default_factory=dict)
    beside: dict[str, Any] = field(default_factory=dict)
    replaced: Any = None  # what `look` gives of the new one, where it differs

    def template(self, properties: dict[str, Any]) -> dict[str, Any]:
        it = {"Type": self.type, "Properties": properties}
        return {"Resources": {**self.beside, "It": it}}


def instance(cloud: Cloud, it: str) -> Any:
    told = cloud.client("ec2").describe_instances(InstanceIds=[it])["Reservations"][0]["Instances"][0]
    return None if told["State"]["Name"] == "terminated" else told["InstanceType"]


def user_data(cloud: Cloud, it: str) -> Any:
    if instance(cloud, it) is None:
        return None
    told = cloud.client("ec2").describe_instance_attribute(InstanceId=it, Attribute="userData")
    return base64.b64decode(told["UserData"]["Value"]).decode()


def ports(cloud: Cloud, it: str) -> Any:
    told = cloud.client("ec2").describe_security_groups(GroupIds=[it])["SecurityGroups"][0]
    return sorted(rule["FromPort"] for rule in told["IpPermissions"])


def rule(cloud: Cloud, it: str) -> Any:
    rules = cloud.client("ec2").describe_security_group_rules()["SecurityGroupRules"]
    return [each.get("CidrIpv4") for each in rules if each["SecurityGroupRuleId"] == it] or None


def volume(cloud: Cloud, it: str) -> Any:
    return cloud.client("ec2").describe_volumes(VolumeIds=[it])["Volumes"][0]["Size"]


def attachment(cloud: Cloud, it: str) -> Any:
    volume_id, instance_id = it.split("|")
    told = cloud.client("ec2").describe_volumes(VolumeIds=[volume_id])["Volumes"]
    return [each["Device"] for each in told[0]["Attachments"] if each["InstanceId"] == instance_id] or None


def key_pair(cloud: Cloud, it: str) -> Any:
    pairs = cloud.client("ec2").describe_key_pairs(KeyNames=[it])["KeyPairs"]
    stored = cloud.client("ssm").get_parameter(Name=f"/ec2/keypair/{pairs[0]['KeyPairId']}", WithDecryption=True)
    return stored["Parameter"]["Type"], "PRIVATE KEY" in stored["Parameter"]["Value"]


def address(cloud: Cloud, it: str) -> Any:
    return cloud.client("ec2").describe_addresses(PublicIps=[it])["Addresses"][0].get("InstanceId", "") != ""


def association(cloud: Cloud, it: str) -> Any:
    addresses = cloud.client("ec2").describe_addresses()["Addresses"]
    return True if it in [each.get("AssociationId") for each in addresses] else None


def role(cloud: Cloud, it: str) -> Any:
    iam = cloud.client("iam")
    attached = iam.list_attached_role_policies(RoleName=it)["AttachedPolicies"]
    return sorted([*iam.list_role_policies(RoleName=it)["PolicyNames"], *(each["PolicyName"] for each in attached)])


def profile(cloud: Cloud, it: str) -> Any:
    return len(cloud.client("iam").get_instance_profile(InstanceProfileName=it)["InstanceProfile"]["Roles"])


def managed(cloud: Cloud, it: str) -> Any:
    iam = cloud.client("iam")
    version = iam.get_policy(PolicyArn=it)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=it, VersionId=version)["PolicyVersion"]["Document"]
    return document["Statement"][0]["Action"]


def inline(cloud: Cloud, it: str) -> Any:
    iam = cloud.client("iam")
    found = [
        iam.get_role_policy(RoleName=each["RoleName"], PolicyName="inline")["PolicyDocument"]["Statement"][0]["Action"]
        for each in iam.list_roles()["Roles"]
        if "inline" in iam.list_role_policies(RoleName=each["RoleName"])["PolicyNames"]
    ]
    return found or None


def database(cloud: Cloud, it: str) -> Any:
    return cloud.client("rds").describe_db_instances(DBInstanceIdentifier=it)["DBInstances"][0]["AllocatedStorage"]


def subnet_group(cloud: Cloud, it: str) -> Any:
    told = cloud.client("rds").describe_db_subnet_groups(DBSubnetGroupName=it)["DBSubnetGroups"][0]
    return told["DBSubnetGroupDescription"]


def parameter_group(cloud: Cloud, it: str) -> Any:
    told = cloud.client("rds").describe_db_parameters(DBParameterGroupName=it)["Parameters"]
    return {each["ParameterName"]: each.get("ParameterValue") for each in told}.get("max_connections")


def zone(cloud: Cloud, it: str) -> Any:
    return cloud.client("route53").get_hosted_zone(Id=it)["HostedZone"]["Config"].get("Comment")


def record(cloud: Cloud, it: str) -> Any:
    for each in cloud.client("route53").list_hosted_zones()["HostedZones"]:
        for found in cloud.client("route53").list_resource_record_sets(HostedZoneId=each["Id"])["ResourceRecordSets"]:
            if found["Name"] == it + ".":
                return [value["Value"] for value in found["ResourceRecords"]]
    return None


def bucket(cloud: Cloud, it: str) -> Any:
    return cloud.client("s3").get_bucket_versioning(Bucket=it).get("Status")


def bucket_policy(cloud: Cloud, it: str) -> Any:
    return json.loads(cloud.client("s3").get_bucket_policy(Bucket=it)["Policy"])["Statement"][0]["Action"]


def queue(cloud: Cloud, it: str) -> Any:
    told = cloud.client("sqs").get_queue_attributes(QueueUrl=it, AttributeNames=["All"])["Attributes"]
    return told["VisibilityTimeout"]


def queue_policy(cloud: Cloud, it: str) -> Any:
    for url in cloud.client("sqs").list_queues().get("QueueUrls", []):
        told = cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"]).get("Attributes", {})
        if told.get("Policy"):
            return json.loads(told["Policy"])["Statement"][0]["Action"]
    return None


def secret(cloud: Cloud, it: str) -> Any:
    value = json.loads(cloud.client("secretsmanager").get_secret_value(SecretId=it)["SecretString"])
    return sorted(value)


def parameter(cloud: Cloud, it: str) -> Any:
    return cloud.client("ssm").get_parameter(Name=it)["Parameter"]["Value"]


def log_group(cloud: Cloud, it: str) -> Any:
    groups = cloud.client("logs").describe_log_groups(logGroupNamePrefix=it)["logGroups"]
    return [each.get("retentionInDays") for each in groups] or None


def topic(cloud: Cloud, it: str) -> Any:
    return cloud.client("sns").get_topic_attributes(TopicArn=it)["Attributes"]["DisplayName"]


def subscription(cloud: Cloud, it: str) -> Any:
    return cloud.client("sns").get_subscription_attributes(SubscriptionArn=it)["Attributes"].get("RawMessageDelivery")


def topic_policy(cloud: Cloud, it: str) -> Any:
    for each in cloud.client("sns").list_topics()["Topics"]:
        policy = json.loads(cloud.client("sns").get_topic_attributes(TopicArn=each["TopicArn"])["Attributes"]["Policy"])
        return policy["Statement"][0]["Action"]
    return None


def alarm(cloud: Cloud, it: str) -> Any:
    return [
        each["Threshold"] for each in cloud.client("cloudwatch").describe_alarms(AlarmNames=[it])["MetricAlarms"]
    ] or None


def vpc(cloud: Cloud, it: str) -> Any:
    return cloud.client("ec2").describe_vpc_attribute(VpcId=it, Attribute="enableDnsHostnames")["EnableDnsHostnames"][
        "Value"
    ]


def subnet(cloud: Cloud, it: str) -> Any:
    return cloud.client("ec2").describe_subnets(SubnetIds=[it])["Subnets"][0]["MapPublicIpOnLaunch"]


def gateway(cloud: Cloud, it: str) -> Any:
    told = cloud.client("ec2").describe_internet_gateways(InternetGatewayIds=[it])["InternetGateways"][0]
    return {tag["Key"]: tag["Value"] for tag in told["Tags"]}.get("Name")


def gateway_attachment(cloud: Cloud, it: str) -> Any:
    asked = [{"Name": "attachment.vpc-id", "Values": [it.split("|")[1]]}]
    return len(cloud.client("ec2").describe_internet_gateways(Filters=asked)["InternetGateways"]) or None


def route_table(cloud: Cloud, it: str) -> Any:
    told = cloud.client("ec2").describe_route_tables(RouteTableIds=[it])["RouteTables"][0]
    return {tag["Key"]: tag["Value"] for tag in told["Tags"]}.get("Name")


def route(cloud: Cloud, it: str) -> Any:
    table, destination = it.split("|")
    told = cloud.client("ec2").describe_route_tables(RouteTableIds=[table])["RouteTables"][0]
    return [
        each["DestinationCidrBlock"] for each in told["Routes"] if each["DestinationCidrBlock"] == destination
    ] or None


def table_association(cloud: Cloud, it: str) -> Any:
    tables = cloud.client("ec2").describe_route_tables()["RouteTables"]
    found = [each["RouteTableAssociationId"] for table in tables for each in table["Associations"]]
    return True if it in found else None


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def port(number: int) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": str(number), "ToPort": number, "CidrIp": "0.0.0.0/0"}


POLICY: Resource = {"PolicyName": "inline", "PolicyDocument": ALLOW}
READING: Resource = {
    "Type": "AWS::IAM::ManagedPolicy",
    "Properties": {"ManagedPolicyName": "reading", "PolicyDocument": ALLOW},
}
ALARM: Resource = {
    "MetricName": "Errors",
    "Namespace": "Bot",
    "ComparisonOperator": "GreaterThanThreshold",
    "EvaluationPeriods": 1,
    "Period": "60",
    "Statistic": "Sum",
    "Threshold": "1",
}
RULE_BASE: Resource = {
    "GroupId": {"Fn::GetAtt": ["Group", "GroupId"]},
    "IpProtocol": "tcp",
    "FromPort": 5432,
    "ToPort": 5432,
}
RECORD: Resource = {
    "HostedZoneId": {"Ref": "Zone"},
    "Name": "www.example.org",
    "Type": "A",
    "TTL": "60",
    "ResourceRecords": ["10.0.0.1"],
}
TABLE: Resource = {"Vpc": VPC, "Table": {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "Vpc"}}}}
GATEWAY: Resource = {
    "Gateway": {"Type": "AWS::EC2::InternetGateway"},
    "Tie": {
        "Type": "AWS::EC2::VPCGatewayAttachment",
        "Properties": {"VpcId": {"Ref": "Vpc"}, "InternetGatewayId": {"Ref": "Gateway"}},
    },
}

CASES = [
    Case(
        "AWS::EC2::Instance",
        MACHINE["Properties"] | {"UserData": b64("#!/bin/sh")},
        instance,
        "t3.micro",
        {"InstanceType": "t3.small"},
        "t3.small",
        {"ImageId": "ami-785db401"},
    ),
    Case(
        "AWS::EC2::Instance",
        MACHINE["Properties"] | {"UserData": {"Fn::Base64": "one"}},
        user_data,
        "one",
        {"UserData": {"Fn::Base64": "two"}},
        "two",
        {"AvailabilityZone": "us-east-1b"},
    ),
    Case(
        "AWS::EC2::SecurityGroup",
        {"GroupDescription": "a", "SecurityGroupIngress": [port(22), port(80)]},
        ports,
        [22, 80],
        {"SecurityGroupIngress": [port(80), port(443)]},
        [80, 443],
        {"GroupDescription": "b"},
    ),
    Case(
        "AWS::EC2::SecurityGroupIngress",
        RULE_BASE | {"CidrIp": "10.0.0.0/8"},
        rule,
        ["10.0.0.0/8"],
        {"Description": "x"},
        ["10.0.0.0/8"],
        {"CidrIp": "10.1.0.0/16"},
        {"Group": GROUP},
        ["10.1.0.0/16"],
    ),
    Case(
        "AWS::EC2::SecurityGroupEgress",
        RULE_BASE | {"CidrIp": "10.0.0.0/8"},
        rule,
        ["10.0.0.0/8"],
        {"Description": "x"},
        ["10.0.0.0/8"],
        {"CidrIp": "10.1.0.0/16"},
        {"Group": GROUP},
        ["10.1.0.0/16"],
    ),
    Case("AWS::EC2::Volume", {"AvailabilityZone": "us-east-1a", "Size": "10"}, volume, 10, {"Size": 20}, 20),
    Case(
        "AWS::EC2::VolumeAttachment",
        {"VolumeId": {"Ref": "Volume"}, "InstanceId": {"Ref": "Machine"}, "Device": "/dev/sdf"},
        attachment,
        ["/dev/sdf"],
        beside={
            "Machine": MACHINE,
            "Volume": {
                "Type": "AWS::EC2::Volume",
                "Properties": {"AvailabilityZone": {"Fn::GetAtt": "Machine.AvailabilityZone"}, "Size": 1},
            },
        },
    ),
    Case(
        "AWS::EC2::KeyPair",
        {"KeyName": "one", "KeyType": "ed25519"},
        key_pair,
        ("SecureString", True),
        replace={"KeyName": "two"},
    ),
    Case(
        "AWS::EC2::EIP",
        {"Domain": "vpc"},
        address,
        False,
        {"InstanceId": {"Ref": "Machine"}},
        True,
        beside={"Machine": MACHINE},
    ),
    Case(
        "AWS::EC2::EIPAssociation",
        {"EIP": {"Ref": "Address"}, "InstanceId": {"Ref": "Machine"}},
        association,
        True,
        beside={"Machine": MACHINE, "Address": {"Type": "AWS::EC2::EIP"}},
    ),
    Case(
        "AWS::EC2::VPC",
        {"CidrBlock": "10.9.0.0/16"},
        vpc,
        False,
        {"EnableDnsHostnames": True},
        True,
        {"CidrBlock": "10.8.0.0/16"},
    ),
    Case(
        "AWS::EC2::Subnet",
        SUBNET["Properties"],
        subnet,
        False,
        {"MapPublicIpOnLaunch": "true"},
        True,
        {"CidrBlock": "10.9.7.0/24"},
        {"Vpc": VPC},
    ),
    Case(
        "AWS::EC2::InternetGateway",
        {"Tags": [{"Key": "Name", "Value": "a"}]},
        gateway,
        "a",
        {"Tags": [{"Key": "Name", "Value": "b"}]},
        "b",
    ),
    Case(
        "AWS::EC2::VPCGatewayAttachment",
        {"VpcId": {"Ref": "Vpc"}, "InternetGatewayId": {"Ref": "Gateway"}},
        gateway_attachment,
        1,
        beside={"Vpc": VPC, "Gateway": {"Type": "AWS::EC2::InternetGateway"}},
    ),
    Case(
        "AWS::EC2::RouteTable",
        {"VpcId": {"Ref": "Vpc"}, "Tags": [{"Key": "Name", "Value": "a"}]},
        route_table,
        "a",
        {"Tags": [{"Key": "Name", "Value": "b"}]},
        "b",
        beside={"Vpc": VPC},
    ),
    Case(
        "AWS::EC2::Route",
        {"RouteTableId": {"Ref": "Table"}, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": {"Ref": "Gateway"}},
        route,
        ["0.0.0.0/0"],
        replace={"DestinationCidrBlock": "1.2.3.0/24"},
        beside=TABLE | GATEWAY,
        replaced=["1.2.3.0/24"],
    ),
    Case(
        "AWS::EC2::SubnetRouteTableAssociation",
        {"RouteTableId": {"Ref": "Table"}, "SubnetId": {"Ref": "Subnet"}},
        table_association,
        True,
        beside=TABLE | {"Subnet": SUBNET},
    ),
    Case(
        "AWS::IAM::Role",
        {"AssumeRolePolicyDocument": TRUST, "Policies": [POLICY]},
        role,
        ["inline"],
        {"Policies": [], "ManagedPolicyArns": [{"Ref": "Reading"}]},
        ["reading"],
        {"Path": "/other/"},
        {"Reading": READING},
    ),
    Case(
        "AWS::IAM::InstanceProfile",
        {"Roles": [{"Ref": "Role"}]},
        profile,
        1,
        replace={"InstanceProfileName": "named"},
        beside={"Role": ROLE},
    ),
    Case(
        "AWS::IAM::Policy",
        {**POLICY, "Roles": [{"Ref": "Role"}]},
        inline,
        ["s3:GetObject"],
        {"PolicyDocument": LESS},
        ["s3:ListBucket"],
        beside={"Role": ROLE},
    ),
    Case(
        "AWS::IAM::ManagedPolicy",
        {"PolicyDocument": ALLOW, "Roles": [{"Ref": "Role"}]},
        managed,
        "s3:GetObject",
        {"PolicyDocument": LESS, "Roles": []},
        "s3:ListBucket",
        {"Description": "other"},
        {"Role": ROLE},
    ),
    Case(
        "AWS::RDS::DBInstance",
        DATABASE["Properties"],
        database,
        20,
        {"AllocatedStorage": 30},
        30,
        {"DBName": "journal"},
    ),
    Case(
        "AWS::RDS::DBSubnetGroup",
        {"DBSubnetGroupDescription": "a", "SubnetIds": [{"Ref": "Subnet"}, {"Ref": "Other"}]},
        subnet_group,
        "a",
        replace={"DBSubnetGroupName": "Named"},
        beside=SUBNETS,
    ),  # moto loses a group that is modified
    Case(
        "AWS::RDS::DBParameterGroup",
        {"Description": "a", "Family": "postgres16", "Parameters": {"max_connections": 10}},
        parameter_group,
        "10",
        {"Parameters": {"max_connections": "20"}},
        "20",
        {"Family": "postgres15"},
    ),
    Case(
        "AWS::Route53::HostedZone",
        {"Name": "example.org", "HostedZoneConfig": {"Comment": "a"}},
        zone,
        "a",
        {"HostedZoneConfig": {"Comment": "b"}},
        "b",
        {"Name": "example.com"},
    ),
    Case(
        "AWS::Route53::RecordSet",
        RECORD,
        record,
        ["10.0.0.1"],
        {"ResourceRecords": ["10.0.0.2"]},
        ["10.0.0.2"],
        {"Name": "web.example.org"},
        {"Zone": ZONE},
    ),
    Case(
        "AWS::S3::Bucket",
        {},
        bucket,
        None,
        {"VersioningConfiguration": {"Status": "Enabled"}},
        "Enabled",
        {"BucketName": "named-by-hand"},
    ),
    Case(
        "AWS::S3::BucketPolicy",
        {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": ALLOW},
        bucket_policy,
        "s3:GetObject",
        {"PolicyDocument": LESS},
        "s3:ListBucket",
        beside={"Bucket": BUCKET},
    ),
    Case(
        "AWS::SQS::Queue",
        {"VisibilityTimeout": "60"},
        queue,
        "60",
        {"VisibilityTimeout": 70},
        "70",
        {"QueueName": "named"},
    ),
    Case(
        "AWS::SQS::Queue",
        {"FifoQueue": True},
        queue,
        "30",
        {"VisibilityTimeout": 70},
        "70",
        {"QueueName": "named.fifo"},
    ),
    Case(
        "AWS::SQS::QueuePolicy",
        {"Queues": [{"Ref": "Queue"}], "PolicyDocument": ALLOW},
        queue_policy,
        "s3:GetObject",
        {"PolicyDocument": LESS},
        "s3:ListBucket",
        beside={"Queue": QUEUE},
    ),
    Case(
        "AWS::SecretsManager::Secret",
        SECRET["Properties"],
        secret,
        ["password", "username"],
        {"GenerateSecretString": {"SecretStringTemplate": "{}", "GenerateStringKey": "token"}},
        ["token"],
        {"Name": "named"},
    ),
    Case(
        "AWS::SSM::Parameter", {"Type": "String", "Value": "a"}, parameter, "a", {"Value": "b"}, "b", {"Name": "named"}
    ),
    Case(
        "AWS::Logs::LogGroup",
        {"RetentionInDays": "7"},
        log_group,
        [7],
        {"RetentionInDays": 14},
        [14],
        {"LogGroupName": "named"},
    ),
    Case("AWS::SNS::Topic", {"DisplayName": "a"}, topic, "a", {"DisplayName": "b"}, "b", {"TopicName": "named"}),
    Case(
        "AWS::SNS::Subscription",
        {"TopicArn": {"Ref": "Topic"}, "Protocol": "sqs", "Endpoint": {"Fn::GetAtt": "Queue.Arn"}},
        subscription,
        "false",
        {"RawMessageDelivery": True},
        "true",
        beside={"Topic": TOPIC, "Queue": QUEUE},
    ),
    Case(
        "AWS::SNS::TopicPolicy",
        {"Topics": [{"Ref": "Topic"}], "PolicyDocument": ALLOW},
        topic_policy,
        "s3:GetObject",
        {"PolicyDocument": LESS},
        "s3:ListBucket",
        beside={"Topic": TOPIC},
    ),
    Case("AWS::CloudWatch::Alarm", ALARM, alarm, [1.0], {"Threshold": 2}, [2.0], {"AlarmName": "named"}),
]


def seen(case: Case, cloud: Cloud, it: str) -> Any:
    try:
        return case.look(cloud, it)
    except ClientError as error:
        assert ABSENT.search(error.response["Error"]["Code"]), error
        return "absent"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.type)
def test_a_resource_is_made_changed_replaced_and_removed(case: Case, cloud: Cloud) -> None:
    assert cloud.create("web", case.template(case.properties)) == "CREATE_COMPLETE", cloud.told("web")
    first = cloud.physical("web", "It")
    assert seen(case, cloud, first) == case.made

    if case.change:
        assert cloud.update("web", case.template(case.properties | case.change)) == "UPDATE_COMPLETE", cloud.told("web")
        assert cloud.physical("web", "It") == first
        assert seen(case, cloud, first) == case.changed

    last = first
    if case.replace:
        wanted = case.template(case.properties | case.change | case.replace)
        assert cloud.update("web", wanted) == "UPDATE_COMPLETE", cloud.told("web")
        last = cloud.physical("web", "It")
        assert last != first
        assert seen(case, cloud, first) in (None, "absent")
        assert seen(case, cloud, last) == (case.replaced or (case.changed if case.change else case.made))

    assert cloud.delete("web") == "DELETE_COMPLETE", cloud.told("web")
    assert seen(case, cloud, last) in (None, "absent")


# Where we knowingly differ from the schema: properties that AWS replaces for and we do not, with the reason.
LOOSER = {
    ("AWS::EC2::KeyPair", "Tags"),  # the stack's tags are changed in place; AWS does so for them too
}
# And where we say more than the schema does, because it leaves it to the documentation's text.
STRICTER_TYPES = {
    "AWS::EC2::Instance",
    "AWS::EC2::VPC",
    "AWS::RDS::DBInstance",
    "AWS::Route53::RecordSet",
    "AWS::SNS::Topic",
    "AWS::EC2::Volume",
}


@pytest.mark.parametrize("name", sorted(every()))
def test_declarations_are_those_of_aws(name: str) -> None:
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

    kind, schema = every()[name], PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", name).schema
    known = set(schema["properties"])
    replacing = {path.split("/")[2] for path in schema.get("createOnlyProperties", [])}
    maybe = {path.split("/")[2] for path in schema.get("conditionalCreateOnlyProperties", [])}
    ours = kind.in_place | kind.replaced

    assert ours <= known, f"no such property: {sorted(ours - known)}"
    assert kind.in_place & kind.replaced == set()
    in_place_though = {prop for prop in kind.in_place & replacing if (name, prop) not in LOOSER}
    assert in_place_though == set(), "AWS replaces for these"
    if name not in STRICTER_TYPES:
        assert kind.replaced <= replacing | maybe, "AWS does not replace for these"
    assert set(schema.get("required", [])) <= kind.required | {"KeyName"}
    if kind.tags:
        assert kind.tags in known


def test_every_type_has_a_case() -> None:
    tried = {case.type for case in CASES} | {
        "AWS::CloudFormation::WaitConditionHandle",  # test_stacks has it
        "AWS::SecretsManager::SecretTargetAttachment",  # test_database has it
    }
    assert tried == every().keys()
