"""AWS::RDS: database instances, their subnets and their parameters."""

from __future__ import annotations

from typing import Any

from localcloud.cloudformation.intrinsics import text
from localcloud.cloudformation.resources.at import At
from localcloud.cloudformation.resources.kind import (
    Existing,
    Failed,
    Named,
    Properties,
    changed,
    key_values,
    names,
    own_tags,
    pick,
)

MADE_WITH = (
    "AllocatedStorage AutoMinorVersionUpgrade AvailabilityZone BackupRetentionPeriod CACertificateIdentifier "
    "CopyTagsToSnapshot DBInstanceClass DBName DBParameterGroupName DBSubnetGroupName DeletionProtection "
    "EnableCloudwatchLogsExports EnableIAMDatabaseAuthentication EnablePerformanceInsights Engine EngineVersion Iops "
    "KmsKeyId LicenseModel MasterUserPassword MasterUsername MaxAllocatedStorage MonitoringInterval MonitoringRoleArn "
    "MultiAZ Port PreferredBackupWindow PreferredMaintenanceWindow PubliclyAccessible StorageEncrypted "
    "StorageThroughput StorageType"
)
MODIFIABLE = (
    "AllocatedStorage AllowMajorVersionUpgrade AutoMinorVersionUpgrade BackupRetentionPeriod CACertificateIdentifier "
    "CopyTagsToSnapshot DBInstanceClass DBParameterGroupName DeletionProtection EnableIAMDatabaseAuthentication "
    "EnablePerformanceInsights EngineVersion Iops LicenseModel MasterUserPassword MaxAllocatedStorage "
    "MonitoringInterval MonitoringRoleArn MultiAZ PreferredBackupWindow PreferredMaintenanceWindow PubliclyAccessible "
    "StorageThroughput StorageType"
)
# What DescribeDBInstances does not tell, or not as it was asked for.
QUIET = (
    "AllowMajorVersionUpgrade DBSnapshotIdentifier DeleteAutomatedBackups EnableCloudwatchLogsExports "
    "EnableIAMDatabaseAuthentication EnablePerformanceInsights MasterUserPassword"
)
BROKEN = ("failed", "incompatible-parameters", "incompatible-network", "incompatible-restore", "storage-full")


class DBInstance(Named):
    type = "AWS::RDS::DBInstance"
    identifier = "DBInstanceIdentifier"
    named_by = "DBInstanceIdentifier"
    limit = 63
    lower = True
    replaced = names(
        "AvailabilityZone DBInstanceIdentifier DBName DBSnapshotIdentifier DBSubnetGroupName Engine KmsKeyId "
        "MasterUsername StorageEncrypted"
    )
    in_place = (
        names(MADE_WITH) | names(MODIFIABLE) | names("DeleteAutomatedBackups Tags VPCSecurityGroups")
    ) - replaced
    attributes = names("DBInstanceArn DbiResourceId Endpoint.Address Endpoint.Port Endpoint.HostedZoneId")
    tags = "Tags"
    snapshots = True
    deletion_policy = "Snapshot"  # AWS's own default for databases outside a cluster

    def name(self, at: At, new: Properties) -> str:
        return super().name(at, new).lower()

    def look(self, at: At, name: str) -> str | None:
        return str(_describe(at, name)["DBInstanceIdentifier"])

    def make(self, at: At, name: str, new: Properties) -> str:
        asked = {
            **pick(new, MADE_WITH),
            "DBInstanceIdentifier": name,
            "Tags": key_values({**self.tags_of(new), **at.system_tags}),
        }
        if "VPCSecurityGroups" in new:
            asked["VpcSecurityGroupIds"] = new["VPCSecurityGroups"]
        if "DBSnapshotIdentifier" in new:
            kept = at.clients.input_shape("rds", "RestoreDBInstanceFromDBSnapshot").members
            asked = {key: value for key, value in asked.items() if key in kept and key != "DBName"}
            asked["DBSnapshotIdentifier"] = new["DBSnapshotIdentifier"]
            at.call("rds", "RestoreDBInstanceFromDBSnapshot", asked)
        else:
            at.call("rds", "CreateDBInstance", asked)
        return name

    def settle(self, at: At, it: Existing) -> None:
        def available() -> bool | None:
            status = _describe(at, it.id)["DBInstanceStatus"]
            if status in BROKEN:
                raise Failed(f"DB Instance {it.id} is in state: {status}")
            return True if status == "available" else None

        at.wait(available, f"DB instance {it.id} is not available")

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        told = _describe(at, it.id)
        endpoint = told.get("Endpoint") or {}
        return {
            "DBInstanceArn": told["DBInstanceArn"],
            "DbiResourceId": told.get("DbiResourceId", ""),
            "Endpoint.Address": endpoint.get("Address", ""),
            "Endpoint.Port": text(endpoint.get("Port", "")),
            "Endpoint.HostedZoneId": endpoint.get("HostedZoneId", ""),
        }

    def update(self, at: At, it: Existing, new: Properties) -> None:
        differing = changed(it.properties, new)
        asked = {name: new[name] for name in names(MODIFIABLE) & differing & new.keys()}
        if "VPCSecurityGroups" in differing:
            asked["VpcSecurityGroupIds"] = new.get("VPCSecurityGroups", [])
        if "Port" in differing and "Port" in new:
            asked["DBPortNumber"] = new["Port"]
        if asked:
            asked |= {"DBInstanceIdentifier": it.id, "ApplyImmediately": True}
            at.call("rds", "ModifyDBInstance", asked)
        retag(at, it.attributes["DBInstanceArn"], self.tags_of(it.properties), self.tags_of(new))

    def actual(self, at: At, it: Existing) -> Properties:
        told = _describe(at, it.id)
        facts = {**pick(it.properties, QUIET), **pick(told, MADE_WITH)}
        facts |= {"DBInstanceIdentifier": it.id, "Tags": own_tags(told.get("TagList", []))}
        if "Endpoint" in told:
            facts["Port"] = told["Endpoint"].get("Port")
        if "DBSubnetGroup" in told:
            facts["DBSubnetGroupName"] = told["DBSubnetGroup"]["DBSubnetGroupName"]
        if told.get("DBParameterGroups"):
            facts["DBParameterGroupName"] = told["DBParameterGroups"][0]["DBParameterGroupName"]
        facts["VPCSecurityGroups"] = [each["VpcSecurityGroupId"] for each in told.get("VpcSecurityGroups", [])]
        version, wanted = str(facts.get("EngineVersion", "")), text(it.properties.get("EngineVersion", ""))
        if version.startswith(f"{wanted}."):  # "15" asks for any of its minor versions
            facts["EngineVersion"] = wanted
        return facts

    def delete(self, at: At, it: Existing) -> None:
        if _describe(at, it.id)["DBInstanceStatus"] != "deleting":
            asked = {"DBInstanceIdentifier": it.id, "SkipFinalSnapshot": True}
            if "DeleteAutomatedBackups" in it.properties:
                asked["DeleteAutomatedBackups"] = it.properties["DeleteAutomatedBackups"]
            at.call("rds", "DeleteDBInstance", asked)
        # Once it is gone, describing it says "not found", and that is the end of a deletion.
        at.wait(lambda: _describe(at, it.id) and None, f"DB instance {it.id} is still there")

    def snapshot(self, at: At, it: Existing) -> None:
        name = at.name(200, lower=True).replace(it.id, at.logical_id.lower()) + "-final"
        asked = {"DBInstanceIdentifier": it.id, "DBSnapshotIdentifier": name}
        at.call("rds", "CreateDBSnapshot", asked)

        def available() -> bool | None:
            told = at.call("rds", "DescribeDBSnapshots", {"DBSnapshotIdentifier": name})["DBSnapshots"][0]
            if told["Status"] == "failed":
                raise Failed(f"DB snapshot {name} failed")
            return True if told["Status"] == "available" else None

        at.wait(available, f"DB snapshot {name} is not available")


class DBSubnetGroup(Named):
    type = "AWS::RDS::DBSubnetGroup"
    identifier = "DBSubnetGroupName"
    named_by = "DBSubnetGroupName"
    limit = 255
    lower = True
    required = names("DBSubnetGroupDescription SubnetIds")
    replaced = names("DBSubnetGroupName")
    in_place = names("DBSubnetGroupDescription SubnetIds Tags")
    attributes = names("DBSubnetGroupArn")
    tags = "Tags"

    def name(self, at: At, new: Properties) -> str:
        return super().name(at, new).lower()

    def look(self, at: At, name: str) -> str | None:
        at.call("rds", "DescribeDBSubnetGroups", {"DBSubnetGroupName": name})
        return name

    def make(self, at: At, name: str, new: Properties) -> str:
        tags = key_values({**self.tags_of(new), **at.system_tags})
        asked = {**pick(new, "DBSubnetGroupDescription SubnetIds"), "DBSubnetGroupName": name, "Tags": tags}
        at.call("rds", "CreateDBSubnetGroup", asked)
        return name

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        return {"DBSubnetGroupArn": at.arn("rds", f"subgrp:{it.id}")}

    def update(self, at: At, it: Existing, new: Properties) -> None:
        if changed(it.properties, new) & {"DBSubnetGroupDescription", "SubnetIds"}:
            asked = {**pick(new, "DBSubnetGroupDescription SubnetIds"), "DBSubnetGroupName": it.id}
            at.call("rds", "ModifyDBSubnetGroup", asked)
        retag(at, at.arn("rds", f"subgrp:{it.id}"), self.tags_of(it.properties), self.tags_of(new))

    def actual(self, at: At, it: Existing) -> Properties:
        told = at.call("rds", "DescribeDBSubnetGroups", {"DBSubnetGroupName": it.id})["DBSubnetGroups"][0]
        facts = pick(told, "DBSubnetGroupName DBSubnetGroupDescription")
        tags = _tags(at, at.arn("rds", f"subgrp:{it.id}"))
        return {**facts, "SubnetIds": [each["SubnetIdentifier"] for each in told["Subnets"]], "Tags": tags}

    def delete(self, at: At, it: Existing) -> None:
        at.call("rds", "DeleteDBSubnetGroup", {"DBSubnetGroupName": it.id})


class DBParameterGroup(Named):
    type = "AWS::RDS::DBParameterGroup"
    identifier = "DBParameterGroupName"
    named_by = "DBParameterGroupName"
    limit = 255
    lower = True
    required = names("Description Family")
    replaced = names("DBParameterGroupName Description Family")
    in_place = names("Parameters Tags")
    attributes = names("DBParameterGroupArn")
    tags = "Tags"

    def name(self, at: At, new: Properties) -> str:
        return super().name(at, new).lower()

    def look(self, at: At, name: str) -> str | None:
        at.call("rds", "DescribeDBParameterGroups", {"DBParameterGroupName": name})
        return name

    def make(self, at: At, name: str, new: Properties) -> str:
        asked = {
            "DBParameterGroupName": name,
            "DBParameterGroupFamily": new["Family"],
            "Description": new["Description"],
            "Tags": key_values({**self.tags_of(new), **at.system_tags}),
        }
        at.call("rds", "CreateDBParameterGroup", asked)
        return name

    def settle(self, at: At, it: Existing) -> None:
        wanted = [
            {"ParameterName": name, "ParameterValue": text(value), "ApplyMethod": "pending-reboot"}
            for name, value in it.properties.get("Parameters", {}).items()
        ]
        for start in range(0, len(wanted), 20):  # as many as one call takes
            asked = {"DBParameterGroupName": it.id, "Parameters": wanted[start : start + 20]}
            at.call("rds", "ModifyDBParameterGroup", asked)

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        return {"DBParameterGroupArn": at.arn("rds", f"pg:{it.id}")}

    def update(self, at: At, it: Existing, new: Properties) -> None:
        lost = it.properties.get("Parameters", {}).keys() - new.get("Parameters", {}).keys()
        if lost:
            reset = [{"ParameterName": name, "ApplyMethod": "pending-reboot"} for name in sorted(lost)]
            at.call("rds", "ResetDBParameterGroup", {"DBParameterGroupName": it.id, "Parameters": reset})
        retag(at, at.arn("rds", f"pg:{it.id}"), self.tags_of(it.properties), self.tags_of(new))

    def actual(self, at: At, it: Existing) -> Properties:
        asked = {"DBParameterGroupName": it.id}
        told = at.call("rds", "DescribeDBParameterGroups", asked)["DBParameterGroups"][0]
        pages = at.clients.client("rds").get_paginator("describe_db_parameters").paginate(**asked)
        values = {each["ParameterName"]: each.get("ParameterValue") for page in pages for each in page["Parameters"]}
        ours = {name: values[name] for name in it.properties.get("Parameters", {}) if name in values}
        facts = {"DBParameterGroupName": it.id, "Description": told["Description"], "Parameters": ours}
        tags = _tags(at, at.arn("rds", f"pg:{it.id}"))
        return {**facts, "Family": told["DBParameterGroupFamily"], "Tags": tags}

    def delete(self, at: At, it: Existing) -> None:
        at.call("rds", "DeleteDBParameterGroup", {"DBParameterGroupName": it.id})


def _describe(at: At, name: str) -> dict[str, Any]:
    told: dict[str, Any] = at.call("rds", "DescribeDBInstances", {"DBInstanceIdentifier": name})["DBInstances"][0]
    return told


def _tags(at: At, arn: str) -> list[dict[str, str]]:
    return own_tags(at.call("rds", "ListTagsForResource", {"ResourceName": arn})["TagList"])


def retag(at: At, arn: str, had: dict[str, str], wanted: dict[str, str]) -> None:
    if lost := sorted(had.keys() - wanted.keys()):
        at.call("rds", "RemoveTagsFromResource", {"ResourceName": arn, "TagKeys": lost})
    if wanted and wanted != had:
        at.call("rds", "AddTagsToResource", {"ResourceName": arn, "Tags": key_values(wanted)})
