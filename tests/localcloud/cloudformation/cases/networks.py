"""Networks: AWS::EC2::VPC, Subnet, InternetGateway, RouteTable, Route and what ties them together."""

from __future__ import annotations

from typing import Any

from tests.localcloud.cloudformation.cases.case import Case, Resource
from tests.localcloud.cloudformation.cloud import Cloud

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
TABLE: Resource = {"Vpc": VPC, "Table": {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "Vpc"}}}}
GATEWAY: Resource = {
    "Gateway": {"Type": "AWS::EC2::InternetGateway"},
    "Tie": {
        "Type": "AWS::EC2::VPCGatewayAttachment",
        "Properties": {"VpcId": {"Ref": "Vpc"}, "InternetGatewayId": {"Ref": "Gateway"}},
    },
}


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


CASES = [
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
]
