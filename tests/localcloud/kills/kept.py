"""Services that keep things by name: written, read, removed again and again."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from tests.localcloud.kills.load import Clients, Gone, Ledger, Turn

TRUST = '{"Version": "2012-10-17", "Statement": []}'
MISSING = ("ParameterNotFound", "NoSuchEntity", "ResourceNotFoundException", "NotFound", "InvalidGroup.NotFound")


@dataclass(frozen=True)
class Shelf:
    """One service's way to keep a text under a name. `read` gives None where there is nothing."""

    name: str
    clients: Clients

    def read(self, key: str) -> str | None: ...

    def make(self, key: str, value: str) -> None: ...

    def change(self, key: str, value: str) -> None: ...

    def remove(self, key: str) -> None: ...


class Kept:
    """A load on a shelf. Of each name it is known what may be there: what the last answer said, or a later attempt."""

    def __init__(self, shelf: Shelf, ledger: Ledger, names: int = 12) -> None:
        self.name = shelf.name
        self.shelf = shelf
        self.ledger = ledger
        self.possible: dict[str, set[str | None]] = {f"kept-{shelf.name}-{number}": {None} for number in range(names)}
        self.lost: list[str] = []
        self._values = itertools.count()

    def prepare(self) -> None:
        pass

    def producers(self) -> Iterable[Turn]:
        """One thread: of two that write one thing at once, nobody knows which was the last."""
        return [self._turn]

    def consumers(self) -> Iterable[Turn]:
        return []

    def settled(self) -> bool:
        return True

    def problems(self) -> list[str]:
        for key in self.possible:
            self._look(key)
        return self.lost

    def _turn(self) -> None:
        key = random.choice(list(self.possible))
        there = self._look(key)
        value = f"value {next(self._values)}"
        wanted = None if there is not None and random.random() < 0.3 else value
        self.ledger.note(key, f"to be {wanted!r}")
        try:
            if wanted is None:
                self.shelf.remove(key)
            elif there is None:
                self.shelf.make(key, wanted)
            else:
                self.shelf.change(key, wanted)
        except Gone:
            self.possible[key].add(wanted)
            self.ledger.note(key, "no answer")
            raise
        self.possible[key] = {wanted}
        self.ledger.note(key, "acknowledged")

    def _look(self, key: str) -> str | None:
        there = _none_if_missing(self.shelf, key)
        if there not in self.possible[key]:
            expected = " or ".join(map(repr, self.possible[key]))
            self.lost.append(f"{key} is {there!r}, and must be {expected}\n{self.ledger.around(key)}")
        self.possible[key] = {there}
        return there


def _none_if_missing(shelf: Shelf, key: str) -> str | None:
    try:
        return shelf.read(key)
    except ClientError as error:
        if error.response["Error"]["Code"] in MISSING:
            return None
        raise


class Parameters(Shelf):
    def read(self, key: str) -> str | None:
        return str(self.clients("ssm").get_parameter(Name=key)["Parameter"]["Value"])

    def make(self, key: str, value: str) -> None:
        self.clients("ssm").put_parameter(Name=key, Value=value, Type="String")

    def change(self, key: str, value: str) -> None:
        self.clients("ssm").put_parameter(Name=key, Value=value, Type="String", Overwrite=True)

    def remove(self, key: str) -> None:
        self.clients("ssm").delete_parameter(Name=key)


class Roles(Shelf):
    def read(self, key: str) -> str | None:
        return str(self.clients("iam").get_role(RoleName=key)["Role"]["Description"])

    def make(self, key: str, value: str) -> None:
        self.clients("iam").create_role(RoleName=key, AssumeRolePolicyDocument=TRUST, Description=value)

    def change(self, key: str, value: str) -> None:
        self.clients("iam").update_role(RoleName=key, Description=value)

    def remove(self, key: str) -> None:
        self.clients("iam").delete_role(RoleName=key)


class Secrets(Shelf):
    def read(self, key: str) -> str | None:
        return str(self.clients("secretsmanager").get_secret_value(SecretId=key)["SecretString"])

    def make(self, key: str, value: str) -> None:
        self.clients("secretsmanager").create_secret(Name=key, SecretString=value)

    def change(self, key: str, value: str) -> None:
        self.clients("secretsmanager").put_secret_value(SecretId=key, SecretString=value)

    def remove(self, key: str) -> None:
        self.clients("secretsmanager").delete_secret(SecretId=key, ForceDeleteWithoutRecovery=True)


class Topics(Shelf):
    def read(self, key: str) -> str | None:
        told = self.clients("sns").get_topic_attributes(TopicArn=self._arn(key))["Attributes"]
        return str(told["DisplayName"])

    def make(self, key: str, value: str) -> None:
        self.clients("sns").create_topic(Name=key, Attributes={"DisplayName": value})

    def change(self, key: str, value: str) -> None:
        given = {"AttributeName": "DisplayName", "AttributeValue": value}
        self.clients("sns").set_topic_attributes(TopicArn=self._arn(key), **given)

    def remove(self, key: str) -> None:
        self.clients("sns").delete_topic(TopicArn=self._arn(key))

    def _arn(self, key: str) -> str:
        return f"arn:aws:sns:us-east-1:123456789012:{key}"


@dataclass(frozen=True)
class Records(Shelf):
    """TXT records of one zone."""

    zone: str

    def read(self, key: str) -> str | None:
        asked = {"HostedZoneId": self.zone, "StartRecordName": self._name(key), "StartRecordType": "TXT"}
        found = self.clients("route53").list_resource_record_sets(**asked, MaxItems="1")["ResourceRecordSets"]
        there = [each for each in found if (each["Name"], each["Type"]) == (self._name(key), "TXT")]
        return str(there[0]["ResourceRecords"][0]["Value"]).strip('"') if there else None

    def make(self, key: str, value: str) -> None:
        self._ask("CREATE", key, value)

    def change(self, key: str, value: str) -> None:
        self._ask("UPSERT", key, value)

    def remove(self, key: str) -> None:
        self._ask("DELETE", key, str(self.read(key)))

    def _name(self, key: str) -> str:
        return f"{key}.kills.example."

    def _ask(self, action: str, key: str, value: str) -> None:
        record: dict[str, Any] = {"Name": self._name(key), "Type": "TXT", "TTL": 5}
        record["ResourceRecords"] = [{"Value": f'"{value}"'}]
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
        self.clients("route53").change_resource_record_sets(HostedZoneId=self.zone, ChangeBatch=batch)


class Groups(Shelf):
    """Security groups; the text is a tag."""

    def read(self, key: str) -> str | None:
        asked = [{"Name": "group-name", "Values": [key]}]
        found = self.clients("ec2").describe_security_groups(Filters=asked)["SecurityGroups"]
        return str(found[0]["Tags"][0]["Value"]) if found else None

    def make(self, key: str, value: str) -> None:
        tags = [{"ResourceType": "security-group", "Tags": [{"Key": "kept", "Value": value}]}]
        self.clients("ec2").create_security_group(GroupName=key, Description="d", TagSpecifications=tags)

    def change(self, key: str, value: str) -> None:
        self.clients("ec2").create_tags(Resources=[self._id(key)], Tags=[{"Key": "kept", "Value": value}])

    def remove(self, key: str) -> None:
        self.clients("ec2").delete_security_group(GroupId=self._id(key))

    def _id(self, key: str) -> str:
        asked = [{"Name": "group-name", "Values": [key]}]
        return str(self.clients("ec2").describe_security_groups(Filters=asked)["SecurityGroups"][0]["GroupId"])
