"""A Swf behind werkzeug on a free port, and boto3 to talk to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from localcloud.swf import Limits
from tests.localcloud.swf.cloud import DOMAIN, Cloud, register


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    running = Cloud(tmp_path / "swf.sqlite")
    register(running.client)
    yield running
    running.stop()


@pytest.fixture
def swf(cloud: Cloud) -> Any:
    return cloud.client


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Callable[[Limits], Any]]:
    """A client of an SWF with limits small enough to reach."""
    clouds: list[Cloud] = []

    def make(limits: Limits) -> Any:
        clouds.append(Cloud(tmp_path / "limited.sqlite", limits=limits))
        register(clouds[-1].client)
        return clouds[-1].client

    yield make
    for running in clouds:
        running.stop()


__all__ = ["DOMAIN"]
