"""The local cloud's endpoint with moto and our CloudFormation behind it, on a free port of loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.localcloud.cloudformation.cloud import Cloud, Wsgi, moto, serving

settings.register_profile("untimed", deadline=None)  # a busy machine is no failure
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def moto_app() -> Wsgi:
    return moto()


@pytest.fixture
def cloud(tmp_path: Path, moto_app: Wsgi) -> Iterator[Cloud]:
    with serving(tmp_path, moto_app) as made:
        yield made
