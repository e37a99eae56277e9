"""EC2 but for machines: networks, security groups, keys, volumes, addresses."""

from __future__ import annotations

from typing import Any

from bench.caller import Caller
from tests.localcloud.api.check import At, check, refused


def default_vpc(ec2: Any) -> str:
    asked = [{"Name": "is-default", "Values": ["true"]}]
    return str(ec2.describe_vpcs(Filters=asked)["Vpcs"][0]["VpcId"])


@check("ec2", "DescribeVpcs DescribeSubnets DescribeAvailabilityZones DescribeVpcAttribute DescribeInternetGateways")
def default_network(at: At) -> None:
    """There is a default VPC with a subnet in each zone"""
    ec2 = at("ec2")
    vpc = default_vpc(ec2)
    of_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
    pages = ec2.get_paginator("describe_subnets").paginate(Filters=of_vpc)
    zones = {each["AvailabilityZone"] for page in pages for each in page["Subnets"] if each["DefaultForAz"]}
    assert zones == {each["ZoneName"] for each in ec2.describe_availability_zones()["AvailabilityZones"]}
    assert ec2.describe_vpc_attribute(VpcId=vpc, Attribute="enableDnsSupport")["EnableDnsSupport"]["Value"]
    attached = [{"Name": "attachment.vpc-id", "Values": [vpc]}]
    gateways = ec2.describe_internet_gateways(Filters=attached)["InternetGateways"]
    at.differs("the default VPC has no internet gateway; machines reach out all the same", len(gateways), here=0, aws=1)


@check(
    "ec2",
    "CreateVpc CreateSubnet CreateInternetGateway AttachInternetGateway CreateRouteTable CreateRoute",
    "AssociateRouteTable DescribeRouteTables DisassociateRouteTable DeleteRoute DeleteRouteTable",
    "DetachInternetGateway DeleteInternetGateway DeleteSubnet DeleteVpc ModifyVpcAttribute ModifySubnetAttribute",
)
def own_networks(at: At) -> None:
    """A VPC of one's own: made, routed, taken apart in order"""
    ec2 = at("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.201.0.0/16")["Vpc"]["VpcId"]
    ec2.get_waiter("vpc_available").wait(VpcIds=[vpc])
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.201.1.0/24")["Subnet"]["SubnetId"]
    ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(VpcId=vpc, InternetGatewayId=gateway)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    association = ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)["AssociationId"]
    routes = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
    assert {each["DestinationCidrBlock"] for each in routes} == {"10.201.0.0/16", "0.0.0.0/0"}
    ec2.delete_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0")
    ec2.disassociate_route_table(AssociationId=association)
    ec2.delete_route_table(RouteTableId=table)
    ec2.detach_internet_gateway(VpcId=vpc, InternetGatewayId=gateway)
    ec2.delete_internet_gateway(InternetGatewayId=gateway)
    full = refused(ec2.delete_vpc, VpcId=vpc)
    at.differs("a VPC with a subnet in it can be deleted", full, here="", aws="DependencyViolation")
    if not refused(ec2.describe_subnets, SubnetIds=[subnet]):
        ec2.delete_subnet(SubnetId=subnet)
    if not refused(ec2.describe_vpcs, VpcIds=[vpc]):
        ec2.delete_vpc(VpcId=vpc)
    assert refused(ec2.describe_vpcs, VpcIds=[vpc]) == "InvalidVpcID.NotFound"


@check(
    "ec2",
    "CreateSecurityGroup DescribeSecurityGroups AuthorizeSecurityGroupIngress RevokeSecurityGroupIngress",
    "AuthorizeSecurityGroupEgress RevokeSecurityGroupEgress DescribeSecurityGroupRules DeleteSecurityGroup",
)
def security_groups(at: At) -> None:
    """Groups and their rules are read back, each rule once"""
    ec2 = at("ec2")
    group = ec2.create_security_group(GroupName=at.name(), Description="d", VpcId=default_vpc(ec2))["GroupId"]
    ec2.get_waiter("security_group_exists").wait(GroupIds=[group])
    web = {
        "IpProtocol": "tcp",
        "FromPort": 80,
        "ToPort": 80,
        "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "web"}],
    }
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[web])
    twice = refused(ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=[web])
    assert twice == "InvalidPermission.Duplicate"
    ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[web])
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    assert sorted((each["IsEgress"], each["FromPort"]) for each in rules) == [(False, 80), (True, -1), (True, 80)]
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[web])
    ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[web])
    assert ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"] == []
    ec2.delete_security_group(GroupId=group)
    assert refused(ec2.describe_security_groups, GroupIds=[group]) == "InvalidGroup.NotFound"


@check("ec2", "CreateKeyPair ImportKeyPair DescribeKeyPairs DeleteKeyPair")
def key_pairs(at: At) -> None:
    """The private key is given once, for RSA and ED25519; a name is taken once"""
    ec2 = at("ec2")
    for kind in ("rsa", "ed25519"):
        made = ec2.create_key_pair(KeyName=at.name(kind), KeyType=kind)
        assert "PRIVATE KEY-----" in made["KeyMaterial"]
        assert refused(ec2.create_key_pair, KeyName=at.name(kind)) == "InvalidKeyPair.Duplicate"
        (told,) = ec2.describe_key_pairs(KeyNames=[at.name(kind)], IncludePublicKey=True)["KeyPairs"]
        assert (told["KeyPairId"], told["KeyType"]) == (made["KeyPairId"], kind)
    at.differs("the public key is not told", told.get("PublicKey", "")[:11], here="", aws="ssh-ed25519")
    public = b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEVzr33pjlora2Io589gZwNhV5N/Ni3Vh2OVnSxBz3Kj me"
    imported = ec2.import_key_pair(KeyName=at.name("mine"), PublicKeyMaterial=public)
    assert imported["KeyName"] == at.name("mine")
    ec2.delete_key_pair(KeyName=at.name("mine"))
    assert refused(ec2.describe_key_pairs, KeyNames=[at.name("mine")]) == "InvalidKeyPair.NotFound"


@check(
    "ec2",
    "CreateVolume DescribeVolumes ModifyVolume CreateSnapshot DescribeSnapshots DeleteSnapshot DeleteVolume",
)
def volumes(at: At) -> None:
    """Volumes and snapshots, with their waiters"""
    ec2 = at("ec2")
    volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=5, VolumeType="gp3")["VolumeId"]
    ec2.get_waiter("volume_available").wait(VolumeIds=[volume])
    snapshot = ec2.create_snapshot(VolumeId=volume, Description="d")["SnapshotId"]
    ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[snapshot])
    assert ec2.describe_snapshots(SnapshotIds=[snapshot])["Snapshots"][0]["VolumeId"] == volume
    try:
        ec2.modify_volume(VolumeId=volume, Size=6)
        size = ec2.describe_volumes(VolumeIds=[volume])["Volumes"][0]["Size"]
    except Exception:  # noqa: BLE001  moto answers with its own page for what it does not know
        size = None
    at.differs("ModifyVolume is refused", size, here=None, aws=6)
    ec2.delete_snapshot(SnapshotId=snapshot)
    ec2.delete_volume(VolumeId=volume)
    ec2.get_waiter("volume_deleted").wait(VolumeIds=[volume])


@check("ec2", "AllocateAddress DescribeAddresses ReleaseAddress CreateTags DescribeTags DeleteTags")
def addresses_and_tags(at: At) -> None:
    """Addresses allocated and released; tags on anything, and found by them"""
    ec2 = at("ec2")
    made = ec2.allocate_address(Domain="vpc")
    kept = made["AllocationId"]
    ec2.create_tags(Resources=[kept], Tags=[{"Key": "Name", "Value": at.name()}])
    found = ec2.describe_addresses(Filters=[{"Name": "tag:Name", "Values": [at.name()]}])["Addresses"]
    assert [each["PublicIp"] for each in found] == [made["PublicIp"]]
    asked = [{"Name": "resource-id", "Values": [kept]}]
    assert [each["Value"] for each in ec2.describe_tags(Filters=asked)["Tags"]] == [at.name()]
    ec2.delete_tags(Resources=[kept], Tags=[{"Key": "Name"}])
    assert ec2.describe_tags(Filters=asked)["Tags"] == []
    ec2.release_address(AllocationId=kept)
    gone = refused(ec2.describe_addresses, AllocationIds=[kept])
    assert gone == "InvalidAllocationID.NotFound"


@check("ec2", "DescribeIdFormat")
def unknown_actions(at: At) -> None:
    """An action or service that the local cloud does not have is refused at once"""
    at.differs("not there", refused(at("ec2").describe_id_format), here="InvalidAction", aws="")
    assert refused(at("ssm").list_nodes) == "UnknownOperationException"
    assert refused(at("rds").describe_account_attributes) == "InvalidAction"
    assert refused(at("cloudwatch").list_metric_streams) == "UnknownOperationException"
    assert refused(at("gamelift").list_builds) == "UnknownOperationException"
    try:
        forgotten = Caller(at.home, "ec2").request("POST", "/moto-api/reset")
    except RuntimeError:
        forgotten = b""
    assert not forgotten, "moto's own interface is reached"
