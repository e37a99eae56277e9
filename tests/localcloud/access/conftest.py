"""One cloud for all tests of this folder; each makes its own people and things in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.localcloud.access.cloud import Cloud


@pytest.fixture(scope="session")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    made = Cloud(tmp_path_factory.mktemp("gate"))
    yield made
    made.stop()
