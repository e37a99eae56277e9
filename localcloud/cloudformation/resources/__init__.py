"""The types of resources that can be made, one small class a type, one file a family."""

from __future__ import annotations

from importlib import import_module

from localcloud.cloudformation.errors import ValidationError
from localcloud.cloudformation.resources.kind import KINDS, Kind

# A family's modules are imported when the first template names one of its types.
FAMILIES = {
    "AWS::CloudFormation": ("handles", "stacks"),
    "AWS::CloudWatch": ("cloudwatch",),
    "AWS::EC2": ("instances", "addresses", "keys", "networks", "security", "volumes"),
    "AWS::IAM": ("iam",),
    "AWS::KMS": ("kms",),
    "AWS::Logs": ("logs",),
    "AWS::RDS": ("rds",),
    "AWS::Route53": ("route53",),
    "AWS::S3": ("s3",),
    "AWS::SecretsManager": ("secretsmanager",),
    "AWS::SNS": ("sns",),
    "AWS::SQS": ("sqs",),
    "AWS::SSM": ("ssm",),
}


def known(type_name: str) -> bool:
    _load(type_name.rpartition("::")[0])
    return type_name in KINDS


def find(type_name: str) -> Kind:
    """The class that makes resources of a type. Raises ValidationError where there is none."""
    if not known(type_name):
        raise ValidationError(f"Template format error: Unrecognized resource types: [{type_name}]")
    return KINDS[type_name]


def every() -> dict[str, Kind]:
    """Every type that can be made, by name."""
    for family in FAMILIES:
        _load(family)
    return dict(sorted(KINDS.items()))


def _load(family: str) -> None:
    for module in FAMILIES.get(family, ()):
        import_module(f"{__name__}.{module}")
