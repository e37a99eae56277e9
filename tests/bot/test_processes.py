"""The bot's processes as they run on a machine, against a cloud that answers over HTTP."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import boto3
import pytest

from bot.workflow import WORKFLOWS, activities

ALL = ("decider", "worker", "queue_worker", "queue_workflow_starter")


def started(bot: Any) -> None:
    bot.make_queues()
    assert bot.run("register.py").returncode == 0
    bot.start(*ALL)


def test_ping_asked_for_by_message_completes(bot: Any) -> None:
    started(bot)
    message = bot.send("workflow-starter-queue", '{"workflow_name": "Ping", "workflow_data": {}}')
    (ping,) = bot.until(bot.ended)
    assert (ping["closeStatus"], ping["workflowType"]["name"]) == ("COMPLETED", "Ping")
    assert ping["execution"]["workflowId"] == f"Ping_{message}"
    bot.until(lambda: bot.left("workflow-starter-queue") == 0)


def test_ping_started_by_hand_with_nothing_but_its_input_completes(bot: Any) -> None:
    started(bot)
    bot.swf.start_workflow_execution(
        domain=bot.domain, workflowId="by hand", workflowType={"name": "Ping", "version": "1"}, input="{}"
    )
    (ping,) = bot.until(bot.ended)
    assert ping["closeStatus"] == "COMPLETED"
    assert bot.events(ping["execution"]) == [
        "WorkflowExecutionStarted",
        "DecisionTaskScheduled",
        "DecisionTaskStarted",
        "DecisionTaskCompleted",
        "ActivityTaskScheduled",
        "ActivityTaskStarted",
        "ActivityTaskCompleted",
        "DecisionTaskScheduled",
        "DecisionTaskStarted",
        "DecisionTaskCompleted",
        "WorkflowExecutionCompleted",
    ]


def test_a_file_that_arrives_becomes_a_starter_message(bot: Any) -> None:
    bot.make_queues()
    bucket = f"{bot.prefix}-elife-production-final"
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=bucket)
    url = bot.sqs.get_queue_url(QueueName=f"{bot.prefix}-incoming-queue")["QueueUrl"]
    arn = bot.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]},
    )
    bot.start("queue_worker")
    etag = s3.put_object(Bucket=bucket, Key="elife-00353-vor-v1-20121213000000.zip", Body=b"zip")["ETag"].strip('"')
    s3.put_object(Bucket=bucket, Key="notes.txt", Body=b"text")
    (message,) = bot.until(lambda: bot.take("workflow-starter-queue"))
    asked = json.loads(message["Body"])
    assert asked["workflow_name"] == "PublishPerfectArticle"
    assert asked["workflow_data"] | {"event_time": ""} == {
        "event_name": "ObjectCreated:Put",
        "event_time": "",
        "bucket_name": bucket,
        "file_name": "elife-00353-vor-v1-20121213000000.zip",
        "file_etag": etag,
        "file_size": 3,
    }
    (aside,) = bot.until(lambda: bot.take("incoming-queue-dead"))
    assert "no rule" in aside["MessageAttributes"]["reason"]["StringValue"]
    assert "notes.txt" in aside["Body"]
    bot.until(lambda: bot.left("incoming-queue") == 0)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("not json", "not JSON"),
        ('{"workflow_name": "NoSuch", "workflow_data": {}}', "no workflow NoSuch here; there are: ApproveArticle"),
        (r'{"workflow_name": "No\u0000Such\ufffe"}', "no workflow No Such  here"),
        ('{"workflow_name": "Ping", "workflow_data": 3}', "workflow_data must be an object"),
    ],
)
def test_a_starter_message_nobody_can_handle_is_set_aside_with_the_reason(bot: Any, body: str, reason: str) -> None:
    bot.make_queues()
    bot.start("queue_workflow_starter")
    bot.send("workflow-starter-queue", body)
    (aside,) = bot.until(lambda: bot.take("workflow-starter-queue-dead"))
    assert aside["Body"] == body
    assert reason in aside["MessageAttributes"]["reason"]["StringValue"]
    assert aside["MessageAttributes"]["queue"]["StringValue"] == f"{bot.prefix}-workflow-starter-queue"
    bot.until(lambda: bot.left("workflow-starter-queue") == 0)


def test_a_queue_without_a_dead_letter_queue_gets_one_to_set_aside_in(bot: Any) -> None:
    bot.sqs.create_queue(QueueName=f"{bot.prefix}-workflow-starter-queue")
    bot.start("queue_workflow_starter")
    bot.send("workflow-starter-queue", "rubbish")
    bot.until(lambda: "set aside in" in bot.log("queue_workflow_starter"))
    (aside,) = bot.take("workflow-starter-queue-set-aside")
    assert aside["Body"] == "rubbish"


def test_the_test_event_of_s3_is_dropped_and_the_events_of_one_message_go_their_own_ways(bot: Any) -> None:
    bot.make_queues()
    bot.start("queue_worker")
    bot.send("incoming-queue", '{"Service": "Amazon S3", "Event": "s3:TestEvent"}')
    record = {
        "eventName": "ObjectCreated:Put",
        "eventTime": "2016-05-28T15:00:00.000Z",
        "s3": {
            "bucket": {"name": f"{bot.prefix}-elife-production-final"},
            "object": {"key": "a.zip", "eTag": "e", "size": 1},
        },
    }
    removed = record | {"eventName": "ObjectRemoved:Delete"}
    bot.send("incoming-queue", json.dumps({"Records": [record, removed]}))
    (message,) = bot.until(lambda: bot.take("workflow-starter-queue"))
    assert json.loads(message["Body"])["workflow_data"]["file_name"] == "a.zip"
    (aside,) = bot.until(lambda: bot.take("incoming-queue-dead"))
    assert json.loads(aside["Body"]) == {"Records": [removed]}
    bot.until(lambda: bot.left("incoming-queue") == 0)
    assert bot.take("incoming-queue-dead") == []


def test_the_processes_wait_for_what_is_not_there_yet_and_say_so_once(bot: Any) -> None:
    bot.start(*ALL)
    for name in ("queue_worker", "queue_workflow_starter"):
        bot.until(lambda name=name: "NotThere: there is no queue" in bot.log(name))
    for name in ("decider", "worker"):
        bot.until(lambda name=name: "run `python register.py`" in bot.log(name))
    bot.make_queues()
    assert bot.run("register.py").returncode == 0
    bot.send("workflow-starter-queue", '{"workflow_name": "Ping"}')
    assert bot.until(bot.ended, 40)[0]["closeStatus"] == "COMPLETED"
    for name in ("decider", "worker", "queue_workflow_starter"):
        assert bot.log(name).count("NotThere") == 2, "once when it was lost, once when it was there again"
        assert "Traceback" not in bot.log(name)


@pytest.mark.parametrize("name", ALL)
def test_sigterm_ends_a_waiting_process_at_once(bot: Any, name: str) -> None:
    started(bot)
    bot.until(lambda: "started" in bot.log(name))
    process = bot.running[ALL.index(name)]
    process.send_signal(signal.SIGTERM)
    assert process.wait(5) == 0
    assert f"{name}: stopped" in bot.log(name)


def test_an_environment_that_is_not_there_is_told_with_those_there_are(bot: Any) -> None:
    done = bot.run("decider.py", "-e", "live")
    assert done.returncode == 2
    assert done.stderr.endswith("no settings class 'live'; there are: continuum\n")
    assert "Traceback" not in done.stderr


def test_registering_again_changes_nothing_and_says_so(bot: Any) -> None:
    first, second = bot.run("register.py"), bot.run("register.py")
    workflows = [f"workflow {workflow.name} {workflow.version}" for workflow in WORKFLOWS.values()]
    things = [
        f"domain {bot.domain}",
        *workflows,
        *(f"activity {activity.name} {activity.version}" for activity in activities()),
    ]
    assert "workflow PublishPerfectArticle 1" in things
    assert first.stdout.splitlines() == [f"{thing}: registered" for thing in things]
    assert second.stdout.splitlines() == [f"{thing}: there already" for thing in things]
    assert (first.returncode, second.returncode) == (0, 0)


def test_registering_brings_back_what_was_deprecated(bot: Any) -> None:
    bot.run("register.py")
    bot.swf.deprecate_workflow_type(domain=bot.domain, workflowType={"name": "Ping", "version": "1"})
    assert "workflow Ping 1: was deprecated, in use again" in bot.run("register.py").stdout


def test_cron_starts_one_execution_a_period_whoever_comes_first(bot: Any) -> None:
    bot.run("register.py")
    first, second = bot.run("scripts/run_cron_env.sh"), bot.run("scripts/run_cron_env.sh", "continuum")
    assert first.stdout.startswith("Ping_cron_")
    assert first.stdout.endswith(": started\n")
    assert (second.returncode, second.stdout) == (0, "")
    bot.start("decider", "worker")
    bot.until(bot.ended)
    assert bot.run("scripts/run_cron_env.sh").stdout == "", "it has ended, but its period has not"


def test_without_a_cloud_the_programs_say_so_in_one_line(bot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    for program in ("register.py", "cron.py"):
        done = bot.run(program)
        assert done.returncode == 1
        assert "Could not connect to the endpoint URL" in done.stderr.splitlines()[-1]
        assert "Traceback" not in done.stderr


def test_run_env_starts_the_four_processes(bot: Any) -> None:
    started_by_script: list[int] = []
    try:
        done = bot.run("scripts/run_env.sh", "continuum")
        assert done.returncode == 0, done.stderr
        started_by_script = [int(line.split()[-1]) for line in done.stdout.splitlines()]
        assert len(started_by_script) == 4
        for name, pid in zip(ALL, started_by_script, strict=True):
            bot.until(lambda name=name: f"{name}: started" in bot.log(name))
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            assert command[:2] == [b"python", f"{name}.py".encode()]
    finally:
        for pid in started_by_script:
            os.kill(pid, signal.SIGTERM)


@pytest.mark.parametrize("script", ["scripts/run_env.sh", "scripts/run_cron_env.sh"])
def test_the_scripts_refuse_a_wrong_environment(bot: Any, script: str) -> None:
    wrong = bot.run(script, "live")
    assert (wrong.returncode, "no settings class 'live'" in wrong.stderr) == (2, True)
    many = bot.run(script, "a", "b")
    assert (many.returncode, many.stderr.startswith("usage:")) == (2, True)
