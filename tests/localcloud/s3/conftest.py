"""An S3 on a free port with one bucket, and boto3 to talk to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.localcloud.s3.cloud import BUCKET, Cloud


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    running = Cloud(tmp_path / "s3")
    running.client.create_bucket(Bucket=BUCKET)
    yield running
    running.stop()


@pytest.fixture
def s3(cloud: Cloud) -> Any:
    return cloud.client
