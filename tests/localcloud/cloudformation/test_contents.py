"""What a template says of a bucket, a database and a machine is what the services then tell."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.localcloud.cloudformation.cloud import Cloud, Template

ALLOW_S3 = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage",
                   "Resource": {"Fn::GetAtt": "Queue.Arn"}}],
}  # fmt: skip


def test_a_buckets_uploads_reach_its_queue(cloud: Cloud) -> None:
    event = {"Event": "s3:ObjectCreated:*", "Queue": {"Fn::GetAtt": "Queue.Arn"},
             "Filter": {"S3Key": {"Rules": [{"Name": "suffix", "Value": ".zip"}]}}}  # fmt: skip
    block = dict.fromkeys(("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True)
    cors = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "MaxAge": 9}
    default = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    template: Template = {
        "Resources": {
            "Queue": {"Type": "AWS::SQS::Queue"},
            "Allow": {"Type": "AWS::SQS::QueuePolicy", "Properties": {
                "Queues": [{"Ref": "Queue"}], "PolicyDocument": ALLOW_S3}},
            "Bucket": {
                "Type": "AWS::S3::Bucket",
                "DependsOn": "Allow",
                "Properties": {
                    "BucketName": "ct-elife-production-final",
                    "BucketEncryption": {"ServerSideEncryptionConfiguration": [default]},
                    "PublicAccessBlockConfiguration": block,
                    "NotificationConfiguration": {"QueueConfigurations": [event]},
                    "LifecycleConfiguration": {"Rules": [{"Id": "old", "Status": "Enabled", "ExpirationInDays": "30"}]},
                    "CorsConfiguration": {"CorsRules": [cors]},
                },
            },
        }
    }  # fmt: skip
    assert cloud.create("bot", template, Tags=[{"Key": "Project", "Value": "bot"}]) == "CREATE_COMPLETE", cloud.told(
        "bot"
    )
    s3, sqs, bucket = cloud.client("s3"), cloud.client("sqs"), "ct-elife-production-final"
    rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"] == block
    assert s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"][0]["Expiration"]["Days"] == 30
    assert s3.get_bucket_cors(Bucket=bucket)["CORSRules"][0]["MaxAgeSeconds"] == 9
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == [{"Key": "Project", "Value": "bot"}]
    for key in ("a.txt", "elife-00353-vor-r1.zip"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    url = cloud.physical("bot", "Queue")
    keys: list[str] = []
    deadline = time.monotonic() + 20  # an upload is told of after it, not with it
    while not keys and time.monotonic() < deadline:
        told = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
        bodies = [json.loads(message["Body"]) for message in told]
        keys = [record["s3"]["object"]["key"] for body in bodies for record in body.get("Records", [])]
    assert keys == ["elife-00353-vor-r1.zip"]

    del template["Resources"]["Bucket"]["Properties"]["NotificationConfiguration"]
    assert cloud.update("bot", template) == "UPDATE_COMPLETE", cloud.told("bot")
    assert "QueueConfigurations" not in s3.get_bucket_notification_configuration(Bucket=bucket)


def database(**more: Any) -> Template:
    password = {"Fn::Sub": "{{resolve:secretsmanager:${Secret}:SecretString:password}}"}
    generate = {"SecretStringTemplate": '{"username": "elife"}', "GenerateStringKey": "password", "PasswordLength": 40,
                "ExcludePunctuation": True}  # fmt: skip
    properties = {"Engine": "postgres", "DBInstanceClass": "db.t3.micro", "AllocatedStorage": "20", "DBName": "lax",
                  "MasterUsername": "elife", "MasterUserPassword": password, "Port": "5432", **more}  # fmt: skip
    return {
        "Resources": {
            "Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": {"GenerateSecretString": generate}},
            "Database": {"Type": "AWS::RDS::DBInstance", "Properties": properties},
            "Attachment": {
                "Type": "AWS::SecretsManager::SecretTargetAttachment",
                "Properties": {"SecretId": {"Ref": "Secret"}, "TargetId": {"Ref": "Database"},
                               "TargetType": "AWS::RDS::DBInstance"},
            },
        },
        "Outputs": {
            "RDSHost": {"Value": {"Fn::GetAtt": ["Database", "Endpoint.Address"]}},
            "RDSPort": {"Value": {"Fn::GetAtt": ["Database", "Endpoint.Port"]}},
        },
    }  # fmt: skip


def test_a_database_with_a_password_of_its_own(cloud: Cloud) -> None:
    assert cloud.create("lax", database()) == "CREATE_COMPLETE", cloud.told("lax")
    told = cloud.client("rds").describe_db_instances()["DBInstances"][0]
    assert cloud.outputs("lax") == {"RDSHost": told["Endpoint"]["Address"], "RDSPort": "5432"}
    value = cloud.client("secretsmanager").get_secret_value(SecretId=cloud.physical("lax", "Secret"))["SecretString"]
    secret = json.loads(value)
    assert len(secret["password"]) == 40
    assert (secret["username"], secret["host"], secret["dbname"]) == ("elife", told["Endpoint"]["Address"], "lax")
    assert cloud.delete("lax") == "DELETE_COMPLETE", cloud.told("lax")
    # AWS's own default for a database: its data is kept in a last snapshot.
    assert len(cloud.client("rds").describe_db_snapshots()["DBSnapshots"]) == 1


def test_a_machine_as_the_template_says(cloud: Cloud) -> None:
    role = {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}}
    template: Template = {
        "Resources": {
            "Role": {"Type": "AWS::IAM::Role", "Properties": role},
            "Profile": {"Type": "AWS::IAM::InstanceProfile", "Properties": {"Roles": [{"Ref": "Role"}]}},
            "Key": {"Type": "AWS::EC2::KeyPair", "Properties": {"KeyName": "web--1", "KeyType": "ed25519"}},
            "Machine": {
                "Type": "AWS::EC2::Instance",
                "Properties": {
                    "ImageId": "ami-12c6146b",
                    "InstanceType": "t3.micro",
                    "KeyName": {"Ref": "Key"},
                    "IamInstanceProfile": {"Ref": "Profile"},
                    "MetadataOptions": {"HttpTokens": "required"},
                    "UserData": {"Fn::Base64": {"Fn::Sub": "#!/bin/sh\necho ${AWS::StackName}\n"}},
                    "BlockDeviceMappings": [
                        {"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": "8", "Encrypted": "true"}}
                    ],
                    "Tags": [{"Key": "Name", "Value": {"Ref": "AWS::StackName"}}],
                },
            },
        },
        "Outputs": {
            "PrivateIP": {"Value": {"Fn::GetAtt": "Machine.PrivateIp"}},
            "KeyPairId": {"Value": {"Fn::GetAtt": "Key.KeyPairId"}},
        },
    }
    assert cloud.create("web", template, Tags=[{"Key": "Project", "Value": "web"}]) == "CREATE_COMPLETE", cloud.told(
        "web"
    )
    machine = cloud.client("ec2").describe_instances()["Reservations"][0]["Instances"][0]
    assert machine["State"]["Name"] == "running"
    assert machine["PrivateIpAddress"] == cloud.outputs("web")["PrivateIP"]
    assert machine["KeyName"] == "web--1"
    assert machine["IamInstanceProfile"]["Arn"].endswith(cloud.physical("web", "Profile"))
    tags = {tag["Key"]: tag["Value"] for tag in machine["Tags"]}
    assert (tags["Name"], tags["Project"], tags["aws:cloudformation:logical-id"]) == ("web", "web", "Machine")
    key = f"/ec2/keypair/{cloud.outputs('web')['KeyPairId']}"
    assert "PRIVATE KEY" in cloud.client("ssm").get_parameter(Name=key, WithDecryption=True)["Parameter"]["Value"]
    assert cloud.delete("web") == "DELETE_COMPLETE", cloud.told("web")
    with pytest.raises(cloud.client("ssm").exceptions.ParameterNotFound):
        cloud.client("ssm").get_parameter(Name=key)


def test_a_machine_that_dies_at_its_start_fails_with_its_reason(cloud: Cloud) -> None:
    from moto.ec2.models import ec2_backends
    from moto.ec2.models.instances import StateReason

    def die(service: str, call: str) -> None:
        if call == "DescribeInstances":
            for machine in ec2_backends["123456789012"]["us-east-1"].all_instances():
                machine._state.name, machine._state.code = "terminated", 48
                machine.state_reason = StateReason("Client.NoSpace: no room left for it", "Client.NoSpace")

    cloud.before = die
    machine = {"Type": "AWS::EC2::Instance", "Properties": {"ImageId": "ami-12c6146b"}}
    assert cloud.create("web", {"Resources": {"Machine": machine}}) == "ROLLBACK_COMPLETE", cloud.told("web")
    reason = next(reason for name, status, reason in cloud.story("web", "Machine") if status == "CREATE_FAILED")
    assert "did not stabilize. Current state: terminated." in reason
    assert "no room left for it" in reason
