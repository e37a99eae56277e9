"""A publishing environment as processes on this computer: the bot, lax and the website, on a local cloud.

All of it is real: S3, SQS, SWF and secrets of a local cloud (without machines), PostgreSQL, the applications as they
are unpacked on their machines. Where machines matter, tests use launched ones instead (see test_published.py).
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

from continuum.database import Database
from tests.conftest import ROOT, Cloud
from tests.installed import unpack

PASSWORD = "a word between machines"
BUCKETS = ("production-final", "publishing-eif", "publishing-expanded", "publishing-cdn", "publishing-archive",
           "publishing-xml")  # fmt: skip
PROCESSES = {"decider": 1, "worker": 2, "queue_worker": 1, "queue_workflow_starter": 1}
READY, PUBLISHED, ERROR = "ready to publish", "published", "error"


@dataclass
class Process:
    """A program that is started again when it ends, as systemd does; until it is stopped."""

    name: str
    command: list[str]
    folder: Path
    environment: dict[str, str]
    _running: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._running
        return self._running.pid

    def start(self) -> None:
        with (self.folder / f"{self.name}.stderr").open("a") as log:
            self._running = subprocess.Popen(self.command, cwd=self.folder, env=self.environment, stderr=log)

    def kill(self) -> None:
        """`kill -9`, and nothing else: see `look_after`."""
        assert self._running
        self._running.kill()
        self._running.wait()

    def look_after(self) -> None:
        """Start it again if it has ended."""
        if self._running and self._running.poll() is not None:
            self.start()

    def stop(self) -> None:
        if self._running is None:
            return
        self._running.send_signal(signal.SIGTERM)
        try:
            self._running.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()
        self._running = None


@dataclass
class Publishing:
    """An environment of a prefix of its own; its processes, and what a user would do with it."""

    cloud: Cloud
    folder: Path
    lax_database: Database
    website_database: Database
    prefix: str = field(default_factory=lambda: f"t{uuid.uuid4().hex[:6]}")
    processes: dict[str, Process] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    """All that the bot told the dashboard so far, each message id once, in the order of arrival."""

    def prepare(self) -> None:
        """Make its resources, install its applications; nothing runs yet."""
        words = [sys.executable, str(ROOT / "create_s3_resources.py"), "-p", self.prefix, "--yes"]
        subprocess.run(words, env=self.cloud.environment, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        secret = json.dumps({"username": "bot", "password": PASSWORD})
        self.client("secretsmanager").create_secret(Name=f"{self.prefix}/api", SecretString=secret)
        self.lax_url = self._install_web("lax", self.lax_database)
        self.website_url = self._install_web("website", self.website_database)
        self._install_bot()

    def start(self, *names: str) -> None:
        for name in names or self.processes:
            self.processes[name].start()
        for url in (self.lax_url, self.website_url):
            self.until(partial(answers, url))

    def stop(self) -> None:
        for process in self.processes.values():
            process.stop()

    def run(self, program: str, *arguments: str) -> str:
        """Run one of the bot's programs to its end: `run("register.py")`."""
        command = [sys.executable, program, *arguments]
        done = subprocess.run(
            command, cwd=self.folder / "bot", env=self.environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def workers(self) -> list[Process]:
        return [process for name, process in self.processes.items() if name.startswith("worker")]

    # what a user does

    def put(self, name: str, content: bytes) -> None:
        """A zip arrives."""
        self.client("s3").put_object(Bucket=self.bucket("production-final"), Key=name, Body=content)

    def approve(self, article_id: str, version: int = 1) -> None:
        """What the dashboard sends when an editor publishes."""
        data = self.told(article_id, version, "_publication-data")
        run = json.loads(b64decode(data))["workflow_data"]["run"]
        asked = {"article_id": article_id, "version": str(version), "run": run, "publication_data": data}
        self.ask({"workflow_name": "ApproveArticlePublication", "workflow_data": asked})

    def ask(self, message: dict[str, Any]) -> None:
        """Put a message into the workflow starter queue."""
        self.client("sqs").send_message(QueueUrl=self.queue("workflow-starter-queue"), MessageBody=json.dumps(message))

    def publish(self, package: Any) -> None:
        """An article's package from its arrival to its publication, as an editor has it in preview mode."""
        self.put(package.zip_name, package.zip_bytes())
        self.until_status(package.article_id, package.version or 1, READY)
        self.approve(package.article_id, package.version or 1)
        self.until_status(package.article_id, package.version or 1, PUBLISHED)

    # what there is to see

    def look(self) -> None:
        """Take in what has come for the dashboard, and start again what has ended."""
        for process in self.processes.values():
            process.look_after()
        sqs, queue = self.client("sqs"), self.queue("event-property-incoming-queue")
        known = {message["message_id"] for message in self.messages}
        while taken := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
            for one in taken:
                message = json.loads(one["Body"])
                if message["message_id"] not in known:
                    self.messages.append(message)
                    known.add(message["message_id"])
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=one["ReceiptHandle"])

    def told(self, item: str, version: int, name: str) -> str:
        """The last value that the dashboard was told; '' if none."""
        said = [
            message["value"]
            for message in self.messages
            if (message["item_identifier"], message["version"], message.get("name")) == (item, str(version), name)
        ]
        return said[-1] if said else ""

    def events(self, item: str, status: str | None = None) -> list[dict[str, Any]]:
        return [
            message
            for message in self.messages
            if message["message_type"] == "event"
            and message["item_identifier"] == item
            and status in (None, message["status"])
        ]

    def heard(self, item: str, status: str) -> list[dict[str, Any]]:
        """The events of that status, with those that have come by now."""
        self.look()
        return self.events(item, status)

    def until_status(self, item: str, version: int, status: str, seconds: float = 90) -> None:
        """Wait until an article's publication-status is that; fails, with what was said, if it is not in time."""

        def there() -> bool:
            self.look()
            now = self.told(item, version, "publication-status")
            assert now != ERROR or status == ERROR, [event["message"] for event in self.events(item, "error")]
            return now == status

        try:
            self.until(there, seconds)
        except TimeoutError as late:
            raise AssertionError(f"{version} not {status!r} in {late}: {self.story(item)}") from late

    def story(self, item: str) -> str:
        """All that was told of an article, for people."""
        told = [f"  {event['event_type']} {event['status']}: {event['message']}" for event in self.events(item)]
        return "\n".join([f"{item}:", *told])

    def until_idle(self, seconds: float = 120) -> None:
        """Wait until no execution is open: what follows a publication has been done too."""

        def idle() -> bool:
            self.look()
            since = {"oldestDate": time.time() - 86400}
            swf = self.client("swf")
            return not swf.count_open_workflow_executions(domain=self.domain, startTimeFilter=since)["count"]

        self.until(idle, seconds)

    def executions(self, name: str | None = None) -> list[dict[str, Any]]:
        """All executions that have ended, of one workflow or of all."""
        asked = {"typeFilter": {"name": name}} if name else {}
        pages = (
            self.client("swf")
            .get_paginator("list_closed_workflow_executions")
            .paginate(domain=self.domain, startTimeFilter={"oldestDate": time.time() - 86400}, **asked)
        )
        return [execution for page in pages for execution in page["executionInfos"]]

    def keys(self, bucket: str, prefix: str = "") -> list[str]:
        pages = self.client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.bucket(bucket), Prefix=prefix)
        return [thing["Key"] for page in pages for thing in page.get("Contents", [])]

    def versions(self, article_id: str) -> dict[str, Any]:
        """What lax has."""
        status, text = answer(f"{self.lax_url}/api/v1/article/10.7554/eLife.{article_id}/version/")
        return dict(json.loads(text)) if status == 200 else {}

    def public(self, path: str) -> bool:
        """Whether anybody can read that page of the website."""
        return answer(f"{self.website_url}/{path}")[0] == 200

    @property
    def domain(self) -> str:
        return f"Publish.{self.prefix}"

    def bucket(self, name: str) -> str:
        return f"{self.prefix}-elife-{name}"

    def left(self, queue: str) -> int:
        """How many messages are in a queue, those in somebody's hands included."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        sqs = self.client("sqs")
        found = sqs.get_queue_attributes(QueueUrl=self.queue(queue), AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)

    def log(self, name: str) -> str:
        return (self.folder / "bot" / f"{name}.log").read_text()

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self.cloud.client(service)
        return self._clients[service]

    _clients: dict[str, Any] = field(default_factory=dict, init=False)

    @staticmethod
    def until(condition: Callable[[], Any], seconds: float = 60) -> Any:
        """What `condition` answers once it is true; raises TimeoutError."""
        end = time.monotonic() + seconds
        while not (found := condition()):
            if time.monotonic() > end:
                raise TimeoutError(f"{seconds} s")
            time.sleep(0.1)
        return found

    @property
    def environment(self) -> dict[str, str]:
        facts = json.loads((self.cloud.home / "endpoint.json").read_text())
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            "AWS_ENDPOINT_URL": facts["endpoint"],
            "AWS_DEFAULT_REGION": facts["region"],
            "AWS_ACCESS_KEY_ID": facts["access_key"],
            "AWS_SECRET_ACCESS_KEY": facts["secret_key"],
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }

    def dead(self, name: str) -> str:
        """The address of the queue in which what can't be handled is set aside."""
        asked = {"QueueUrl": self.queue(name), "AttributeNames": ["RedrivePolicy"]}
        policy = json.loads(self.client("sqs").get_queue_attributes(**asked)["Attributes"]["RedrivePolicy"])
        return str(
            self.client("sqs").get_queue_url(QueueName=policy["deadLetterTargetArn"].rsplit(":")[-1])["QueueUrl"]
        )

    def queue(self, name: str) -> str:
        return str(self.client("sqs").get_queue_url(QueueName=f"{self.prefix}-{name}")["QueueUrl"])

    def _install_web(self, application: str, database: Database) -> str:
        folder = unpack(application, self.folder / application, self._web_settings(database))
        subprocess.run([sys.executable, "migrate.py"], cwd=folder, check=True, capture_output=True)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "flask", "--app", "wsgi:application", "run", "--port", str(port)]
        self.processes[application] = Process(application, command, folder, self.environment)
        return f"http://127.0.0.1:{port}"

    def _web_settings(self, database: Database) -> str:
        return f"""
database, host, port = {database.database!r}, {database.host!r}, {str(database.port)!r}
user, password = {database.user!r}, {database.password!r}
api_user, api_password, secret_key = 'bot', {PASSWORD!r}, 'a key for cookies'
cdn_url = '{self.environment["AWS_ENDPOINT_URL"]}/{self.bucket("publishing-cdn")}/'
log_level, log_file = 'INFO', ''
"""

    def _install_bot(self) -> None:
        folder = unpack("bot", self.folder / "bot", self._bot_settings())
        for program, count in PROCESSES.items():
            for number in range(1, count + 1):
                name = program if count == 1 else f"{program}-{number}"
                command = [sys.executable, f"{program}.py"]
                self.processes[name] = Process(name, command, folder, self.environment)
        self.run("register.py")

    def _bot_settings(self) -> str:
        return f"""
default_environment = 'continuum'

class continuum:
    S3_monitor_queue = '{self.prefix}-incoming-queue'
    event_monitor_queue = '{self.prefix}-event-property-incoming-queue'
    workflow_starter_queue = '{self.prefix}-workflow-starter-queue'
    publishing_buckets_prefix = '{self.prefix}-'
    production_bucket = 'elife-production-final'
    drupal_EIF_endpoint = '{self.website_url}/api/article.json'
    drupal_approve_endpoint = '{self.website_url}/api/publish/'
    lax_article_versions = '{self.lax_url}/api/v1/article/10.7554/eLife.{{article_id}}/version/'
    lax_update = '{self.lax_url}/api/v1/article/create-update/'
    website_secret = lax_secret = '{self.prefix}/api'
    log_directory = '{self.folder / "bot"}'
"""


def answers(url: str) -> bool:
    """Whether a web application is well."""
    return answer(f"{url}/ping")[0] == HTTPStatus.OK


def answer(url: str) -> tuple[int, str]:
    """What an address answers: status (0 for nobody there) and text."""
    try:
        with urllib.request.urlopen(url, timeout=30) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


@contextmanager
def running(publishing: Publishing) -> Iterator[Publishing]:
    """With all its processes running; stopped, and its files removed, in the end."""
    publishing.prepare()
    try:
        publishing.start()
        yield publishing
    finally:
        publishing.stop()
        shutil.rmtree(publishing.folder)
