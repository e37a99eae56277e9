"""Where AWS's documentation says "it depends": the same property in place once, and by replacement another time."""

from __future__ import annotations

from typing import Any

import pytest

from tests.localcloud.cloudformation.cases.machines import IMAGE
from tests.localcloud.cloudformation.cloud import Cloud


def disks(size: int, goes: bool) -> dict[str, Any]:
    disk = {"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": size, "DeleteOnTermination": goes}}
    return {"ImageId": IMAGE, "BlockDeviceMappings": [disk]}


def tenancy(value: str | None) -> dict[str, Any]:
    return {"CidrBlock": "10.1.0.0/16", **({"InstanceTenancy": value} if value else {})}


ROWS = [
    ("AWS::EC2::Instance", disks(8, True), disks(8, False), False),
    ("AWS::EC2::Instance", disks(8, True), disks(9, True), True),
    ("AWS::EC2::VPC", tenancy("dedicated"), tenancy("default"), False),
    ("AWS::EC2::VPC", tenancy("dedicated"), tenancy(None), False),
    ("AWS::EC2::VPC", tenancy(None), tenancy("dedicated"), True),
]


def looked_at(cloud: Cloud, kind: str, it: str) -> Any:
    ec2 = cloud.client("ec2")
    if kind == "AWS::EC2::VPC":
        return ec2.describe_vpcs(VpcIds=[it])["Vpcs"][0]["InstanceTenancy"]
    told = ec2.describe_instances(InstanceIds=[it])["Reservations"][0]["Instances"][0]
    disk = next(each["Ebs"] for each in told["BlockDeviceMappings"] if each["DeviceName"] == "/dev/sdf")
    return disk["DeleteOnTermination"], ec2.describe_volumes(VolumeIds=[disk["VolumeId"]])["Volumes"][0]["Size"]


def meant(kind: str, properties: dict[str, Any]) -> Any:
    if kind == "AWS::EC2::VPC":
        return properties.get("InstanceTenancy", "default")
    disk = properties["BlockDeviceMappings"][0]["Ebs"]
    return disk["DeleteOnTermination"], disk["VolumeSize"]


@pytest.mark.parametrize(("kind", "before", "after", "replaced"), ROWS)
def test_it_depends(cloud: Cloud, kind: str, before: dict[str, Any], after: dict[str, Any], replaced: bool) -> None:
    cloud.create("web", {"Resources": {"It": {"Type": kind, "Properties": before}}})
    first = cloud.physical("web", "It")
    assert looked_at(cloud, kind, first) == meant(kind, before)
    status = cloud.update("web", {"Resources": {"It": {"Type": kind, "Properties": after}}})
    assert status == "UPDATE_COMPLETE", cloud.told("web")
    last = cloud.physical("web", "It")
    assert (last != first, looked_at(cloud, kind, last)) == (replaced, meant(kind, after))


def test_a_record_of_another_type_takes_the_place_of_the_one_before(cloud: Cloud) -> None:
    zone = cloud.client("route53").create_hosted_zone(Name="example.org", CallerReference="1")["HostedZone"]["Id"]

    def record(kind: str, value: str) -> dict[str, Any]:
        said = {"HostedZoneId": zone.rsplit("/", 1)[-1], "Name": "www.example.org.", "TTL": "60", "Type": kind}
        return {"It": {"Type": "AWS::Route53::RecordSet", "Properties": {**said, "ResourceRecords": [value]}}}

    cloud.create("web", {"Resources": record("A", "10.0.0.1")})
    assert cloud.update("web", {"Resources": record("CNAME", "there.example.org")}) == "UPDATE_COMPLETE"
    found = cloud.client("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    assert [each["Type"] for each in found if each["Name"].startswith("www")] == ["CNAME"], cloud.told("web")
    assert cloud.delete("web") == "DELETE_COMPLETE"
