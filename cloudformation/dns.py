"""The public host name: an A record with every machine's public address."""

from troposphere import GetAtt, route53

from cloudformation.description import Names
from cloudformation.logical import instance_id

TIME_TO_LIVE = 60  # seconds: a machine that was replaced is found again within a minute


def records(host: str, names: Names) -> list[route53.RecordSetType]:
    """`HostRecord` in the hosted zone of the project's domain."""
    addresses = [GetAtt(instance_id(number), "PublicIp") for number, _ in enumerate(names.nodes, start=1)]
    return [
        route53.RecordSetType(
            "HostRecord",
            HostedZoneName=f"{names.zone}.",
            Name=f"{host}.",
            Type="A",
            TTL=str(TIME_TO_LIVE),
            ResourceRecords=addresses,
        )
    ]
