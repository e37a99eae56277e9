"""An Sqs behind the endpoint's server on a free port, and boto3 to talk to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.localcloud.sqs.cloud import Cloud


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    running = Cloud(tmp_path / "sqs.sqlite")
    yield running
    running.stop()
