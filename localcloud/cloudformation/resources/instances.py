"""AWS::EC2::Instance: a machine."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from localcloud.cloudformation.intrinsics import text
from localcloud.cloudformation.resources.at import At
from localcloud.cloudformation.resources.ec2 import Tagged
from localcloud.cloudformation.resources.kind import (
    Existing,
    Failed,
    Gone,
    Names,
    Properties,
    changed,
    names,
    own_tags,
    pick,
    plain,
)

METADATA_DEFAULTS = {"HttpEndpoint": "enabled", "HttpTokens": "optional", "HttpPutResponseHopLimit": 1}
LIVING = [{"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]}]
PLACEMENT = {"AvailabilityZone": "AvailabilityZone", "Tenancy": "Tenancy", "PlacementGroupName": "GroupName",
             "Affinity": "Affinity", "HostId": "HostId"}  # fmt: skip
STRAIGHT = (
    "ImageId InstanceType KeyName SubnetId SecurityGroupIds SecurityGroups PrivateIpAddress EbsOptimized "
    "DisableApiTermination InstanceInitiatedShutdownBehavior MetadataOptions CpuOptions EnclaveOptions "
    "HibernationOptions LaunchTemplate Ipv6AddressCount CreditSpecification"
)

# What DescribeInstances tells as it was asked for.
TOLD = names(
    "ImageId InstanceType KeyName SubnetId PrivateIpAddress EbsOptimized AvailabilityZone Tags SecurityGroupIds "
    "SourceDestCheck IamInstanceProfile"
)


class Instance(Tagged):
    type = "AWS::EC2::Instance"
    identifier = "InstanceId"
    kept_as = "instance"
    replaced = names(
        "ImageId KeyName SubnetId SecurityGroups PrivateIpAddress AvailabilityZone Tenancy PlacementGroupName Affinity "
        "HostId CpuOptions EnclaveOptions HibernationOptions LaunchTemplate NetworkInterfaces Ipv6AddressCount "
        "BlockDeviceMappings PropagateTagsToVolumeOnCreation"
    )
    in_place = names(
        "InstanceType SecurityGroupIds EbsOptimized DisableApiTermination InstanceInitiatedShutdownBehavior "
        "MetadataOptions CreditSpecification IamInstanceProfile Monitoring SourceDestCheck UserData Volumes Tags"
    )
    attributes = names("AvailabilityZone InstanceId PrivateDnsName PrivateIp PublicDnsName PublicIp VpcId")

    def create(self, at: At, new: Properties) -> str:
        with_volumes = ("volume",) if text(new.get("PropagateTagsToVolumeOnCreation", False)) == "true" else ()
        asked: dict[str, Any] = {
            **pick(new, STRAIGHT),
            "MinCount": 1,
            "MaxCount": 1,
            "ClientToken": at.seed,
            "TagSpecifications": self.tag_specifications(at, new, *with_volumes),
        }
        if placement := {PLACEMENT[name]: new[name] for name in PLACEMENT if name in new}:
            asked["Placement"] = placement
        if "UserData" in new:
            asked["UserData"] = _plain(new["UserData"])
        if "IamInstanceProfile" in new:
            asked["IamInstanceProfile"] = {"Name": new["IamInstanceProfile"]}
        if "Monitoring" in new:
            asked["Monitoring"] = {"Enabled": new["Monitoring"]}
        if "BlockDeviceMappings" in new:
            asked["BlockDeviceMappings"] = [_mapping(entry) for entry in new["BlockDeviceMappings"]]
        if "NetworkInterfaces" in new:
            asked["NetworkInterfaces"] = [_interface(entry) for entry in new["NetworkInterfaces"]]
        return str(at.call("ec2", "RunInstances", asked)["Instances"][0]["InstanceId"])

    def found(self, at: At, new: Properties) -> str | None:
        wanted = [{"Name": f"tag:{key}", "Values": [value]} for key, value in at.system_tags.items()]
        told = at.call("ec2", "DescribeInstances", {"Filters": [*wanted, *LIVING]})["Reservations"]
        ids = sorted(each["InstanceId"] for group in told for each in group["Instances"])
        return next((each for each in ids if each not in at.others), None)

    def settle(self, at: At, it: Existing) -> None:
        _wait_for(at, it.id, "running")
        if "SourceDestCheck" in it.properties:
            _set(at, it.id, SourceDestCheck={"Value": it.properties["SourceDestCheck"]})
        for volume in it.properties.get("Volumes", []):
            if volume["VolumeId"] not in _volumes(at, it.id):
                at.call("ec2", "AttachVolume", {**pick(volume, "VolumeId Device"), "InstanceId": it.id})

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        told = _describe(at, it.id)
        return {
            "InstanceId": it.id,
            "AvailabilityZone": told["Placement"]["AvailabilityZone"],
            "PrivateIp": told.get("PrivateIpAddress", ""),
            "PrivateDnsName": told.get("PrivateDnsName", ""),
            "PublicIp": told.get("PublicIpAddress", ""),
            "PublicDnsName": told.get("PublicDnsName", ""),
            "VpcId": told.get("VpcId", ""),
        }

    def replaces(self, old: Properties, new: Properties, changed: Names) -> bool:
        # Of a running machine's disks only this can be changed: whether they go with it.
        same = _without_termination(old) == _without_termination(new)
        return super().replaces(old, new, changed - {"BlockDeviceMappings"} if same else changed)

    def update(self, at: At, it: Existing, new: Properties) -> None:
        differing = changed(it.properties, new)
        if "BlockDeviceMappings" in differing:
            _set(at, it.id, BlockDeviceMappings=[_termination(entry) for entry in new["BlockDeviceMappings"]])
        if differing & {"InstanceType", "UserData", "EbsOptimized"}:
            self._restart_with(at, it, new, differing)
        if "SecurityGroupIds" in differing:
            _set(at, it.id, Groups=new.get("SecurityGroupIds") or _default_groups(at, it.id))
        if "SourceDestCheck" in differing and "SourceDestCheck" not in new:
            _set(at, it.id, SourceDestCheck={"Value": True})
        if "DisableApiTermination" in differing:
            _set(at, it.id, DisableApiTermination={"Value": new.get("DisableApiTermination", False)})
        if "InstanceInitiatedShutdownBehavior" in differing:
            _set(
                at,
                it.id,
                InstanceInitiatedShutdownBehavior={"Value": new.get("InstanceInitiatedShutdownBehavior", "stop")},
            )
        if "MetadataOptions" in differing:
            wanted = {**METADATA_DEFAULTS, **new.get("MetadataOptions", {})}
            at.call("ec2", "ModifyInstanceMetadataOptions", {"InstanceId": it.id, **wanted})
        if "Monitoring" in differing:
            verb = "MonitorInstances" if text(new.get("Monitoring", False)) == "true" else "UnmonitorInstances"
            at.call("ec2", verb, {"InstanceIds": [it.id]})
        if "CreditSpecification" in differing:
            credits = new.get("CreditSpecification", {}).get("CPUCredits", "standard")
            specification = {"InstanceId": it.id, "CpuCredits": credits}
            at.call("ec2", "ModifyInstanceCreditSpecification", {"InstanceCreditSpecifications": [specification]})
        if "IamInstanceProfile" in differing:
            _change_profile(at, it.id, new.get("IamInstanceProfile"))
        if "Volumes" in differing:
            kept = {volume["VolumeId"] for volume in new.get("Volumes", [])}
            for volume in it.properties.get("Volumes", []):
                if volume["VolumeId"] not in kept:
                    at.call("ec2", "DetachVolume", {"VolumeId": volume["VolumeId"], "InstanceId": it.id})
        self.retag(at, it.id, it.properties, new)

    def _restart_with(self, at: At, it: Existing, new: Properties, differing: Names) -> None:
        """What a machine can only take while it is stopped."""
        at.call("ec2", "StopInstances", {"InstanceIds": [it.id]})
        _wait_for(at, it.id, "stopped")
        if "InstanceType" in differing:
            _set(at, it.id, InstanceType={"Value": new.get("InstanceType", "m1.small")})
        if "UserData" in differing:
            # The one call where the endpoint wants base64 inside the base64 that boto3 makes of it.
            _set(at, it.id, UserData={"Value": base64.b64encode(_plain(new.get("UserData", "")))})
        if "EbsOptimized" in differing:
            _set(at, it.id, EbsOptimized={"Value": new.get("EbsOptimized", False)})
        at.call("ec2", "StartInstances", {"InstanceIds": [it.id]})

    def actual(self, at: At, it: Existing) -> Properties:
        told = _describe(at, it.id)
        if told["State"]["Name"] in ("shutting-down", "terminated"):
            raise Gone(f"{it.id} is terminated")
        # What DescribeInstances does not tell is not compared.
        quiet = {name: value for name, value in it.properties.items() if name not in TOLD}
        facts = {**quiet, **pick(told, "ImageId InstanceType KeyName SubnetId PrivateIpAddress EbsOptimized")}
        facts |= {"AvailabilityZone": told["Placement"]["AvailabilityZone"], "Tags": own_tags(told.get("Tags", []))}
        facts["SecurityGroupIds"] = [group["GroupId"] for group in told.get("SecurityGroups", [])]
        facts["SourceDestCheck"] = told.get("SourceDestCheck", True)
        if "IamInstanceProfile" in told:
            facts["IamInstanceProfile"] = told["IamInstanceProfile"]["Arn"].rpartition("/")[2]
        return facts

    def delete(self, at: At, it: Existing) -> None:
        at.call("ec2", "TerminateInstances", {"InstanceIds": [it.id]})
        _wait_for(at, it.id, "terminated")


def _plain(user_data: Any) -> bytes:
    # Templates carry it in base64, and boto3 encodes what it is given.
    try:
        return base64.b64decode(text(user_data), validate=True)
    except binascii.Error:
        raise Failed("Invalid BASE64 encoding of user data.") from None


def _mapping(entry: Properties) -> dict[str, Any]:
    if isinstance(entry.get("NoDevice"), dict):
        return {**entry, "NoDevice": ""}
    return dict(entry)


def _termination(entry: Properties) -> dict[str, Any]:
    kept = entry.get("Ebs", {}).get("DeleteOnTermination", True)
    return {"DeviceName": entry["DeviceName"], "Ebs": {"DeleteOnTermination": kept}}


def _without_termination(properties: Properties) -> Any:
    return plain([
        {**entry, "Ebs": {key: value for key, value in entry.get("Ebs", {}).items() if key != "DeleteOnTermination"}}
        for entry in properties.get("BlockDeviceMappings", [])
    ])  # fmt: skip


def _interface(entry: Properties) -> dict[str, Any]:
    renamed = {"GroupSet": "Groups"}
    return {renamed.get(name, name): value for name, value in entry.items()}


def _describe(at: At, instance_id: str) -> dict[str, Any]:
    reservations = at.call("ec2", "DescribeInstances", {"InstanceIds": [instance_id]})["Reservations"]
    told: dict[str, Any] = reservations[0]["Instances"][0]
    return told


def _wait_for(at: At, instance_id: str, wanted: str) -> None:
    def there() -> bool | None:
        told = _describe(at, instance_id)
        state = told["State"]["Name"]
        if state in ("shutting-down", "terminated") and wanted != "terminated":
            why = (
                told.get("StateReason", {}).get("Message") or told.get("StateTransitionReason") or "no reason was given"
            )
            raise Failed(f"Instance {instance_id} did not stabilize. Current state: {state}. Reason: {why}")
        return True if state == wanted else None

    at.wait(there, f"instance {instance_id} is not {wanted}", seconds=1800)


def _set(at: At, instance_id: str, **attribute: Any) -> None:
    at.call("ec2", "ModifyInstanceAttribute", {"InstanceId": instance_id, **attribute})


def _volumes(at: At, instance_id: str) -> set[str]:
    return {entry["Ebs"]["VolumeId"] for entry in _describe(at, instance_id).get("BlockDeviceMappings", [])}


def _default_groups(at: At, instance_id: str) -> list[str]:
    """What a machine is in when nothing is said: its network's default group."""
    wanted = [{"Name": "vpc-id", "Values": [_describe(at, instance_id)["VpcId"]]},
              {"Name": "group-name", "Values": ["default"]}]  # fmt: skip
    found = at.call("ec2", "DescribeSecurityGroups", {"Filters": wanted})["SecurityGroups"]
    return [each["GroupId"] for each in found]


def _change_profile(at: At, instance_id: str, profile: str | None) -> None:
    found = at.call(
        "ec2",
        "DescribeIamInstanceProfileAssociations",
        {"Filters": [{"Name": "instance-id", "Values": [instance_id]}]},
    )["IamInstanceProfileAssociations"]
    standing = [each["AssociationId"] for each in found if each["State"] in ("associated", "associating")]
    if profile is None:
        for association in standing:
            at.call("ec2", "DisassociateIamInstanceProfile", {"AssociationId": association})
    elif standing:
        wanted = {"AssociationId": standing[0], "IamInstanceProfile": {"Name": profile}}
        at.call("ec2", "ReplaceIamInstanceProfileAssociation", wanted)
    else:
        wanted = {"InstanceId": instance_id, "IamInstanceProfile": {"Name": profile}}
        at.call("ec2", "AssociateIamInstanceProfile", wanted)
