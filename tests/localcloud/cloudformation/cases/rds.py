"""AWS::RDS: database instances, their subnets and their parameters."""

from __future__ import annotations

from typing import Any

from tests.localcloud.cloudformation.cases.case import Case, Resource
from tests.localcloud.cloudformation.cases.networks import SUBNETS
from tests.localcloud.cloudformation.cloud import Cloud

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


def database(cloud: Cloud, it: str) -> Any:
    return cloud.client("rds").describe_db_instances(DBInstanceIdentifier=it)["DBInstances"][0]["AllocatedStorage"]


def subnet_group(cloud: Cloud, it: str) -> Any:
    told = cloud.client("rds").describe_db_subnet_groups(DBSubnetGroupName=it)["DBSubnetGroups"][0]
    return told["DBSubnetGroupDescription"]


def parameter_group(cloud: Cloud, it: str) -> Any:
    told = cloud.client("rds").describe_db_parameters(DBParameterGroupName=it)["Parameters"]
    return {each["ParameterName"]: each.get("ParameterValue") for each in told}.get("max_connections")


CASES = [
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
]
