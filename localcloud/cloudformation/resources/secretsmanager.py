"""AWS::SecretsManager: secrets, made up where the template says how, and what they are for."""

from __future__ import annotations

import json
from typing import Any

from localcloud.cloudformation.intrinsics import text
from localcloud.cloudformation.resources.at import At
from localcloud.cloudformation.resources.kind import (
    Existing,
    Failed,
    Gone,
    Kind,
    Named,
    Properties,
    changed,
    key_values,
    names,
    own_tags,
    pick,
)

PASSWORD = (
    "ExcludeCharacters ExcludeLowercase ExcludeNumbers ExcludePunctuation ExcludeUppercase IncludeSpace PasswordLength "
    "RequireEachIncludedType"
)
DEFAULT_KEY = "alias/aws/secretsmanager"


class Secret(Named):
    type = "AWS::SecretsManager::Secret"
    identifier = "Id"
    named_by = "Name"
    limit = 512
    replaced = names("Name")
    in_place = names("Description GenerateSecretString KmsKeyId SecretString Tags")
    attributes = names("Id")
    tags = "Tags"

    def look(self, at: At, name: str) -> str | None:
        told = at.call("secretsmanager", "DescribeSecret", {"SecretId": name})
        return None if told.get("DeletedDate") else str(told["ARN"])

    def make(self, at: At, name: str, new: Properties) -> str:
        asked = {
            **pick(new, "Description KmsKeyId"),
            "Name": name,
            "SecretString": _value(at, new),
            "Tags": key_values({**self.tags_of(new), **at.system_tags}),
        }
        return str(at.call("secretsmanager", "CreateSecret", asked)["ARN"])

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        return {"Id": it.id}

    def update(self, at: At, it: Existing, new: Properties) -> None:
        differing = changed(it.properties, new)
        if differing & {"Description", "KmsKeyId"}:
            asked = {"Description": new.get("Description", ""), "KmsKeyId": new.get("KmsKeyId", DEFAULT_KEY)}
            at.call("secretsmanager", "UpdateSecret", {"SecretId": it.id, **asked})
        if differing & {"SecretString", "GenerateSecretString"}:
            at.call("secretsmanager", "PutSecretValue", {"SecretId": it.id, "SecretString": _value(at, new)})
        had, wanted = self.tags_of(it.properties), self.tags_of(new)
        if lost := sorted(had.keys() - wanted.keys()):
            at.call("secretsmanager", "UntagResource", {"SecretId": it.id, "TagKeys": lost})
        if wanted and wanted != had:
            at.call("secretsmanager", "TagResource", {"SecretId": it.id, "Tags": key_values(wanted)})

    def actual(self, at: At, it: Existing) -> Properties:
        told = at.call("secretsmanager", "DescribeSecret", {"SecretId": it.id})
        if told.get("DeletedDate"):
            raise Gone(f"{it.id} is to be deleted")
        # The value is a secret: it is compared with nothing and shown nowhere.
        hidden = pick(it.properties, "SecretString GenerateSecretString")
        return {**hidden, **pick(told, "Name Description KmsKeyId"), "Tags": own_tags(told.get("Tags", []))}

    def delete(self, at: At, it: Existing) -> None:
        at.call("secretsmanager", "DeleteSecret", {"SecretId": it.id, "ForceDeleteWithoutRecovery": True})


class SecretTargetAttachment(Kind):
    """Writes where a database is into the secret that holds its password."""

    type = "AWS::SecretsManager::SecretTargetAttachment"
    required = names("SecretId TargetId TargetType")
    replaced = names("SecretId")
    in_place = names("TargetId TargetType")
    attributes = names("Id")

    def create(self, at: At, new: Properties) -> str:
        self._write(at, new)
        return text(new["SecretId"])

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        return {"Id": it.id}

    def update(self, at: At, it: Existing, new: Properties) -> None:
        self._write(at, new)

    def delete(self, at: At, it: Existing) -> None:
        """The secret keeps what was written, as on AWS."""

    def _write(self, at: At, new: Properties) -> None:
        if new["TargetType"] != "AWS::RDS::DBInstance":
            raise Failed(f"A target of type {new['TargetType']} is not supported here; AWS::RDS::DBInstance is")
        told = at.call("rds", "DescribeDBInstances", {"DBInstanceIdentifier": new["TargetId"]})["DBInstances"][0]
        secret = at.call("secretsmanager", "GetSecretValue", {"SecretId": new["SecretId"]})["SecretString"]
        known = {
            "engine": told["Engine"],
            "host": told["Endpoint"]["Address"],
            "port": told["Endpoint"]["Port"],
            "dbInstanceIdentifier": told["DBInstanceIdentifier"],
            **({"dbname": told["DBName"]} if told.get("DBName") else {}),
        }
        value = json.dumps({**json.loads(secret), **known})
        at.call("secretsmanager", "PutSecretValue", {"SecretId": new["SecretId"], "SecretString": value})


def _value(at: At, new: Properties) -> str:
    how = new.get("GenerateSecretString")
    if how is None:
        return text(new.get("SecretString", ""))
    password = at.call("secretsmanager", "GetRandomPassword", pick(how, PASSWORD))["RandomPassword"]
    if "GenerateStringKey" not in how:
        return str(password)
    try:
        template = json.loads(how.get("SecretStringTemplate", "{}"))
    except ValueError:
        raise Failed("Could not parse SecretStringTemplate JSON.") from None
    return json.dumps({**template, how["GenerateStringKey"]: password})
