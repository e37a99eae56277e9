from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Cloud, new_cloud
from tests.pipeline.publishing import Publishing, running
from tests.postgresql import PostgreSQL, new_database


@pytest.fixture(scope="session")
def small_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A cloud without machines."""
    yield from new_cloud(tmp_path_factory.mktemp("small-cloud") / "home")


def _publishing(cloud: Cloud, folder: Path, cluster: PostgreSQL) -> Iterator[Publishing]:
    for lax in new_database(cluster):
        for website in new_database(cluster):
            with running(Publishing(cloud, folder, lax, website)) as made:
                yield made


@pytest.fixture(scope="session")
def publishing(
    small_cloud: Cloud, tmp_path_factory: pytest.TempPathFactory, cluster: PostgreSQL
) -> Iterator[Publishing]:
    """An environment whose processes run, shared by the tests: each publishes articles of its own."""
    yield from _publishing(small_cloud, tmp_path_factory.mktemp("publishing"), cluster)


@pytest.fixture
def own_publishing(small_cloud: Cloud, tmp_path: Path, cluster: PostgreSQL) -> Iterator[Publishing]:
    """An environment for one test alone, which may break it."""
    yield from _publishing(small_cloud, tmp_path / "publishing", cluster)
