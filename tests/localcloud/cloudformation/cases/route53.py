"""AWS::Route53: zones and the names in them."""

from __future__ import annotations

from typing import Any

from tests.localcloud.cloudformation.cases.case import Case, Resource
from tests.localcloud.cloudformation.cloud import Cloud

ZONE: Resource = {"Type": "AWS::Route53::HostedZone", "Properties": {"Name": "example.org"}}
RECORD: Resource = {
    "HostedZoneId": {"Ref": "Zone"},
    "Name": "www.example.org",
    "Type": "A",
    "TTL": "60",
    "ResourceRecords": ["10.0.0.1"],
}


def zone(cloud: Cloud, it: str) -> Any:
    return cloud.client("route53").get_hosted_zone(Id=it)["HostedZone"]["Config"].get("Comment")


def record(cloud: Cloud, it: str) -> Any:
    for each in cloud.client("route53").list_hosted_zones()["HostedZones"]:
        for found in cloud.client("route53").list_resource_record_sets(HostedZoneId=each["Id"])["ResourceRecordSets"]:
            if found["Name"] == it + ".":
                return [value["Value"] for value in found["ResourceRecords"]]
    return None


CASES = [
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
]
