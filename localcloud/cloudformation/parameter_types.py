"""Parameter types that stand for things in the account: which there are, and whether a value's thing exists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.cloudformation.clients import Clients

PLAIN = ("String", "Number", "CommaDelimitedList", "List<Number>", "List<String>", "AWS::SSM::Parameter::Name")
SSM_VALUE = re.compile(r"^AWS::SSM::Parameter::Value<(.+)>$")
LIST = re.compile(r"^List<(.+)>$")


@dataclass(frozen=True)
class Listing:
    """The call that tells of all there are, the list in its answer, and what a parameter's value is of an entry."""

    service: str
    operation: str
    many: str
    name: str


TYPES = {
    "AWS::EC2::AvailabilityZone::Name": Listing("ec2", "DescribeAvailabilityZones", "AvailabilityZones", "ZoneName"),
    "AWS::EC2::Image::Id": Listing("ec2", "DescribeImages", "Images", "ImageId"),
    "AWS::EC2::Instance::Id": Listing("ec2", "DescribeInstances", "Reservations", "InstanceId"),
    "AWS::EC2::KeyPair::KeyName": Listing("ec2", "DescribeKeyPairs", "KeyPairs", "KeyName"),
    "AWS::EC2::SecurityGroup::GroupName": Listing("ec2", "DescribeSecurityGroups", "SecurityGroups", "GroupName"),
    "AWS::EC2::SecurityGroup::Id": Listing("ec2", "DescribeSecurityGroups", "SecurityGroups", "GroupId"),
    "AWS::EC2::Subnet::Id": Listing("ec2", "DescribeSubnets", "Subnets", "SubnetId"),
    "AWS::EC2::VPC::Id": Listing("ec2", "DescribeVpcs", "Vpcs", "VpcId"),
    "AWS::EC2::Volume::Id": Listing("ec2", "DescribeVolumes", "Volumes", "VolumeId"),
    "AWS::Route53::HostedZone::Id": Listing("route53", "ListHostedZones", "HostedZones", "Id"),
}


def is_known(kind: str) -> bool:
    """Whether AWS has a parameter type of that name."""
    if match := SSM_VALUE.match(kind):
        kind = match[1]
    return kind in PLAIN or inner(kind) in TYPES


def inner(kind: str) -> str:
    """The type behind `List<…>` and `AWS::SSM::Parameter::Value<…>`."""
    for wrapped in (SSM_VALUE, LIST):
        match = wrapped.match(kind)
        kind = match[1] if match else kind
    return kind


def entries(kind: str, clients: Clients) -> dict[str, Mapping[str, Any]]:
    """What there is of a type, by the name or id that a parameter gives, as the service tells it."""
    listing = TYPES[kind]
    told = clients.call(listing.service, listing.operation)[listing.many]
    if listing.many == "Reservations":
        told = [each for reservation in told for each in reservation["Instances"]]
    return {str(each[listing.name]).rpartition("/")[2]: each for each in told}


def absent(
    declared: Mapping[str, Mapping[str, Any]], values: Mapping[str, Mapping[str, Any]], clients: Clients
) -> Iterator[tuple[str, str]]:
    """(value, parameter) of each value whose thing does not exist."""
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for name, value in values.items():
        kind = inner(str(declared[name].get("Type", "String")))
        if kind not in TYPES:
            continue
        if kind not in found:
            found[kind] = entries(kind, clients)
        whole = str(value.get("resolved", value["value"]))
        many = "List<" in str(declared[name]["Type"])
        for part in [each.strip() for each in whole.split(",")] if many else [whole]:
            if part not in found[kind]:
                yield part, name
