"""AWS::IAM: roles, instance profiles and the policies that say what they may."""

from __future__ import annotations

import json
from typing import Any

from localcloud.cloudformation.resources.at import At
from localcloud.cloudformation.resources.kind import (
    Existing,
    Gone,
    Kind,
    Named,
    Properties,
    changed,
    is_absent,
    key_values,
    names,
    own_tags,
    pick,
)
from localcloud.cloudformation.resources.standing import stands

HOLDERS = (("Roles", "Role"), ("Users", "User"), ("Groups", "Group"))


class Role(Named):
    type = "AWS::IAM::Role"
    identifier = "RoleName"
    iam = True
    named_by = "RoleName"
    required = names("AssumeRolePolicyDocument")
    replaced = names("Path RoleName")
    in_place = names(
        "AssumeRolePolicyDocument Description ManagedPolicyArns MaxSessionDuration PermissionsBoundary Policies Tags"
    )
    attributes = names("Arn RoleId")
    tags = "Tags"

    def look(self, at: At, name: str) -> str | None:
        return str(at.call("iam", "GetRole", {"RoleName": name})["Role"]["RoleName"])

    def make(self, at: At, name: str, new: Properties) -> str:
        asked = {
            **pick(new, "Path Description MaxSessionDuration PermissionsBoundary"),
            "RoleName": name,
            "AssumeRolePolicyDocument": document(new["AssumeRolePolicyDocument"]),
            "Tags": key_values({**self.tags_of(new), **at.system_tags}),
        }
        at.call("iam", "CreateRole", asked)
        return name

    def settle(self, at: At, it: Existing) -> None:
        for policy in it.properties.get("Policies", []):
            asked = {"RoleName": it.id, "PolicyName": policy["PolicyName"]}
            at.call("iam", "PutRolePolicy", {**asked, "PolicyDocument": document(policy["PolicyDocument"])})
        for arn in it.properties.get("ManagedPolicyArns", []):
            at.call("iam", "AttachRolePolicy", {"RoleName": it.id, "PolicyArn": arn})

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        return pick(at.call("iam", "GetRole", {"RoleName": it.id})["Role"], "Arn RoleId")

    def update(self, at: At, it: Existing, new: Properties) -> None:
        differing, role = changed(it.properties, new), {"RoleName": it.id}
        if "AssumeRolePolicyDocument" in differing:
            trust = document(new["AssumeRolePolicyDocument"])
            at.call("iam", "UpdateAssumeRolePolicy", {**role, "PolicyDocument": trust})
        if differing & {"Description", "MaxSessionDuration"}:
            wanted = {
                "Description": new.get("Description", ""),
                "MaxSessionDuration": new.get("MaxSessionDuration", 3600),
            }
            at.call("iam", "UpdateRole", {**role, **wanted})
        if "PermissionsBoundary" in differing:
            _bound(at, it.id, new.get("PermissionsBoundary"))
        kept = {policy["PolicyName"] for policy in new.get("Policies", [])}
        for policy in it.properties.get("Policies", []):
            if policy["PolicyName"] not in kept:
                _drop(at, "DeleteRolePolicy", {**role, "PolicyName": policy["PolicyName"]})
        for arn in set(it.properties.get("ManagedPolicyArns", [])) - set(new.get("ManagedPolicyArns", [])):
            _drop(at, "DetachRolePolicy", {**role, "PolicyArn": arn})
        had, wanted_tags = self.tags_of(it.properties), self.tags_of(new)
        if lost := sorted(had.keys() - wanted_tags.keys()):
            at.call("iam", "UntagRole", {**role, "TagKeys": lost})
        if wanted_tags != had and wanted_tags:
            at.call("iam", "TagRole", {**role, "Tags": key_values(wanted_tags)})

    def actual(self, at: At, it: Existing) -> Properties:
        told, role = at.call("iam", "GetRole", {"RoleName": it.id})["Role"], {"RoleName": it.id}
        attached = at.call("iam", "ListAttachedRolePolicies", role)["AttachedPolicies"]
        facts = {**pick(told, "RoleName Path Description MaxSessionDuration"), "Tags": own_tags(told.get("Tags", []))}
        if boundary := told.get("PermissionsBoundary"):
            facts["PermissionsBoundary"] = boundary["PermissionsBoundaryArn"]
        return {
            **facts,
            "AssumeRolePolicyDocument": _read(told["AssumeRolePolicyDocument"]),
            "ManagedPolicyArns": [policy["PolicyArn"] for policy in attached],
            "Policies": self._inline(at, it),
        }

    def _inline(self, at: At, it: Existing) -> list[dict[str, Any]]:
        """The role's inline policies, without those that are resources of their own."""
        held = at.call("iam", "ListRolePolicies", {"RoleName": it.id})["PolicyNames"]
        ours = [policy["PolicyName"] for policy in it.properties.get("Policies", [])]
        found = [
            at.call("iam", "GetRolePolicy", {"RoleName": it.id, "PolicyName": name}) for name in ours if name in held
        ]
        return [{"PolicyName": each["PolicyName"], "PolicyDocument": _read(each["PolicyDocument"])} for each in found]

    def delete(self, at: At, it: Existing) -> None:
        role = {"RoleName": it.id}
        for policy in it.properties.get("Policies", []):
            _drop(at, "DeleteRolePolicy", {**role, "PolicyName": policy["PolicyName"]})
        for arn in it.properties.get("ManagedPolicyArns", []):
            _drop(at, "DetachRolePolicy", {**role, "PolicyArn": arn})
        at.call("iam", "DeleteRole", role)


class InstanceProfile(Named):
    type = "AWS::IAM::InstanceProfile"
    identifier = "InstanceProfileName"
    iam = True
    named_by = "InstanceProfileName"
    limit = 128
    required = names("Roles")
    replaced = names("InstanceProfileName Path")
    in_place = names("Roles")
    attributes = names("Arn")

    def look(self, at: At, name: str) -> str | None:
        told = at.call("iam", "GetInstanceProfile", {"InstanceProfileName": name})
        return str(told["InstanceProfile"]["InstanceProfileName"])

    def make(self, at: At, name: str, new: Properties) -> str:
        at.call("iam", "CreateInstanceProfile", {**pick(new, "Path"), "InstanceProfileName": name})
        return name

    def settle(self, at: At, it: Existing) -> None:
        for role in set(it.properties["Roles"]) - self._roles(at, it.id):
            at.call("iam", "AddRoleToInstanceProfile", {"InstanceProfileName": it.id, "RoleName": role})

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        return pick(at.call("iam", "GetInstanceProfile", {"InstanceProfileName": it.id})["InstanceProfile"], "Arn")

    def update(self, at: At, it: Existing, new: Properties) -> None:
        self._without(at, it.id, self._roles(at, it.id) - set(new["Roles"]))

    def actual(self, at: At, it: Existing) -> Properties:
        told = at.call("iam", "GetInstanceProfile", {"InstanceProfileName": it.id})["InstanceProfile"]
        return {**pick(told, "InstanceProfileName Path"), "Roles": [role["RoleName"] for role in told["Roles"]]}

    def delete(self, at: At, it: Existing) -> None:
        self._without(at, it.id, self._roles(at, it.id))
        at.call("iam", "DeleteInstanceProfile", {"InstanceProfileName": it.id})

    def _roles(self, at: At, name: str) -> set[str]:
        told = at.call("iam", "GetInstanceProfile", {"InstanceProfileName": name})["InstanceProfile"]
        return {role["RoleName"] for role in told["Roles"]}

    def _without(self, at: At, name: str, roles: set[str]) -> None:
        for role in roles:
            at.call("iam", "RemoveRoleFromInstanceProfile", {"InstanceProfileName": name, "RoleName": role})


class Policy(Kind):
    """An inline policy, written into roles, users and groups."""

    type = "AWS::IAM::Policy"
    iam = True
    named_by = "PolicyName"
    required = names("PolicyDocument PolicyName")
    in_place = names("Groups PolicyDocument PolicyName Roles Users")
    attributes = names("Id")

    def create(self, at: At, new: Properties) -> str:
        self._put(at, new)
        return at.name(64)

    def found(self, at: At, new: Properties) -> str | None:
        return stands(self, at, at.name(64), new)

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        return {"Id": it.id}

    def update(self, at: At, it: Existing, new: Properties) -> None:
        self._put(at, new)
        renamed = it.properties["PolicyName"] != new["PolicyName"]
        for many, one in HOLDERS:
            lost = set(it.properties.get(many, [])) - (set() if renamed else set(new.get(many, [])))
            self._delete(at, one, sorted(lost), it.properties["PolicyName"])

    def actual(self, at: At, it: Existing) -> Properties:
        facts: dict[str, Any] = pick(it.properties, "PolicyName")
        for many, one in HOLDERS:
            for holder in it.properties.get(many, []):
                try:
                    asked = {f"{one}Name": holder, "PolicyName": it.properties["PolicyName"]}
                    told = at.call("iam", f"Get{one}Policy", asked)
                except Exception as error:
                    if not is_absent(error):
                        raise
                    continue
                facts.setdefault(many, []).append(holder)
                if facts.get("PolicyDocument", it.properties["PolicyDocument"]) == it.properties["PolicyDocument"]:
                    facts["PolicyDocument"] = _read(told["PolicyDocument"])
        if len(facts) == 1:
            raise Gone(f"nobody holds {it.properties['PolicyName']}")
        return facts

    def delete(self, at: At, it: Existing) -> None:
        for many, one in HOLDERS:
            self._delete(at, one, it.properties.get(many, []), it.properties["PolicyName"])

    def _put(self, at: At, new: Properties) -> None:
        for many, one in HOLDERS:
            for holder in new.get(many, []):
                asked = {"PolicyName": new["PolicyName"], "PolicyDocument": document(new["PolicyDocument"])}
                at.call("iam", f"Put{one}Policy", {f"{one}Name": holder, **asked})

    def _delete(self, at: At, one: str, holders: list[str], name: str) -> None:
        for holder in holders:
            _drop(at, f"Delete{one}Policy", {f"{one}Name": holder, "PolicyName": name})


class ManagedPolicy(Named):
    type = "AWS::IAM::ManagedPolicy"
    identifier = "PolicyArn"
    iam = True
    named_by = "ManagedPolicyName"
    limit = 128
    required = names("PolicyDocument")
    replaced = names("Description ManagedPolicyName Path")
    in_place = names("Groups PolicyDocument Roles Users")
    attributes = names("PolicyArn DefaultVersionId PolicyId AttachmentCount IsAttachable")

    def look(self, at: At, name: str) -> str | None:
        arn = f"arn:aws:iam::{at.account}:policy/{name}"
        return str(at.call("iam", "GetPolicy", {"PolicyArn": arn})["Policy"]["Arn"])

    def make(self, at: At, name: str, new: Properties) -> str:
        asked = {**pick(new, "Path Description"), "PolicyName": name, "PolicyDocument": document(new["PolicyDocument"])}
        return str(at.call("iam", "CreatePolicy", asked)["Policy"]["Arn"])

    def settle(self, at: At, it: Existing) -> None:
        for many, one in HOLDERS:
            for holder in it.properties.get(many, []):
                at.call("iam", f"Attach{one}Policy", {f"{one}Name": holder, "PolicyArn": it.id})

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        told = at.call("iam", "GetPolicy", {"PolicyArn": it.id})["Policy"]
        return {"PolicyArn": it.id, **pick(told, "DefaultVersionId PolicyId AttachmentCount IsAttachable")}

    def update(self, at: At, it: Existing, new: Properties) -> None:
        if "PolicyDocument" in changed(it.properties, new):
            self._drop_versions(at, it.id, keep=4)  # IAM holds five
            asked = {"PolicyArn": it.id, "PolicyDocument": document(new["PolicyDocument"]), "SetAsDefault": True}
            at.call("iam", "CreatePolicyVersion", asked)
        for many, one in HOLDERS:
            self._detach(at, one, sorted(set(it.properties.get(many, [])) - set(new.get(many, []))), it.id)

    def actual(self, at: At, it: Existing) -> Properties:
        told = at.call("iam", "GetPolicy", {"PolicyArn": it.id})["Policy"]
        asked = {"PolicyArn": it.id, "VersionId": told["DefaultVersionId"]}
        version = at.call("iam", "GetPolicyVersion", asked)["PolicyVersion"]
        held = at.call("iam", "ListEntitiesForPolicy", {"PolicyArn": it.id})
        holders = {many: [each[f"{one}Name"] for each in held[f"Policy{many}"]] for many, one in HOLDERS}
        facts = {**pick(told, "Path Description"), "ManagedPolicyName": told["PolicyName"]}
        return {**facts, **holders, "PolicyDocument": _read(version["Document"])}

    def delete(self, at: At, it: Existing) -> None:
        for many, one in HOLDERS:
            self._detach(at, one, it.properties.get(many, []), it.id)
        self._drop_versions(at, it.id, keep=1)
        at.call("iam", "DeletePolicy", {"PolicyArn": it.id})

    def _detach(self, at: At, one: str, holders: list[str], arn: str) -> None:
        for holder in holders:
            _drop(at, f"Detach{one}Policy", {f"{one}Name": holder, "PolicyArn": arn})

    def _drop_versions(self, at: At, arn: str, keep: int) -> None:
        versions = at.call("iam", "ListPolicyVersions", {"PolicyArn": arn})["Versions"]
        spare = sorted((each for each in versions if not each["IsDefaultVersion"]), key=lambda each: each["CreateDate"])
        for each in spare[: max(0, len(versions) - keep)]:
            at.call("iam", "DeletePolicyVersion", {"PolicyArn": arn, "VersionId": each["VersionId"]})


def document(policy: Any) -> str:
    """A policy as the text that the calls want."""
    return policy if isinstance(policy, str) else json.dumps(policy)


def _read(told: Any) -> Any:
    """A policy's document, whichever way the service tells it."""
    return json.loads(told) if isinstance(told, str) else told


def _bound(at: At, role: str, boundary: str | None) -> None:
    if boundary is None:
        at.call("iam", "DeleteRolePermissionsBoundary", {"RoleName": role})
    else:
        at.call("iam", "PutRolePermissionsBoundary", {"RoleName": role, "PermissionsBoundary": boundary})


def _drop(at: At, operation: str, asked: dict[str, Any]) -> None:
    """Make a call that removes something; that it is gone already is no matter."""
    from botocore.exceptions import ClientError

    try:
        at.call("iam", operation, asked)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchEntity":
            raise
