"""Processes killed, the cloud away, messages twice: the execution is right at the end, and the log is readable."""

import json
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

PING = '{"workflow_name": "Ping", "workflow_data": {}}'

# PingWorker that takes as long as the test likes: until there is a file `go`.
SLOW = """
import time
from pathlib import Path

def perform(task):
    here = Path(__file__).parent.parent
    with (here / "begun").open("a") as begun:
        begun.write("x")
    while not (here / "go").exists() and not task.abandoned.is_set():
        time.sleep(0.05)
    return {"pinged": "slowly"}
"""

FAILS = """
from pathlib import Path
from bot.activity.task import PermanentFailure, TemporaryFailure

def perform(task):
    begun = Path(__file__).parent.parent / "begun"
    with begun.open("a") as file:
        file.write("x")
    if len(begun.read_text()) == 1:
        raise TemporaryFailure("503")
    raise PermanentFailure("not a zip")
"""


class Wire:
    """The way from the bot to the cloud, which can be cut."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.connected = True
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self.connected = False
        for end in self._open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def mend(self) -> None:
        self.connected = True

    def close(self) -> None:
        self.cut()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._listener.accept()
                if not self.connected:
                    here.close()
                    continue
                there = socket.create_connection(("127.0.0.1", self._target))
                self._open += [here, there]
                for one, other in ((here, there), (there, here)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def wire(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    made = Wire(int(endpoint.rsplit(":", 1)[1]))
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{made.port}")
    yield made
    made.close()


def ready(bot: Any, activity: str = SLOW) -> None:
    (bot.folder / "activity/ping_worker.py").write_text(activity)
    bot.make_queues()
    assert bot.run("register.py").returncode == 0


def begun(bot: Any) -> int:
    file = bot.folder / "begun"
    return len(file.read_text()) if file.exists() else 0


def test_a_worker_killed_in_the_middle_is_noticed_and_another_does_it(bot: Any) -> None:
    ready(bot)
    bot.start("decider", "queue_workflow_starter")
    (first,) = bot.start("worker")
    bot.send("workflow-starter-queue", PING)
    bot.until(lambda: begun(bot) == 1)
    first.kill()
    bot.start("worker")
    (bot.folder / "go").touch()
    (ping,) = bot.until(bot.ended, 40)
    assert ping["closeStatus"] == "COMPLETED"
    assert bot.events(ping["execution"]).count("ActivityTaskTimedOut") == 1


def test_a_decider_killed_in_the_middle_loses_nothing(bot: Any) -> None:
    ready(bot)
    (decider,) = bot.start("decider")
    bot.start("worker", "queue_workflow_starter")
    bot.send("workflow-starter-queue", PING)
    bot.until(lambda: begun(bot) == 1)
    decider.kill()
    (bot.folder / "go").touch()
    bot.start("decider")
    (ping,) = bot.until(bot.ended, 70)
    assert ping["closeStatus"] == "COMPLETED"
    assert begun(bot) == 1


def test_sigterm_lets_the_worker_finish_what_is_in_hand(bot: Any) -> None:
    ready(bot)
    bot.start("decider", "queue_workflow_starter")
    (worker,) = bot.start("worker")
    bot.send("workflow-starter-queue", PING)
    bot.until(lambda: begun(bot) == 1)
    worker.send_signal(signal.SIGTERM)
    time.sleep(1)
    assert worker.poll() is None
    (bot.folder / "go").touch()
    assert worker.wait(10) == 0
    (ping,) = bot.until(bot.ended)
    assert ping["closeStatus"] == "COMPLETED"
    assert bot.events(ping["execution"]).count("ActivityTaskScheduled") == 1


def test_a_lost_connection_is_logged_once_and_nothing_is_lost(bot: Any, wire: Wire) -> None:
    ready(bot)
    bot.start("decider", "worker", "queue_workflow_starter")
    bot.send("workflow-starter-queue", PING)
    bot.until(lambda: begun(bot) == 1)
    wire.cut()
    (bot.folder / "go").touch()  # the worker has an answer, and nobody to give it to
    time.sleep(6)
    wire.mend()
    (ping,) = bot.until(bot.ended, 60)
    assert ping["closeStatus"] == "COMPLETED"
    assert bot.events(ping["execution"]).count("ActivityTaskScheduled") == 1
    for name in ("decider", "worker", "queue_workflow_starter"):
        bot.until(lambda name=name: "works again" in bot.log(name), 60)
        assert bot.log(name).count("ERROR") <= 2, bot.log(name)
        assert "Traceback" not in bot.log(name)


def test_what_may_pass_is_tried_again_and_what_can_not_fails_with_its_reason(bot: Any) -> None:
    ready(bot, FAILS)
    bot.start("decider", "worker", "queue_workflow_starter")
    bot.send("workflow-starter-queue", PING)
    (ping,) = bot.until(bot.ended, 30)
    assert (ping["closeStatus"], begun(bot)) == ("FAILED", 2)
    history = bot.swf.get_workflow_execution_history(domain=bot.domain, execution=ping["execution"])["events"]
    assert history[-1]["workflowExecutionFailedEventAttributes"]["reason"] == "PingWorker: not a zip"
    assert "Traceback" not in bot.log("worker")


def test_an_execution_that_is_terminated_lets_go_of_its_activity(bot: Any) -> None:
    ready(bot)
    bot.start("decider", "worker", "queue_workflow_starter")
    message = bot.send("workflow-starter-queue", PING)
    bot.until(lambda: begun(bot) == 1)
    bot.swf.terminate_workflow_execution(domain=bot.domain, workflowId=f"Ping_{message}")
    bot.until(lambda: "too late" in bot.log("worker"), 30)
    (bot.folder / "go").touch()
    again = bot.send("workflow-starter-queue", PING)
    bot.until(lambda: f"Ping_{again}" in {run["execution"]["workflowId"] for run in bot.ended()})


def test_the_same_file_twice_is_one_execution_while_it_runs(bot: Any) -> None:
    ready(bot)
    bot.start("decider", "worker", "queue_workflow_starter")
    file = {"bucket_name": "b", "file_name": "dir/a b:c.zip", "file_etag": "e"}
    for _ in range(3):
        bot.send("workflow-starter-queue", json.dumps({"workflow_name": "Ping", "workflow_data": file}))
    bot.until(lambda: bot.log("queue_workflow_starter").count("is running already") == 2)
    (bot.folder / "go").touch()
    (ping,) = bot.until(bot.ended)
    assert ping["execution"]["workflowId"].startswith("Ping_dir-a-b-c.zip_")
    assert begun(bot) == 1


def test_a_message_that_comes_back_after_its_execution_has_ended_starts_nothing(bot: Any) -> None:
    """The starter was killed after it had started the execution and before it deleted the message."""
    ready(bot)
    (bot.folder / "go").touch()
    bot.start("decider", "worker")
    message = bot.send("workflow-starter-queue", PING)
    url = bot.sqs.get_queue_url(QueueName=f"{bot.prefix}-workflow-starter-queue")["QueueUrl"]
    bot.sqs.receive_message(QueueUrl=url)  # a starter takes it, starts it …
    bot.swf.start_workflow_execution(
        domain=bot.domain, workflowId=f"Ping_{message}", workflowType={"name": "Ping", "version": "1"}, input="{}"
    )
    bot.until(bot.ended)
    bot.start("queue_workflow_starter")  # … and is gone; its message comes to this one
    bot.until(lambda: "was started before and has ended" in bot.log("queue_workflow_starter"), 30)
    bot.until(lambda: bot.left("workflow-starter-queue") == 0)
    assert len(bot.ended()) == 1


def test_input_that_is_no_object_fails_with_a_clear_reason(bot: Any) -> None:
    ready(bot)
    bot.start("decider")
    bot.swf.start_workflow_execution(
        domain=bot.domain, workflowId="by hand", workflowType={"name": "Ping", "version": "1"}, input="[1]"
    )
    (ping,) = bot.until(bot.ended)
    history = bot.swf.get_workflow_execution_history(domain=bot.domain, execution=ping["execution"])["events"]
    assert history[-1]["workflowExecutionFailedEventAttributes"] == {
        "reason": "Ping: The execution's input is not a JSON object",
        "details": "it is '[1]'",
        "decisionTaskCompletedEventId": 4,
    }
