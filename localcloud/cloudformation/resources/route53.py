"""AWS::Route53: zones and the names in them."""

from __future__ import annotations

from typing import Any

from localcloud.cloudformation.intrinsics import text
from localcloud.cloudformation.resources.at import At
from localcloud.cloudformation.resources.kind import (
    AlreadyThere,
    Existing,
    Failed,
    Kind,
    Properties,
    changed,
    key_values,
    names,
    only,
    own_tags,
    pick,
)
from localcloud.cloudformation.resources.standing import stands

RECORD = "Failover GeoLocation HealthCheckId MultiValueAnswer Region SetIdentifier Type Weight"


class HostedZone(Kind):
    type = "AWS::Route53::HostedZone"
    identifier = "Id"
    replaced = names("Name")
    in_place = names("HostedZoneConfig HostedZoneTags VPCs")
    attributes = names("Id NameServers")
    tags = "HostedZoneTags"

    def create(self, at: At, new: Properties) -> str:
        asked: dict[str, Any] = {"Name": new["Name"], "CallerReference": at.seed}
        if "HostedZoneConfig" in new:
            asked["HostedZoneConfig"] = new["HostedZoneConfig"]
        if new.get("VPCs"):
            asked["VPC"] = new["VPCs"][0]
        zone = at.call("route53", "CreateHostedZone", asked)["HostedZone"]["Id"].rsplit("/", 1)[-1]
        return str(zone)

    def found(self, at: At, new: Properties) -> str | None:
        for zone in at.call("route53", "ListHostedZones")["HostedZones"]:
            if zone["CallerReference"] == at.seed:
                return str(zone["Id"].rsplit("/", 1)[-1])
        return None

    def settle(self, at: At, it: Existing) -> None:
        if tags := self.tags_of(it.properties):
            asked = {"ResourceType": "hostedzone", "ResourceId": it.id, "AddTags": key_values(tags)}
            at.call("route53", "ChangeTagsForResource", asked)
        linked = {each["VPCId"] for each in at.call("route53", "GetHostedZone", {"Id": it.id}).get("VPCs", [])}
        for vpc in it.properties.get("VPCs", []):
            if vpc["VPCId"] not in linked:
                at.call("route53", "AssociateVPCWithHostedZone", {"HostedZoneId": it.id, "VPC": vpc})

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        told = at.call("route53", "GetHostedZone", {"Id": it.id})
        return {"Id": it.id, "NameServers": told.get("DelegationSet", {}).get("NameServers", [])}

    def update(self, at: At, it: Existing, new: Properties) -> None:
        if "HostedZoneConfig" in changed(it.properties, new):
            comment = new.get("HostedZoneConfig", {}).get("Comment", "")
            at.call("route53", "UpdateHostedZoneComment", {"Id": it.id, "Comment": comment})
        lost = sorted(self.tags_of(it.properties).keys() - self.tags_of(new).keys())
        if lost:
            asked = {"ResourceType": "hostedzone", "ResourceId": it.id, "RemoveTagKeys": lost}
            at.call("route53", "ChangeTagsForResource", asked)
        kept = {vpc["VPCId"] for vpc in new.get("VPCs", [])}
        for vpc in it.properties.get("VPCs", []):
            if vpc["VPCId"] not in kept:
                at.call("route53", "DisassociateVPCFromHostedZone", {"HostedZoneId": it.id, "VPC": vpc})

    def actual(self, at: At, it: Existing) -> Properties:
        told = at.call("route53", "GetHostedZone", {"Id": it.id})
        tags = at.call("route53", "ListTagsForResource", {"ResourceType": "hostedzone", "ResourceId": it.id})
        zone, wanted = told["HostedZone"], str(it.properties["Name"])
        return {
            "Name": wanted if zone["Name"].rstrip(".") == wanted.rstrip(".") else zone["Name"],
            "HostedZoneConfig": pick(zone.get("Config", {}), "Comment"),
            "HostedZoneTags": own_tags(tags["ResourceTagSet"].get("Tags", [])),
            "VPCs": told.get("VPCs", []),
        }

    def delete(self, at: At, it: Existing) -> None:
        at.call("route53", "DeleteHostedZone", {"Id": it.id})


class RecordSet(Kind):
    type = "AWS::Route53::RecordSet"
    required = names("Name Type")
    replaced = names("HostedZoneId HostedZoneName Name")
    in_place = names(
        "AliasTarget Comment Failover GeoLocation HealthCheckId MultiValueAnswer Region ResourceRecords SetIdentifier "
        "TTL Type Weight"
    )

    def create(self, at: At, new: Properties) -> str:
        if not at.again and not _records(at, new):
            at.claim()
        try:
            self._change(at, "UPSERT" if at.claimed else "CREATE", new)
        except Exception as error:
            response = getattr(error, "response", None) or {}
            if response.get("Error", {}).get("Code") == "InvalidChangeBatch":
                raise AlreadyThere(str(response["Error"]["Message"])) from None
            raise
        return str(new["Name"]).rstrip(".")

    def found(self, at: At, new: Properties) -> str | None:
        # One that was there before is somebody else's: ours is one whose name was seen free first.
        return stands(self, at, str(new["Name"]).rstrip("."), new) if at.claimed else None

    def update(self, at: At, it: Existing, new: Properties) -> None:
        if changed(it.properties, new) & {"SetIdentifier", "Type"}:  # by these a record is known: it is another one now
            self.delete(at, it)
        self._change(at, "UPSERT", new)

    def actual(self, at: At, it: Existing) -> Properties:
        told = only(_records(at, it.properties), it.id)
        facts = {**pick(it.properties, "HostedZoneId HostedZoneName Name Comment"), **pick(told, f"{RECORD} TTL")}
        if "ResourceRecords" in told:
            facts["ResourceRecords"] = [each["Value"] for each in told["ResourceRecords"]]
        if "AliasTarget" in told:
            target, wanted = dict(told["AliasTarget"]), it.properties.get("AliasTarget", {})
            if target["DNSName"].rstrip(".") == str(wanted.get("DNSName", "")).rstrip("."):
                target["DNSName"] = wanted["DNSName"]
            facts["AliasTarget"] = target
        return facts

    def delete(self, at: At, it: Existing) -> None:
        try:
            self._change(at, "DELETE", it.properties)
        except Exception as error:
            response = getattr(error, "response", None) or {}
            if response.get("Error", {}).get("Code") != "InvalidChangeBatch":  # it is not there any more
                raise

    def _change(self, at: At, action: str, new: Properties) -> None:
        record = {**pick(new, RECORD), "Name": new["Name"]}
        if "ResourceRecords" in new:
            record |= {
                "TTL": new.get("TTL", 900),
                "ResourceRecords": [{"Value": text(each)} for each in new["ResourceRecords"]],
            }
        if "AliasTarget" in new:
            record["AliasTarget"] = {"EvaluateTargetHealth": False, **new["AliasTarget"]}
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
        at.call("route53", "ChangeResourceRecordSets", {"HostedZoneId": _zone(at, new), "ChangeBatch": batch})


def _records(at: At, record: Properties) -> list[dict[str, Any]]:
    """The record of that name, type and set identifier."""
    asked = {"HostedZoneId": _zone(at, record), "StartRecordName": record["Name"], "StartRecordType": record["Type"]}
    found = at.call("route53", "ListResourceRecordSets", asked)["ResourceRecordSets"]
    wanted = (str(record["Name"]).rstrip(".").lower(), record["Type"], record.get("SetIdentifier"))
    return [each for each in found
            if (each["Name"].rstrip(".").lower(), each["Type"], each.get("SetIdentifier")) == wanted]  # fmt: skip


def _zone(at: At, new: Properties) -> str:
    if "HostedZoneId" in new:
        return str(new["HostedZoneId"])
    name = str(new.get("HostedZoneName", "")).rstrip(".") + "."
    found = at.call("route53", "ListHostedZonesByName", {"DNSName": name})["HostedZones"]
    ids = [zone["Id"].rsplit("/", 1)[-1] for zone in found if zone["Name"] == name]
    if len(ids) != 1:
        raise Failed(
            f"{len(ids)} hosted zones found with name {name}: exactly one is needed. Give HostedZoneId instead."
        )
    return str(ids[0])
