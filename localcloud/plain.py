"""The plain API calls: moto in this process, and what the other parts ask of its state.

`prepare` must run before moto is imported for the first time. Where moto's own code is changed: `bends.py`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from localcloud.home import ACCOUNT, REGION
from localcloud.lighter import lighten
from localcloud.machines.image import Image

IMAGE_PARAMETER = "/aws/service/debian/release/12/latest/amd64"  # Debian's own name for its newest AMI


def prepare(folder: Path, image: Image) -> None:
    """Let moto know one machine image, ours, instead of hundreds that can't be launched; and load less."""
    ami = {
        "ami_id": image.ami,
        "name": image.name,
        "description": "Debian 12, as unprivileged container",
        "owner_id": "136693071363",  # Debian's account on AWS
        "image_location": f"amazon/{image.name}",
        "architecture": "x86_64",
        "public": True,
        "virtualization_type": "hvm",
        "hypervisor": "xen",
        "root_device_type": "ebs",
        "root_device_name": "/dev/xvda",
        "creation_date": "2024-01-01T00:00:00.000Z",
    }
    file = folder / "images.json"
    file.write_text(json.dumps([ami]))
    os.environ["MOTO_AMIS_PATH"] = str(file)
    os.environ["MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION"] = "true"
    os.environ["MOTO_ENABLE_AMI_VALIDATION"] = "true"
    os.environ["MOTO_ENABLE_KEYPAIR_VALIDATION"] = "true"
    lighten()  # after these: it loads the part of moto that reads them


def publish_image(image: Image) -> None:
    """Put the image's id where Debian publishes it on AWS; nobody but the cloud may write there."""
    from moto.ssm.models import Parameter, ssm_backends

    backend = ssm_backends[ACCOUNT][REGION]
    versions = backend._parameters[IMAGE_PARAMETER]
    if versions and versions[-1].value == image.ami:
        return
    versions.append(
        Parameter(
            account_id=ACCOUNT,
            name=IMAGE_PARAMETER,
            value=image.ami,
            parameter_type="String",
            description="Debian 12 (amd64)",
            allowed_pattern=None,
            keyid=None,
            last_modified_date=datetime.now(UTC).timestamp(),
            version=len(versions) + 1,
            data_type="aws:ec2:image",
        )
    )


def ec2() -> Any:
    from moto.ec2 import ec2_backends

    return ec2_backends[ACCOUNT][REGION]


def instances() -> Iterator[Any]:
    yield from list(ec2().all_instances())


def databases() -> dict[str, Any]:
    from moto.rds.models import rds_backends

    return dict(rds_backends[ACCOUNT][REGION].databases)


def take_address(subnet_id: str | None) -> str:
    """A free address for a machine that is no instance, of the subnet or of the first default one."""
    default = next(iter(ec2().get_default_subnets().values()))
    subnet = ec2().get_subnet(subnet_id) if subnet_id else default
    address = str(subnet.get_available_subnet_ip(None))
    ec2().create_network_interface(subnet, address, description="RDSNetworkInterface")
    return address


def free_address(address: str) -> None:
    for interface in list(ec2().enis.values()):
        if interface.private_ip_address == address and interface.instance is None:
            interface.delete()


def role_of(instance: Any) -> Any | None:
    """The IAM role that the instance's profile holds."""
    association = ec2().iam_instance_profile_associations.get(instance.id)
    roles = association.iam_instance_profile.roles if association else []
    return roles[0] if roles else None


def iam() -> Any:
    from moto.iam.models import iam_backends

    return iam_backends[ACCOUNT]["aws"]


def role(arn: str) -> Any | None:
    """The IAM role of that ARN."""
    return next((role for role in list(iam().roles.values()) if role.arn == arn), None)


def secret(name: str) -> Any | None:
    """moto's secret of that name or (partial) ARN."""
    from moto.secretsmanager.models import secretsmanager_backends

    return secretsmanager_backends[ACCOUNT][REGION].secrets.get(name)


def topic(arn: str) -> Any:
    """moto's topic of that ARN. Raises KeyError."""
    from moto.sns.models import sns_backends

    return sns_backends[ACCOUNT][REGION].topics[arn]


def publish(topic_arn: str, message: str, subject: str, message_id: str) -> None:
    """Send a message of a service to a topic's subscribers. Raises KeyError for an unknown topic."""
    found = topic(topic_arn)
    for subscription in list(found.sns_backend._get_topic_subscriptions(found)):
        subscription.publish(message, message_id, subject=subject)


def addresses() -> Iterator[tuple[str, str]]:
    """Every name that Route53 knows an IPv4 address for, CNAMEs followed: (name, address)."""
    from moto.route53.models import route53_backends

    records = {
        record.name.rstrip("."): record
        for zone in list(route53_backends[ACCOUNT]["aws"].zones.values())
        for record in list(zone.rrsets)
        if record.type in ("A", "CNAME")
    }
    for name, record in records.items():
        for _ in range(8):
            if record is None or record.type != "CNAME":
                break
            record = records.get(record.records[0].rstrip("."))
        if record is not None and record.type == "A":
            yield from ((name, address) for address in record.records)
