"""Machines that are switched off in the middle of publishing, and on again: the articles arrive, each once."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest

from tests.articles import make_zip
from tests.conftest import Cloud, eventually
from tests.pipeline.launched import BOT, LAX, WEBSITE, Launched
from tests.pipeline.publishing import PUBLISHED, READY

pytestmark = pytest.mark.machines


@pytest.fixture(scope="module")
def journal(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Launched:
    return Launched.of(cloud, tmp_path_factory.mktemp("journal"))


def switch_off_and_on(journal: Launched, name: str) -> None:
    """Pulls the plug of a machine, and boots it again."""
    ec2 = journal.client("ec2")
    found = ec2.describe_instances(
        Filters=[{"Name": "tag:Name", "Values": [name]}, {"Name": "instance-state-name", "Values": ["running"]}]
    )
    machine = found["Reservations"][0]["Instances"][0]["InstanceId"]
    ec2.stop_instances(InstanceIds=[machine], Force=True)
    ec2.get_waiter("instance_stopped").wait(InstanceIds=[machine], WaiterConfig={"Delay": 1})
    ec2.start_instances(InstanceIds=[machine])


def begun(journal: Launched, article_id: str, step: str) -> bool:
    """Whether the dashboard has been told that a step of the article began."""
    journal.look()
    return any(event["event_type"] == step for event in journal.events(article_id))


INGEST = ("Expand Article", "Apply Version Number", "Schedule Crossref", "Convert JATS", "Set Publication Status",
          "Resize Images", "Deposit Assets", "Post EIF")  # fmt: skip
PUBLISH = ("Approve Publication", "Rewrite EIF", "Archive Article", "Update LAX", "Schedule Downstream")
# Half a minute each. PIPELINE_KILLS=all is the whole table: each machine in each step.
TABLE = [
    (name, f"{891 + row:05}", INGEST[step], PUBLISH[step % len(PUBLISH)])
    for row, (name, step) in enumerate(
        itertools.product((BOT, WEBSITE, LAX), range(len(INGEST)))
        if os.environ.get("PIPELINE_KILLS") == "all"
        else [(BOT, 3), (WEBSITE, 6), (LAX, 0)]
    )
]


@pytest.mark.parametrize(("name", "article_id", "ingest_step", "publish_step"), TABLE)
def test_an_article_survives_a_machine(
    journal: Launched, tmp_path: Path, name: str, article_id: str, ingest_step: str, publish_step: str
) -> None:
    # Without a version in its name: lax is asked at once.
    journal.upload(make_zip(tmp_path, article_id=article_id, version=None, figures=2))
    eventually(lambda: begun(journal, article_id, ingest_step), seconds=120)
    switch_off_and_on(journal, name)
    journal.until_status(article_id, 1, READY, seconds=300)
    journal.approve(article_id)
    eventually(lambda: begun(journal, article_id, publish_step), seconds=120)
    switch_off_and_on(journal, name)
    journal.until_status(article_id, 1, PUBLISHED, seconds=300)
    eventually(lambda: journal.public(journal.told(article_id, 1, "path")), seconds=120)
    assert list(eventually(lambda: journal.versions(article_id), seconds=120)) == ["1"]
    assert len(journal.keys("publishing-archive", f"elife-{article_id}")) == 1
    assert journal.events(article_id, "error") == []
    done = [event for event in journal.events(article_id, "end") if event["event_type"] == "Post EIF"]
    assert len(done) == 1
