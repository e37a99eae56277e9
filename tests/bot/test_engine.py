"""Articles through the bot's processes and a cloud's SWF: what is done, and what the dashboard is told of it."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.activity import ACTIVITIES
from bot.workflow import WORKFLOWS
from tests.bot.engine import FILE, by_hand, install, sent, told

ENGINE = ("decider", "worker", "worker", "queue_workflow_starter")
TITLES = [
    ACTIVITIES[step.name].title
    for step in WORKFLOWS["PublishPerfectArticle"].steps
    if ACTIVITIES[step.name].doing
]  # fmt: skip


def publish(data: dict[str, Any], name: str = "PublishPerfectArticle") -> str:
    return json.dumps({"workflow_name": name, "workflow_data": data})


def ended(bot: Any, seconds: float = 60) -> Any:
    (execution,) = bot.until(bot.ended, seconds)
    return execution


def events(messages: list[Any]) -> list[tuple[str, str]]:
    chosen = [message for message in messages if message["message_type"] == "event"]
    chosen.sort(key=lambda message: message["timestamp"])
    return [(message["event_type"], message["status"]) for message in chosen]


def test_each_step_is_told_in_order_with_its_start_and_its_end(bot: Any) -> None:
    install(bot)
    bot.start(*ENGINE)
    bot.send("workflow-starter-queue", publish(FILE))
    execution = ended(bot)
    assert execution["closeStatus"] == "COMPLETED"
    messages = sent(bot)
    assert events(messages) == [(title, status) for title in TITLES for status in ("start", "end")]
    first = next(message for message in messages if message["status"] == "start")
    assert (first["item_identifier"], first["version"]) == ("00353", "1")
    assert first["message"] == "Starting expansion of article 00353"
    assert len({message["run"] for message in messages if message["message_type"] == "event"}) == 1
    assert uuid.UUID(first["run"]).version == 4
    (status,) = [message for message in messages if message["message_type"] == "property"]
    assert (status["name"], status["value"]) == ("publication-status", "publication in progress")
    history = bot.swf.get_workflow_execution_history(domain=bot.domain, execution=execution["execution"])["events"]
    ids = [
        event["activityTaskScheduledEventAttributes"]["activityId"]
        for event in history
        if event["eventType"] == "ActivityTaskScheduled"
    ]
    assert [one for one in ids if "ResizeImages" in one] == [
        *(f"7.ResizeImages.{part}.1" for part in range(4)),
        "7.ResizeImages.1",
    ]
    assert json.loads(history[-1]["workflowExecutionCompletedEventAttributes"]["result"])["publish"] is False


def test_started_by_hand_a_silent_correction_is_forced(bot: Any) -> None:
    install(bot)
    bot.start("decider", "worker")
    by_hand(bot, "SilentCorrectionsIngest", FILE)
    execution = ended(bot)
    history = bot.swf.get_workflow_execution_history(domain=bot.domain, execution=execution["execution"])["events"]
    assert json.loads(history[-1]["workflowExecutionCompletedEventAttributes"]["result"])["publish"] is True
    assert len(events(told(bot))) == 2 * len(TITLES)


def change(bot: Any, step: str, changed: str) -> None:
    """Another definition of a step, in the installed bot."""
    file = bot.folder / "workflow/publish.py"
    text = file.read_text()
    assert step in text
    file.write_text(text.replace(step, changed))


BUSY = """
def perform(task):
    if task.attempt == 1:
        raise TemporaryFailure("The website is busy with another article (429).")
    if task.attempt == 2:
        raise MemoryError
    return {}
"""


def test_a_further_try_says_what_happened(bot: Any) -> None:
    change(bot, '"PreparePostEIF", retries=25, longest_pause=30', '"PreparePostEIF", longest_pause=1')
    install(bot, prepare_post_eif=BUSY)
    bot.start(*ENGINE)
    bot.send("workflow-starter-queue", publish(FILE, "ArticleZip"))
    assert ended(bot)["closeStatus"] == "COMPLETED"
    messages = [message for message in told(bot) if message.get("event_type") == "Post EIF"]
    assert [message["message"] for message in sorted(messages, key=lambda one: one["timestamp"])] == [
        "Starting preview on the website of article 00353",
        "The website is busy with another article (429); trying again, try 2",
        "MemoryError; trying again, try 3",
        "Finished preview on the website of article 00353",
    ]


SLOW_AT_FIRST = """
def perform(task):
    if task.attempt == 1:
        (HERE / "begun").touch()
        while not (HERE / "go").exists():
            time.sleep(0.1)
    return {}
"""


def test_a_try_that_goes_on_beyond_its_time_does_no_harm(bot: Any) -> None:
    change(bot, 'Activity("DepositAssets")', 'Activity("DepositAssets", seconds=2)')
    install(bot, deposit_assets=SLOW_AT_FIRST)
    bot.start(*ENGINE)
    by_hand(bot, "PublishPerfectArticle", FILE)
    assert ended(bot)["closeStatus"] == "COMPLETED"
    (bot.folder / "go").touch()
    bot.until(lambda: "the answer came too late" in bot.log("worker"))
    messages = [message for message in told(bot) if message.get("event_type") == "Deposit Assets"]
    assert sorted(message["message"] for message in messages) == [
        "Finished deposit of files of article 00353",
        "It took longer than 2 s; trying again, try 2",
        "Starting deposit of files of article 00353",
    ]


def test_what_kills_each_worker_that_touches_it_ends(bot: Any) -> None:
    change(bot, "seconds=480, each=", "heartbeat_seconds=2, timeouts=1, each=")
    install(
        bot, resize_images="def perform(task):\n    if task.part == '2.tif':\n        os._exit(139)\n    return {}\n"
    )
    bot.start("decider", *["worker"] * 4)
    by_hand(bot, "PublishPerfectArticle", FILE)
    assert ended(bot)["closeStatus"] == "FAILED"
    (error,) = [message for message in told(bot) if message.get("status") == "error"]
    assert error["message"] == "The worker that had it went away, 2 times"
    assert sum(process.poll() is not None for process in bot.running) == 2


NO_ZIP = """
def identify(task):
    if "thesis" in task.data["file_name"]:
        raise PermanentFailure("thesis.zip: it is not named as an article is")
    return Article("00353", 3, task.run)

def perform(task):
    raise PermanentFailure("It is not a zip")
"""
BAD = "def perform(task):\n    raise PermanentFailure('a.tif is truncated')\n"


@pytest.mark.parametrize(
    ("data", "modules", "item", "version", "event_type", "message"),
    [
        (FILE, {"resize_images": BAD}, "00353", "1", "Resize Images", "a.tif is truncated"),
        (FILE, {"expand_article": NO_ZIP}, "00353", "3", "Expand Article", "It is not a zip"),
        ({"file_name": "elife-00353-vor.zip"}, {}, "00353", "0", "Expand Article", "started without bucket_name"),
        ({"file_name": "dir/thesis.zip"}, {"expand_article": NO_ZIP}, "thesis.zip", "0", "Expand Article", "not named"),
        ({}, {}, "by hand", "0", "Expand Article", "The workflow was started without bucket_name"),
        ("[1]", {}, "by hand", "0", "Publish Perfect Article", "The execution's input is not a JSON object"),
    ],
)  # fmt: skip
def test_what_can_not_be_done_is_one_error_that_an_editor_can_read(
    bot: Any, data: Any, modules: dict[str, str], item: str, version: str, event_type: str, message: str
) -> None:
    install(bot, **modules)
    bot.start("decider", "worker", "worker")
    by_hand(bot, "PublishPerfectArticle", data)
    assert ended(bot)["closeStatus"] == "FAILED"
    messages = told(bot)
    (error,) = [one for one in messages if one.get("status") == "error"]
    assert (error["item_identifier"], error["version"], error["event_type"]) == (item, version, event_type)
    assert message in error["message"]
    status = [one for one in messages if one.get("name") == "publication-status"][-1]
    assert (status["item_identifier"], status["version"], status["value"]) == (item, version, "error")
    assert "Traceback" not in bot.log("worker")


def test_an_upload_is_one_execution_however_often_it_is_told(bot: Any) -> None:
    install(bot)
    bot.start(*ENGINE, "queue_worker")
    record = {
        "eventName": "ObjectCreated:CompleteMultipartUpload",
        "eventTime": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        "s3": {
            "bucket": {"name": f"{bot.prefix}-elife-production-final"},
            "object": {"key": FILE["file_name"], "eTag": "e7f6-2", "size": 3},
        },
    }
    for body in (json.dumps({"Records": [record]}), json.dumps({"Records": [record, record]})):
        bot.send("incoming-queue", body)
    ended(bot)
    bot.send("incoming-queue", json.dumps({"Records": [record]}))
    bot.until(lambda: "was started before and has ended" in bot.log("queue_workflow_starter"), 30)
    assert len(bot.ended()) == 1
    later = record | {"eventTime": "2999-01-01T00:00:00.000Z"}
    bot.send("incoming-queue", json.dumps({"Records": [later]}))
    bot.until(lambda: len(bot.ended()) == 2, 60)


def test_a_version_as_number_or_text_is_the_same_execution_while_it_is_open(bot: Any) -> None:
    install(bot)
    bot.start("queue_workflow_starter")
    run = str(uuid.uuid4())
    for version in (1, "1"):
        data: dict[str, Any] = {"article_id": "00353", "version": version, "run": run, "status": "vor", "unknown": []}
        bot.send("workflow-starter-queue", publish(data, "PostPerfectPublication"))
    bot.until(lambda: "is running already" in bot.log("queue_workflow_starter"))
    assert f"PostPerfectPublication_00353.1_{run}" in bot.log("queue_workflow_starter")
    bot.start("decider", "worker")
    assert ended(bot)["closeStatus"] == "COMPLETED"
    started = [one for one in told(bot) if one.get("status") == "start"]
    assert {(one["item_identifier"], one["version"], one["run"]) for one in started} == {("00353", "1", run)}
