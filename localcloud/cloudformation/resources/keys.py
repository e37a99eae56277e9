"""AWS::EC2::KeyPair: where no public key is given, the private one is put into SSM as /ec2/keypair/<id>."""

from __future__ import annotations

from typing import Any

from localcloud.cloudformation.resources.at import At
from localcloud.cloudformation.resources.ec2 import Tagged, gone
from localcloud.cloudformation.resources.kind import Existing, Properties, key_values, names, only, own_tags, pick


class KeyPair(Tagged):
    type = "AWS::EC2::KeyPair"
    identifier = "KeyName"
    kept_as = "key-pair"
    listed = ("DescribeKeyPairs", "KeyPairs", "KeyName")
    required = names("KeyName")
    replaced = names("KeyFormat KeyName KeyType PublicKeyMaterial")
    # AWS replaces for Tags too, where they are the template's; the stack's own tags it changes in place.
    in_place = names("Tags")
    attributes = names("KeyFingerprint KeyPairId")

    def create(self, at: At, new: Properties) -> str:
        if at.again:
            self._forget_half(at, new)
        asked = {"KeyName": new["KeyName"], "TagSpecifications": self.tag_specifications(at, new)}
        if "PublicKeyMaterial" in new:
            at.call("ec2", "ImportKeyPair", {**asked, "PublicKeyMaterial": str(new["PublicKeyMaterial"]).encode()})
            return str(new["KeyName"])
        asked |= {"KeyType": new.get("KeyType", "rsa"), "KeyFormat": new.get("KeyFormat", "pem")}
        made = at.call("ec2", "CreateKeyPair", asked)
        at.call(
            "ssm",
            "PutParameter",
            {
                "Name": f"/ec2/keypair/{made['KeyPairId']}",
                "Value": made["KeyMaterial"],
                "Type": "SecureString",
                "Overwrite": True,
                "Description": f"Private key of the key pair {new['KeyName']}",
            },
        )
        at.call(
            "ssm",
            "AddTagsToResource",
            {
                "ResourceType": "Parameter",
                "ResourceId": f"/ec2/keypair/{made['KeyPairId']}",
                "Tags": key_values(self.tags_of(new)),
            },
        ) if self.tags_of(new) else None
        return str(new["KeyName"])

    def found(self, at: At, new: Properties) -> str | None:
        return None  # one whose private key may not have been kept is of no use: it is made anew

    def _forget_half(self, at: At, new: Properties) -> None:
        for pair in _pairs(at, new["KeyName"]):
            tags = {tag["Key"]: tag["Value"] for tag in pair.get("Tags", [])}
            if at.system_tags.items() <= tags.items():
                at.call("ec2", "DeleteKeyPair", {"KeyPairId": pair["KeyPairId"]})

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        pair = _pairs(at, it.id)[0]
        return {"KeyPairId": pair["KeyPairId"], "KeyFingerprint": pair.get("KeyFingerprint", "")}

    def update(self, at: At, it: Existing, new: Properties) -> None:
        self.retag(at, it.attributes["KeyPairId"], it.properties, new)

    def actual(self, at: At, it: Existing) -> Properties:
        told = only(_pairs(at, it.id), it.id)
        fixed = pick(it.properties, "KeyFormat PublicKeyMaterial")  # AWS does not tell these again
        return {**fixed, **pick(told, "KeyName KeyType"), "Tags": own_tags(told.get("Tags", []))}

    def delete(self, at: At, it: Existing) -> None:
        pairs = _pairs(at, it.id)
        at.call("ec2", "DeleteKeyPair", {"KeyName": it.id})
        for key_pair_id in {it.attributes.get("KeyPairId"), *(pair["KeyPairId"] for pair in pairs)} - {None}:
            try:
                at.call("ssm", "DeleteParameter", {"Name": f"/ec2/keypair/{key_pair_id}"})
            except Exception as error:
                if not gone(error, "ParameterNotFound"):
                    raise


def _pairs(at: At, name: str) -> list[dict[str, Any]]:
    asked = {"Filters": [{"Name": "key-name", "Values": [name]}]}
    return list(at.call("ec2", "DescribeKeyPairs", asked)["KeyPairs"])
