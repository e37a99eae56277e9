"""An environment's buckets on the local S3, and the bot's activities done on them one after another."""

from __future__ import annotations

import importlib
import uuid
from typing import Any

import boto3

from bot.activity import ACTIVITIES
from bot.activity.task import Task, Values
from bot.provider.environment import BotSettings

REGION = "us-east-1"
BUCKETS = ("production", "eif", "expanded", "ppp_cdn", "archive", "xml")
EVENT = {"event_name": "ObjectCreated:Put", "event_time": "2016-05-28T15:00:00.000000Z"}


class Journal:
    """One environment of its own. `files("expanded")` -> name: content of what lies in its bucket."""

    def __init__(self) -> None:
        prefix = f"t{uuid.uuid4().hex[:8]}-"
        self.settings = BotSettings(
            S3_monitor_queue="incoming-queue",
            workflow_starter_queue="workflow-starter-queue",
            event_monitor_queue="event-property-incoming-queue",
            publishing_buckets_prefix=prefix,
            production_bucket="elife-production-final",
            sqs_region=REGION,
        )
        self.s3: Any = boto3.client("s3", region_name=REGION)
        self.session: dict[str, Any] = {}
        self.data: dict[str, Any] = {}
        self.run_id = uuid.uuid4().hex
        for name in BUCKETS:
            self.s3.create_bucket(Bucket=self.bucket(name))

    def bucket(self, name: str) -> str:
        return self.settings.bucket(f"{name}_bucket")

    def send(self, name: str, content: bytes) -> None:
        """Puts a zip where zips arrive, and begins anew with it."""
        self.s3.put_object(Bucket=self.bucket("production"), Key=name, Body=content)
        self.data = {**EVENT, "file_name": name, "bucket_name": self.bucket("production"), "file_size": len(content)}
        self.session = {}
        self.run_id = uuid.uuid4().hex

    def task(self, activity: str, part: str | None = None) -> Task:
        return Task(
            "workflow", self.run_id, Values(self.data), Values(self.session), self.settings, activity, part=part
        )

    def do(self, *activities: str) -> dict[str, Any]:
        """Does these activities, the parts of one first; answers the session then."""
        for name in activities:
            perform = importlib.import_module(ACTIVITIES[name].module).perform
            for image in self.session["images"] if name == "ResizeImages" else ():
                perform(self.task(name, image))
            self.session |= perform(self.task(name))
        return self.session

    def keys(self, name: str, prefix: str = "") -> list[str]:
        listed = self.s3.list_objects_v2(Bucket=self.bucket(name), Prefix=prefix)
        return [entry["Key"] for entry in listed.get("Contents", ())]

    def object(self, name: str, key: str) -> dict[str, Any]:
        """An object's headers, and its content as "Body"."""
        found = self.s3.get_object(Bucket=self.bucket(name), Key=key)
        return {**found, "Body": found["Body"].read()}

    def content(self, name: str, key: str) -> bytes:
        return bytes(self.object(name, key)["Body"])

    def expanded(self) -> dict[str, bytes]:
        """The files of the article now in work, by name."""
        folder = self.session["expanded_folder"]
        return {key.rpartition("/")[2]: self.content("expanded", key) for key in self.keys("expanded", folder)}
