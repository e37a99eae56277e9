"""Secrets: passwords that Secrets Manager makes up, known to whoever may read them and standing nowhere else."""

import json

from troposphere import AWSObject, Output, Ref, Sub, secretsmanager

from cloudformation.description import Aws, Names, Secret
from cloudformation.logical import logical_id


def secrets(aws: Aws, names: Names) -> list[AWSObject]:
    """Every secret: `<stack>/<name>`, JSON with username and password."""
    return [_secret(name, described, names) for name, described in aws.secrets.items()]


def secret_outputs(aws: Aws) -> list[Output]:
    """`<logical id>` of every secret: its ARN."""
    return [Output(secret_id(name), Value=Ref(secret_id(name))) for name in aws.secrets]


def secret_id(name: str) -> str:
    """Logical id of a secret: `api` gives `ApiSecret`."""
    return logical_id(name, "Secret")


def _secret(name: str, described: Secret, names: Names) -> secretsmanager.Secret:
    return secretsmanager.Secret(
        secret_id(name),
        # By the stack's own name: other projects' machines of the same instance id are let in by it.
        Name=Sub(f"${{AWS::StackName}}/{name}"),
        Description=f"{described.username} of {names.stack}",
        GenerateSecretString=secretsmanager.GenerateSecretString(
            SecretStringTemplate=json.dumps({"username": described.username}),
            GenerateStringKey="password",
            PasswordLength=48,
            ExcludePunctuation=True,  # it stands in settings files and headers
        ),
    )
