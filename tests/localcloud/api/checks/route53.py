"""Route 53."""

from __future__ import annotations

from typing import Any

from tests.localcloud.api.check import At, check, refused


def change(action: str, name: str, value: str, kind: str = "A") -> dict[str, Any]:
    records = [{"Value": value}]
    return {"Action": action, "ResourceRecordSet": {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": records}}


@check(
    "route53",
    "CreateHostedZone GetHostedZone ListHostedZones ListHostedZonesByName ChangeResourceRecordSets GetChange",
    "ListResourceRecordSets DeleteHostedZone",
)
def zones(at: At) -> None:
    """Zones and records: made, replaced, listed in order, all or none of a batch; no zone goes with records in it"""
    route53, name = at("route53"), f"{at.name()}.example.org."
    zone = route53.create_hosted_zone(Name=name, CallerReference=at.name())["HostedZone"]["Id"]
    again = refused(route53.create_hosted_zone, Name=name, CallerReference=at.name())
    assert again == "HostedZoneAlreadyExists"
    assert route53.get_hosted_zone(Id=zone)["HostedZone"]["ResourceRecordSetCount"] == 2
    pages = route53.get_paginator("list_hosted_zones").paginate()
    assert zone in {each["Id"] for page in pages for each in page["HostedZones"]}
    assert route53.list_hosted_zones_by_name(DNSName=name)["HostedZones"][0]["Id"] == zone

    def changed(*changes: dict[str, Any]) -> str:
        info = route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": list(changes)})
        return str(info["ChangeInfo"]["Id"])

    made = changed(change("CREATE", f"b.{name}", "10.0.0.1"), change("UPSERT", f"a.{name}", f"b.{name}", "CNAME"))
    route53.get_waiter("resource_record_sets_changed").wait(Id=made)
    changed(change("UPSERT", f"b.{name}", "10.0.0.2"))
    pages = route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone)
    told = [
        (each["Name"], each["ResourceRecords"][0]["Value"]) for page in pages for each in page["ResourceRecordSets"]
    ]
    assert [each for each in told if each[0] != name] == [(f"a.{name}", f"b.{name}"), (f"b.{name}", "10.0.0.2")]
    wrong = [change("CREATE", f"c.{name}", "10.0.0.3"), change("CREATE", f"b.{name}", "10.0.0.3")]
    batch = {"HostedZoneId": zone, "ChangeBatch": {"Changes": wrong}}
    assert refused(route53.change_resource_record_sets, **batch) == "InvalidChangeBatch"
    listed = route53.list_resource_record_sets(HostedZoneId=zone, StartRecordName=f"c.{name}")["ResourceRecordSets"]
    assert not any(each["Name"] == f"c.{name}" for each in listed), "half of a batch that was refused"
    assert refused(route53.delete_hosted_zone, Id=zone) == "HostedZoneNotEmpty"
    changed(change("DELETE", f"b.{name}", "10.0.0.2"), change("DELETE", f"a.{name}", f"b.{name}", "CNAME"))
    route53.delete_hosted_zone(Id=zone)
    assert refused(route53.get_hosted_zone, Id=zone) == "NoSuchHostedZone"
