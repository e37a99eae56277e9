"""Networks: AWS::EC2::VPC, Subnet, InternetGateway, RouteTable, Route and what ties them together."""

from __future__ import annotations

from typing import Any

from localcloud.cloudformation.resources.at import At
from localcloud.cloudformation.resources.ec2 import Tagged, wait_until_free
from localcloud.cloudformation.resources.kind import (
    Existing,
    Kind,
    Names,
    Properties,
    changed,
    names,
    only,
    own_tags,
    pick,
)
from localcloud.cloudformation.resources.standing import stands


class VPC(Tagged):
    type = "AWS::EC2::VPC"
    identifier = "VpcId"
    kept_as = "vpc"
    listed = ("DescribeVpcs", "Vpcs", "VpcId")
    replaced = names("CidrBlock InstanceTenancy")
    in_place = names("EnableDnsHostnames EnableDnsSupport Tags")
    attributes = names("VpcId CidrBlock DefaultSecurityGroup DefaultNetworkAcl")

    def create(self, at: At, new: Properties) -> str:
        asked = {**pick(new, "CidrBlock InstanceTenancy"), "TagSpecifications": self.tag_specifications(at, new)}
        return str(at.call("ec2", "CreateVpc", asked)["Vpc"]["VpcId"])

    def settle(self, at: At, it: Existing) -> None:
        for name in ("EnableDnsSupport", "EnableDnsHostnames"):
            if name in it.properties:
                at.call("ec2", "ModifyVpcAttribute", {"VpcId": it.id, name: {"Value": it.properties[name]}})

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        mine = [{"Name": "vpc-id", "Values": [it.id]}]
        group = [*mine, {"Name": "group-name", "Values": ["default"]}]
        acl = [*mine, {"Name": "default", "Values": ["true"]}]
        groups = at.call("ec2", "DescribeSecurityGroups", {"Filters": group})["SecurityGroups"]
        acls = at.call("ec2", "DescribeNetworkAcls", {"Filters": acl})["NetworkAcls"]
        return {
            "VpcId": it.id,
            "CidrBlock": it.properties["CidrBlock"],
            "DefaultSecurityGroup": groups[0]["GroupId"] if groups else "",
            "DefaultNetworkAcl": acls[0]["NetworkAclId"] if acls else "",
        }

    def update(self, at: At, it: Existing, new: Properties) -> None:
        for name, default in (("EnableDnsSupport", True), ("EnableDnsHostnames", False)):
            if name in it.properties and name not in new:
                at.call("ec2", "ModifyVpcAttribute", {"VpcId": it.id, name: {"Value": default}})
        if _undedicated(it.properties, new):
            at.call("ec2", "ModifyVpcTenancy", {"VpcId": it.id, "InstanceTenancy": "default"})
        self.retag(at, it.id, it.properties, new)  # the rest is settle's

    def replaces(self, old: Properties, new: Properties, changed: Names) -> bool:
        # The one way in which AWS changes it in place.
        return super().replaces(old, new, changed - {"InstanceTenancy"} if _undedicated(old, new) else changed)

    def actual(self, at: At, it: Existing) -> Properties:
        told = at.call("ec2", "DescribeVpcs", {"VpcIds": [it.id]})["Vpcs"][0]
        facts = {**pick(told, "CidrBlock InstanceTenancy"), "Tags": own_tags(told.get("Tags", []))}
        for name in ("EnableDnsSupport", "EnableDnsHostnames"):
            asked = {"VpcId": it.id, "Attribute": name[0].lower() + name[1:]}
            facts[name] = at.call("ec2", "DescribeVpcAttribute", asked)[name]["Value"]
        return facts

    def delete(self, at: At, it: Existing) -> None:
        wait_until_free(at, "DeleteVpc", {"VpcId": it.id})


class Subnet(Tagged):
    type = "AWS::EC2::Subnet"
    identifier = "SubnetId"
    kept_as = "subnet"
    listed = ("DescribeSubnets", "Subnets", "SubnetId")
    required = names("VpcId")
    replaced = names("VpcId AvailabilityZone CidrBlock")
    in_place = names("MapPublicIpOnLaunch Tags")
    attributes = names("SubnetId AvailabilityZone CidrBlock VpcId")

    def create(self, at: At, new: Properties) -> str:
        asked = {**pick(new, "VpcId AvailabilityZone CidrBlock"), "TagSpecifications": self.tag_specifications(at, new)}
        return str(at.call("ec2", "CreateSubnet", asked)["Subnet"]["SubnetId"])

    def settle(self, at: At, it: Existing) -> None:
        if "MapPublicIpOnLaunch" in it.properties:
            asked = {"SubnetId": it.id, "MapPublicIpOnLaunch": {"Value": it.properties["MapPublicIpOnLaunch"]}}
            at.call("ec2", "ModifySubnetAttribute", asked)

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        told = at.call("ec2", "DescribeSubnets", {"SubnetIds": [it.id]})["Subnets"][0]
        return {"SubnetId": it.id, **pick(told, "AvailabilityZone CidrBlock VpcId")}

    def update(self, at: At, it: Existing, new: Properties) -> None:
        if "MapPublicIpOnLaunch" in changed(it.properties, new) and "MapPublicIpOnLaunch" not in new:
            at.call("ec2", "ModifySubnetAttribute", {"SubnetId": it.id, "MapPublicIpOnLaunch": {"Value": False}})
        self.retag(at, it.id, it.properties, new)

    def actual(self, at: At, it: Existing) -> Properties:
        told = at.call("ec2", "DescribeSubnets", {"SubnetIds": [it.id]})["Subnets"][0]
        facts = pick(told, "VpcId AvailabilityZone CidrBlock MapPublicIpOnLaunch")
        return {**facts, "Tags": own_tags(told.get("Tags", []))}

    def delete(self, at: At, it: Existing) -> None:
        wait_until_free(at, "DeleteSubnet", {"SubnetId": it.id})


class InternetGateway(Tagged):
    type = "AWS::EC2::InternetGateway"
    identifier = "InternetGatewayId"
    kept_as = "internet-gateway"
    listed = ("DescribeInternetGateways", "InternetGateways", "InternetGatewayId")
    in_place = names("Tags")
    attributes = names("InternetGatewayId")

    def create(self, at: At, new: Properties) -> str:
        asked = {"TagSpecifications": self.tag_specifications(at, new)}
        return str(at.call("ec2", "CreateInternetGateway", asked)["InternetGateway"]["InternetGatewayId"])

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        return {"InternetGatewayId": it.id}

    def update(self, at: At, it: Existing, new: Properties) -> None:
        self.retag(at, it.id, it.properties, new)

    def actual(self, at: At, it: Existing) -> Properties:
        asked = {"InternetGatewayIds": [it.id]}
        told = at.call("ec2", "DescribeInternetGateways", asked)["InternetGateways"][0]
        return {"Tags": own_tags(told.get("Tags", []))}

    def delete(self, at: At, it: Existing) -> None:
        wait_until_free(at, "DeleteInternetGateway", {"InternetGatewayId": it.id})


class VPCGatewayAttachment(Kind):
    type = "AWS::EC2::VPCGatewayAttachment"
    required = names("VpcId InternetGatewayId")
    replaced = names("VpcId")
    in_place = names("InternetGatewayId")

    def create(self, at: At, new: Properties) -> str:
        at.call("ec2", "AttachInternetGateway", pick(new, "VpcId InternetGatewayId"))
        return f"IGW|{new['VpcId']}"

    def update(self, at: At, it: Existing, new: Properties) -> None:
        self.delete(at, it)
        self.create(at, new)

    def found(self, at: At, new: Properties) -> str | None:
        return stands(self, at, f"IGW|{new['VpcId']}", new)

    def actual(self, at: At, it: Existing) -> Properties:
        asked = {"Filters": [{"Name": "attachment.vpc-id", "Values": [it.properties["VpcId"]]}]}
        told = only(at.call("ec2", "DescribeInternetGateways", asked)["InternetGateways"], it.id)
        return {"VpcId": it.properties["VpcId"], **pick(told, "InternetGatewayId")}

    def delete(self, at: At, it: Existing) -> None:
        wait_until_free(at, "DetachInternetGateway", pick(it.properties, "VpcId InternetGatewayId"))


class RouteTable(Tagged):
    type = "AWS::EC2::RouteTable"
    identifier = "RouteTableId"
    kept_as = "route-table"
    listed = ("DescribeRouteTables", "RouteTables", "RouteTableId")
    required = names("VpcId")
    replaced = names("VpcId")
    in_place = names("Tags")
    attributes = names("RouteTableId")

    def create(self, at: At, new: Properties) -> str:
        asked = {**pick(new, "VpcId"), "TagSpecifications": self.tag_specifications(at, new)}
        return str(at.call("ec2", "CreateRouteTable", asked)["RouteTable"]["RouteTableId"])

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        return {"RouteTableId": it.id}

    def update(self, at: At, it: Existing, new: Properties) -> None:
        self.retag(at, it.id, it.properties, new)

    def actual(self, at: At, it: Existing) -> Properties:
        told = at.call("ec2", "DescribeRouteTables", {"RouteTableIds": [it.id]})["RouteTables"][0]
        return {**pick(told, "VpcId"), "Tags": own_tags(told.get("Tags", []))}

    def delete(self, at: At, it: Existing) -> None:
        wait_until_free(at, "DeleteRouteTable", {"RouteTableId": it.id})


class Route(Kind):
    type = "AWS::EC2::Route"
    required = names("RouteTableId")
    replaced = names("RouteTableId DestinationCidrBlock DestinationIpv6CidrBlock")
    in_place = names("GatewayId InstanceId NatGatewayId NetworkInterfaceId VpcPeeringConnectionId")
    attributes = names("CidrBlock")

    def create(self, at: At, new: Properties) -> str:
        at.call("ec2", "CreateRoute", new)
        return f"{new['RouteTableId']}|{_destination(new)}"

    def found(self, at: At, new: Properties) -> str | None:
        return stands(self, at, f"{new['RouteTableId']}|{_destination(new)}", new)

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        return {"CidrBlock": _destination(it.properties)}

    def update(self, at: At, it: Existing, new: Properties) -> None:
        at.call("ec2", "ReplaceRoute", new)

    def actual(self, at: At, it: Existing) -> Properties:
        return only(_routes(at, it.properties), it.id)

    def delete(self, at: At, it: Existing) -> None:
        at.call("ec2", "DeleteRoute", pick(it.properties, "RouteTableId DestinationCidrBlock DestinationIpv6CidrBlock"))


class SubnetRouteTableAssociation(Kind):
    type = "AWS::EC2::SubnetRouteTableAssociation"
    required = names("RouteTableId SubnetId")
    replaced = names("RouteTableId SubnetId")
    attributes = names("Id")

    def create(self, at: At, new: Properties) -> str:
        return str(at.call("ec2", "AssociateRouteTable", new)["AssociationId"])

    def found(self, at: At, new: Properties) -> str | None:
        told = at.call("ec2", "DescribeRouteTables", {"RouteTableIds": [new["RouteTableId"]]})["RouteTables"][0]
        ties = [
            each["RouteTableAssociationId"] for each in told["Associations"] if each.get("SubnetId") == new["SubnetId"]
        ]
        return str(ties[0]) if ties else None

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        return {"Id": it.id}

    def actual(self, at: At, it: Existing) -> Properties:
        asked = {"Filters": [{"Name": "association.route-table-association-id", "Values": [it.id]}]}
        tables = at.call("ec2", "DescribeRouteTables", asked)["RouteTables"]
        ties = [each for table in tables for each in table["Associations"]]
        return only([each for each in ties if each["RouteTableAssociationId"] == it.id], it.id)

    def delete(self, at: At, it: Existing) -> None:
        at.call("ec2", "DisassociateRouteTable", {"AssociationId": it.id})


def _routes(at: At, route: Properties) -> list[dict[str, Any]]:
    """The route to the same destination in the same table."""
    told = at.call("ec2", "DescribeRouteTables", {"RouteTableIds": [route["RouteTableId"]]})["RouteTables"]
    found = [{**each, "RouteTableId": table["RouteTableId"]} for table in told for each in table["Routes"]]
    return [each for each in found if _destination(each) == _destination(route)]


def _undedicated(old: Properties, new: Properties) -> bool:
    return bool(old.get("InstanceTenancy") == "dedicated" and new.get("InstanceTenancy", "default") == "default")


def _destination(properties: Properties) -> str:
    return str(properties.get("DestinationCidrBlock") or properties.get("DestinationIpv6CidrBlock"))
