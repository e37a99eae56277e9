"""One article between the activities of publication: on real S3 and SQS, a real website and a real lax."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from werkzeug.serving import make_server

from bot.activity import convert_jats, prepare_post_eif, set_publication_status
from bot.activity.task import Task, Values
from bot.provider import credentials
from bot.provider.environment import BotSettings
from continuum.login import Login
from continuum.migrations import upgrade
from lax import application as lax
from tests.articles import make_article
from tests.bot.journal_site import PASSWORD, USER, Site, run_site
from tests.bot.speaker import say, speaking
from tests.postgresql import PostgreSQL, new_database

ROOT = Path(__file__).parents[2]
SECRET = "elife-ct/api"
REGION = "us-east-1"
STARTED = "2016-05-28T15:00:00+00:00"  # the executions
BUCKETS = ("eif", "expanded")


@pytest.fixture(scope="module")
def site(cluster: PostgreSQL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with speaking(say(404)) as cdn:
        for database in new_database(cluster):
            upgrade(database, ROOT / "website/migrations")
            yield from run_site(database, tmp_path_factory.mktemp("site"), f"{cdn.address}/")


@pytest.fixture(scope="module")
def lax_address(cluster: PostgreSQL) -> Iterator[str]:
    for database in new_database(cluster):
        upgrade(database, ROOT / "lax/migrations")
        server = make_server("127.0.0.1", 0, lax.create(lax.Settings(database, Login(USER, PASSWORD))), threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/api/v1/article"
        server.shutdown()
        server.server_close()


class Newsroom:
    """An article of its own for each test, with what the activities before have left."""

    def __init__(self, site: Site, lax_address: str, folder: Path) -> None:
        self.site = site
        self.prefix = f"t{uuid.uuid4().hex[:8]}-"
        self.article_id = str(uuid.uuid4().int % 90000 + 10000)
        self.rules = folder / "rules.yaml"
        self.rules.write_text("default: false")
        self.settings = BotSettings(
            S3_monitor_queue=f"{self.prefix}incoming-queue",
            workflow_starter_queue=f"{self.prefix}workflow-starter-queue",
            event_monitor_queue=f"{self.prefix}event-property-incoming-queue",
            publishing_buckets_prefix=self.prefix,
            production_bucket="elife-production-final",
            drupal_EIF_endpoint=f"{site.address}/api/article.json",
            drupal_approve_endpoint=f"{site.address}/api/publish/",
            lax_article_versions=f"{lax_address}/10.7554/eLife.{{article_id}}/version/",
            lax_update=f"{lax_address}/create-update/",
            website_secret=SECRET,
            lax_secret=SECRET,
            publication_settings=str(self.rules),
        )
        self.attributes: list[dict[str, str]] = []  # of the messages taken so far
        self.s3: Any = boto3.client("s3", region_name=REGION)
        self.sqs: Any = boto3.client("sqs", region_name=REGION)
        for bucket in BUCKETS:
            self.s3.create_bucket(Bucket=f"{self.prefix}elife-publishing-{bucket}")
        for queue in (self.settings.workflow_starter_queue, self.settings.event_monitor_queue):
            self.sqs.create_queue(QueueName=queue)
        self.session: dict[str, Any] = {
            "article_id": self.article_id,
            "version": 1,
            "run": str(uuid.uuid4()),
            "status": "vor",
            "update_date": "2016-05-28T15:00:00Z",
            "expanded_folder": f"{self.article_id}.1/run",
            "article_xml": f"elife-{self.article_id}-v1.xml",
            "zip_name": f"elife-{self.article_id}-vor-v1-20160528150000.zip",
        }

    def deliver(self, **parts: Any) -> None:
        """The article's XML, as ApplyVersionNumber leaves it."""
        package = make_article(article_id=self.article_id, versioned_files=True, **parts)
        key = f"{self.session['expanded_folder']}/{self.session['article_xml']}"
        self.s3.put_object(Bucket=f"{self.prefix}elife-publishing-expanded", Key=key, Body=package.xml)

    def task(self, activity: str, attempt: int = 1, **data: Any) -> Task:
        return Task(
            "an id",
            self.session["run"],
            Values(data),
            Values(self.session),
            self.settings,
            activity,
            attempt,
            started=STARTED,
        )

    def approval(self, **other: Any) -> Task:
        """The task of what the dashboard sends when an editor approves."""
        data = "" if "publication_data" in other else dict(self.told())["_publication-data"]
        given = {"article_id": self.article_id, "version": "1", "run": self.session["run"], "publication_data": data}
        return replace(self.task("ApprovePublication", **{**given, **other}), session=Values(), run_id="another run")

    def after(self, activity: str, **other: Any) -> Task:
        """A task of PostPerfectPublication: all it knows stands in its message."""
        names = ("article_id", "run", "status", "expanded_folder", "eif_location", "update_date")
        data = {**{name: self.session[name] for name in names}, "version": "1", **other}
        return replace(self.task(activity, **data), session=Values(), run_id="a third run")

    def ingested(self) -> None:
        """Until the article is a preview on the website."""
        self.deliver()
        for activity in (convert_jats, set_publication_status, prepare_post_eif):
            self.session |= activity.perform(self.task(activity.__name__))

    def eif(self) -> dict[str, Any]:
        key = self.session["eif_location"]
        body = self.s3.get_object(Bucket=f"{self.prefix}elife-publishing-eif", Key=key)["Body"].read()
        return dict(json.loads(body))

    def told(self) -> list[tuple[str, str]]:
        """Properties that the dashboard was told since it was last asked, each message id once."""
        messages = {message["message_id"]: message for message in self._take(self.settings.event_monitor_queue)}
        assert all(message["item_identifier"] == self.article_id for message in messages.values())
        assert all(message["version"] == "1" for message in messages.values())
        return [(message["name"], message["value"]) for message in messages.values()]

    def started(self) -> list[dict[str, Any]]:
        return self._take(self.settings.workflow_starter_queue)

    def on_website(self) -> list[bool]:
        """Whether readers see each thing that the website has of the article."""
        return [row["live"] for row in self.site.rows() if row["id"] == f"{self.article_id}.1"]

    def _take(self, queue: str) -> list[dict[str, Any]]:
        url = self.sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        taken: list[dict[str, Any]] = []
        asked = {"QueueUrl": url, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"]}
        while more := self.sqs.receive_message(**asked).get("Messages"):
            for message in more:
                self.attributes += [{n: a["StringValue"] for n, a in message.get("MessageAttributes", {}).items()}]
                taken.append(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return taken


@pytest.fixture
def newsroom(endpoint: str, site: Site, lax_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    monkeypatch.setitem(credentials._known, (SECRET, REGION), credentials.Credentials(USER, PASSWORD))
    return Newsroom(site, lax_address, tmp_path)
