"""AWS::EC2::EIP and its association: a public address of one's own."""

from __future__ import annotations

from typing import Any

from localcloud.cloudformation.resources.at import At
from localcloud.cloudformation.resources.ec2 import Tagged, gone
from localcloud.cloudformation.resources.kind import Existing, Kind, Properties, changed, names, only, own_tags, pick


class EIP(Tagged):
    type = "AWS::EC2::EIP"
    kept_as = "elastic-ip"
    listed = ("DescribeAddresses", "Addresses", "PublicIp")
    replaced = names("Address NetworkBorderGroup")
    in_place = names("Domain InstanceId Tags")
    attributes = names("AllocationId PublicIp")

    def create(self, at: At, new: Properties) -> str:
        asked = {"Domain": "vpc", "TagSpecifications": self.tag_specifications(at, new)}
        return str(at.call("ec2", "AllocateAddress", asked)["PublicIp"])

    def settle(self, at: At, it: Existing) -> None:
        wanted, told = it.properties.get("InstanceId"), _describe(at, it.id)
        if wanted and told.get("InstanceId") != wanted:
            asked = {"InstanceId": wanted, "AllocationId": told["AllocationId"], "AllowReassociation": True}
            at.call("ec2", "AssociateAddress", asked)

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        return {"PublicIp": it.id, "AllocationId": _describe(at, it.id)["AllocationId"]}

    def update(self, at: At, it: Existing, new: Properties) -> None:
        if "InstanceId" in changed(it.properties, new) and "InstanceId" not in new:
            _disassociate(at, _describe(at, it.id))
        self.retag(at, it.attributes["AllocationId"], it.properties, new)

    def actual(self, at: At, it: Existing) -> Properties:
        told = _describe(at, it.id)
        return {"Domain": "vpc", **pick(told, "InstanceId NetworkBorderGroup"), "Tags": own_tags(told.get("Tags", []))}

    def delete(self, at: At, it: Existing) -> None:
        told = _describe(at, it.id)
        _disassociate(at, told)
        at.call("ec2", "ReleaseAddress", {"AllocationId": told["AllocationId"]})


class EIPAssociation(Kind):
    type = "AWS::EC2::EIPAssociation"
    replaced = names("AllocationId NetworkInterfaceId InstanceId PrivateIpAddress EIP")
    attributes = names("Id")

    def create(self, at: At, new: Properties) -> str:
        asked = {("PublicIp" if name == "EIP" else name): value for name, value in new.items()}
        return str(at.call("ec2", "AssociateAddress", asked)["AssociationId"])

    def found(self, at: At, new: Properties) -> str | None:
        key, value = ("PublicIps", new["EIP"]) if "EIP" in new else ("AllocationIds", new.get("AllocationId"))
        for told in at.call("ec2", "DescribeAddresses", {key: [value]})["Addresses"]:
            at_it = [
                name for name in ("InstanceId", "NetworkInterfaceId") if name in new and told.get(name) == new[name]
            ]
            if told.get("AssociationId") and at_it:
                return str(told["AssociationId"])
        return None

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        return {"Id": it.id}

    def actual(self, at: At, it: Existing) -> Properties:
        asked = {"Filters": [{"Name": "association-id", "Values": [it.id]}]}
        told = only(at.call("ec2", "DescribeAddresses", asked)["Addresses"], it.id)
        return {"EIP": told["PublicIp"], **pick(told, "AllocationId InstanceId NetworkInterfaceId PrivateIpAddress")}

    def delete(self, at: At, it: Existing) -> None:
        at.call("ec2", "DisassociateAddress", {"AssociationId": it.id})


def _describe(at: At, address: str) -> dict[str, Any]:
    told: dict[str, Any] = at.call("ec2", "DescribeAddresses", {"PublicIps": [address]})["Addresses"][0]
    return told


def _disassociate(at: At, told: dict[str, Any]) -> None:
    if not told.get("AssociationId"):
        return
    try:
        at.call("ec2", "DisassociateAddress", {"AssociationId": told["AssociationId"]})
    except Exception as error:
        if not gone(error, "InvalidAssociationID.NotFound"):
            raise
