"""AWS::EC2::Volume and its attachment to an instance."""

from __future__ import annotations

from typing import Any

from localcloud.cloudformation.resources.at import At
from localcloud.cloudformation.resources.ec2 import Tagged, gone, wait_until_free
from localcloud.cloudformation.resources.kind import (
    Existing,
    Failed,
    Kind,
    Properties,
    changed,
    names,
    only,
    own_tags,
    pick,
)

FIXED = names("AvailabilityZone Encrypted KmsKeyId SnapshotId MultiAttachEnabled")


class Volume(Tagged):
    type = "AWS::EC2::Volume"
    identifier = "VolumeId"
    kept_as = "volume"
    listed = ("DescribeVolumes", "Volumes", "VolumeId")
    # AWS neither updates nor replaces for a change of the FIXED ones: such an update fails.
    in_place = names("Size VolumeType Iops Throughput Tags") | FIXED
    attributes = names("VolumeId")
    snapshots = True

    def create(self, at: At, new: Properties) -> str:
        asked = pick(
            new, "AvailabilityZone Encrypted KmsKeyId SnapshotId MultiAttachEnabled Size VolumeType Iops Throughput"
        )
        asked["TagSpecifications"] = self.tag_specifications(at, new)
        return str(at.call("ec2", "CreateVolume", asked)["VolumeId"])

    def settle(self, at: At, it: Existing) -> None:
        _wait_for(at, it.id, "available", "in-use")

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        return {"VolumeId": it.id}

    def update(self, at: At, it: Existing, new: Properties) -> None:
        differing = changed(it.properties, new)
        if fixed := sorted(differing & FIXED):
            raise Failed(f"Update of the property {fixed[0]} of an EBS volume is not supported")
        if differing & {"Size", "VolumeType", "Iops", "Throughput"}:
            at.call("ec2", "ModifyVolume", {"VolumeId": it.id, **pick(new, "Size VolumeType Iops Throughput")})
        self.retag(at, it.id, it.properties, new)

    def actual(self, at: At, it: Existing) -> Properties:
        told = _describe(at, it.id)
        facts = "AvailabilityZone Encrypted KmsKeyId SnapshotId MultiAttachEnabled Size VolumeType Iops Throughput"
        return {**pick(told, facts), "Tags": own_tags(told.get("Tags", []))}

    def delete(self, at: At, it: Existing) -> None:
        wait_until_free(at, "DeleteVolume", {"VolumeId": it.id})

    def snapshot(self, at: At, it: Existing) -> None:
        note = f"Created by CloudFormation for stack {at.stack_name}, resource {at.logical_id}"
        snapshot_id = at.call("ec2", "CreateSnapshot", {"VolumeId": it.id, "Description": note})["SnapshotId"]

        def complete() -> bool | None:
            told = at.call("ec2", "DescribeSnapshots", {"SnapshotIds": [snapshot_id]})["Snapshots"][0]
            if told["State"] == "error":
                raise Failed(f"Snapshot {snapshot_id} of volume {it.id} failed: {told.get('StateMessage', '')}")
            return True if told["State"] == "completed" else None

        at.wait(complete, f"snapshot {snapshot_id} is not complete")


class VolumeAttachment(Kind):
    type = "AWS::EC2::VolumeAttachment"
    required = names("VolumeId InstanceId")
    replaced = names("Device InstanceId VolumeId")

    def create(self, at: At, new: Properties) -> str:
        asked = {"Device": "/dev/sdf", **pick(new, "Device InstanceId VolumeId")}
        at.call("ec2", "AttachVolume", asked)
        return f"{new['VolumeId']}|{new['InstanceId']}"

    def found(self, at: At, new: Properties) -> str | None:
        told = _describe(at, new["VolumeId"])
        attached = {each["InstanceId"] for each in told["Attachments"]}
        return f"{new['VolumeId']}|{new['InstanceId']}" if new["InstanceId"] in attached else None

    def settle(self, at: At, it: Existing) -> None:
        _wait_for(at, it.id.split("|")[0], "in-use")

    def actual(self, at: At, it: Existing) -> Properties:
        volume_id, instance_id = it.id.split("|")
        attached = [each for each in _describe(at, volume_id)["Attachments"] if each["InstanceId"] == instance_id]
        return pick(only(attached, it.id), "VolumeId InstanceId Device")

    def delete(self, at: At, it: Existing) -> None:
        volume_id, instance_id = it.id.split("|")
        try:
            at.call("ec2", "DetachVolume", {"VolumeId": volume_id, "InstanceId": instance_id})
        except Exception as error:
            if not gone(error, "IncorrectState", "InvalidAttachment.NotFound", "InvalidVolume.NotFound"):
                raise
        _wait_for(at, volume_id, "available")


def _describe(at: At, volume_id: str) -> dict[str, Any]:
    told: dict[str, Any] = at.call("ec2", "DescribeVolumes", {"VolumeIds": [volume_id]})["Volumes"][0]
    return told


def _wait_for(at: At, volume_id: str, *wanted: str) -> None:
    def there() -> bool | None:
        state = _describe(at, volume_id)["State"]
        if state == "error":
            raise Failed(f"Volume {volume_id} is in state error")
        return True if state in wanted else None

    at.wait(there, f"volume {volume_id} is not {' or '.join(wanted)}")
