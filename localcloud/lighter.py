"""moto loaded in half the time and memory: without the tables of other regions' offers, and regions read once."""

from __future__ import annotations

from functools import cache
from typing import Any

from localcloud.home import REGION

OFFERS = "instance_type_offerings"


def lighten() -> None:
    """Bend what moto does while it is imported; to be called before."""
    _know_regions()
    _skip_offers()


@cache
def _regions() -> dict[str, list[str]]:
    """Each partition's regions, by botocore's table of endpoints."""
    from botocore.loaders import Loader

    partitions = Loader().load_data("endpoints")["partitions"]
    return {partition["partition"]: sorted(partition["regions"]) for partition in partitions}


def _know_regions() -> None:
    """moto asks where each service is to be had, for which boto3 reads the service's whole description each time."""
    from boto3 import Session

    def get_available_regions(self: Any, service_name: str, partition_name: str = "aws", **given: Any) -> list[str]:
        return list(_regions().get(partition_name, []))

    def get_available_partitions(self: Any) -> list[str]:
        return list(_regions())

    Session.get_available_regions = get_available_regions  # type: ignore[method-assign, assignment]
    Session.get_available_partitions = get_available_partitions  # type: ignore[method-assign]


def _skip_offers() -> None:
    """Which instance types there are in 30 other regions: 70 MB that nobody here asks for."""
    from moto.utilities import utils

    load = utils.load_resource

    def load_resource(resource: str) -> Any:
        return [] if OFFERS in resource and f"/{REGION}." not in resource else load(resource)

    utils.load_resource = load_resource
