"""RDS."""

from __future__ import annotations

from tests.localcloud.api.check import At, check, eventually, refused
from tests.localcloud.api.checks.ec2 import default_vpc

SOON = {"Delay": 1, "MaxAttempts": 300}


@check(
    "rds",
    "CreateDBSubnetGroup DescribeDBSubnetGroups ModifyDBSubnetGroup DeleteDBSubnetGroup CreateDBParameterGroup",
    "ModifyDBParameterGroup DescribeDBParameterGroups DescribeDBParameters DeleteDBParameterGroup",
)
def groups(at: At) -> None:
    """Subnet groups and parameter groups are read back as set"""
    rds, ec2 = at("rds"), at("ec2")
    asked = [{"Name": "vpc-id", "Values": [default_vpc(ec2)]}]
    subnets = [each["SubnetId"] for each in ec2.describe_subnets(Filters=asked)["Subnets"]]
    rds.create_db_subnet_group(DBSubnetGroupName=at.name(), DBSubnetGroupDescription="d", SubnetIds=subnets[:2])
    rds.modify_db_subnet_group(DBSubnetGroupName=at.name(), SubnetIds=subnets[:3])
    (told,) = rds.describe_db_subnet_groups(DBSubnetGroupName=at.name())["DBSubnetGroups"]
    assert {each["SubnetIdentifier"] for each in told["Subnets"]} == set(subnets[:3])
    rds.delete_db_subnet_group(DBSubnetGroupName=at.name())
    assert refused(rds.describe_db_subnet_groups, DBSubnetGroupName=at.name()) == "DBSubnetGroupNotFoundFault"
    given = {"DBParameterGroupName": at.name(), "DBParameterGroupFamily": "postgres15"}
    rds.create_db_parameter_group(**given, Description="d")
    parameter = {"ParameterName": "log_min_duration_statement", "ParameterValue": "500", "ApplyMethod": "immediate"}
    rds.modify_db_parameter_group(DBParameterGroupName=at.name(), Parameters=[parameter])
    pages = rds.get_paginator("describe_db_parameters").paginate(DBParameterGroupName=at.name(), Source="user")
    kept = {each["ParameterName"]: each.get("ParameterValue") for page in pages for each in page["Parameters"]}
    assert kept["log_min_duration_statement"] == "500"
    (told,) = rds.describe_db_parameter_groups(DBParameterGroupName=at.name())["DBParameterGroups"]
    assert told["DBParameterGroupFamily"] == "postgres15"
    rds.delete_db_parameter_group(DBParameterGroupName=at.name())


@check(
    "rds",
    "CreateDBInstance DescribeDBInstances ModifyDBInstance CreateDBSnapshot DescribeDBSnapshots DeleteDBSnapshot",
    "StopDBInstance StartDBInstance AddTagsToResource ListTagsForResource DeleteDBInstance",
)
def databases(at: At) -> None:
    """`available` is a PostgreSQL that answers at its endpoint; deleted, it is gone"""
    rds = at("rds")
    one = {"DBInstanceIdentifier": at.name()}
    rds.create_db_instance(
        **one, DBInstanceClass="db.t3.micro", Engine="postgres", AllocatedStorage=20, MasterUsername="master",
        MasterUserPassword="secret-42",
    )  # fmt: skip
    rds.get_waiter("db_instance_available").wait(**one, WaiterConfig=SOON)
    (told,) = rds.describe_db_instances(**one)["DBInstances"]
    assert (told["DBInstanceStatus"], told["Endpoint"]["Port"]) == ("available", 5432)
    at.differs("always PostgreSQL 15", told["EngineVersion"].split(".")[0], here="15", aws="17")
    rds.modify_db_instance(**one, BackupRetentionPeriod=3, ApplyImmediately=True)
    assert rds.describe_db_instances(**one)["DBInstances"][0]["BackupRetentionPeriod"] == 3
    rds.create_db_snapshot(**one, DBSnapshotIdentifier=at.name("snapshot"))
    rds.get_waiter("db_snapshot_available").wait(DBSnapshotIdentifier=at.name("snapshot"), WaiterConfig=SOON)
    assert len(rds.describe_db_snapshots(**one, SnapshotType="manual")["DBSnapshots"]) == 1
    rds.delete_db_snapshot(DBSnapshotIdentifier=at.name("snapshot"))
    rds.add_tags_to_resource(ResourceName=told["DBInstanceArn"], Tags=[{"Key": "a", "Value": "1"}])
    assert rds.list_tags_for_resource(ResourceName=told["DBInstanceArn"])["TagList"] == [{"Key": "a", "Value": "1"}]
    rds.stop_db_instance(**one)
    eventually(lambda: rds.describe_db_instances(**one)["DBInstances"][0]["DBInstanceStatus"] == "stopped", 60)
    rds.start_db_instance(**one)
    rds.get_waiter("db_instance_available").wait(**one, WaiterConfig=SOON)
    rds.delete_db_instance(**one, SkipFinalSnapshot=True)
    rds.get_waiter("db_instance_deleted").wait(**one, WaiterConfig=SOON)
    assert refused(rds.describe_db_instances, **one) in ("DBInstanceNotFound", "DBInstanceNotFoundFault")
