"""The hosted zone that public host names are written into: the account has it, or the local cloud is given it."""

from __future__ import annotations

from contextlib import suppress

from builder import cloud
from builder.errors import UsageError


def ensure(domain: str) -> None:
    """See to it that Route53 holds exactly one public zone of the domain.

    On AWS a zone costs money and must be delegated: there UsageError says how to make it. The local cloud gets its own.
    """
    route53 = cloud.client("route53")
    found = route53.list_hosted_zones_by_name(DNSName=domain, MaxItems="1")["HostedZones"]
    if found and found[0]["Name"].rstrip(".") == domain:
        return
    if not cloud.is_local():
        raise UsageError(
            f"the account's Route53 has no hosted zone {domain}, which the host name needs",
            f"Make it with: aws route53 create-hosted-zone --name {domain} --caller-reference {domain}\n"
            "or give the project another `domain`, or no `subdomain`.",
        )
    with suppress(route53.exceptions.HostedZoneAlreadyExists):  # another launch was quicker
        route53.create_hosted_zone(Name=domain, CallerReference=f"continuum-{domain}")
