"""SWF: every execution that was started ends once, and no result of an activity is lost or counted twice."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

from botocore.exceptions import ClientError

from tests.localcloud.kills.load import Clients, Ledger, Turn

DOMAIN, LIST, TYPE = "kills", {"name": "kills"}, {"name": "Kills", "version": "1"}
ACTIVITIES = 2


class Workflows:
    name = "swf"

    def __init__(self, clients: Clients, ledger: Ledger) -> None:
        self.clients = clients
        self.ledger = ledger
        self.started: dict[str, str] = {}  # workflow id -> run id, of what was acknowledged
        self.results: list[tuple[str, str]] = []  # (workflow id, result) that were acknowledged
        self._number = itertools.count()
        self._closed: set[str] = set()

    def prepare(self) -> None:
        swf = self.clients("swf")
        swf.register_domain(name=DOMAIN, workflowExecutionRetentionPeriodInDays="7")
        swf.register_workflow_type(
            domain=DOMAIN, **TYPE, defaultTaskList=LIST, defaultTaskStartToCloseTimeout="2",
            defaultExecutionStartToCloseTimeout="3000", defaultChildPolicy="TERMINATE",
        )  # fmt: skip
        swf.register_activity_type(
            domain=DOMAIN, **TYPE, defaultTaskList=LIST, defaultTaskStartToCloseTimeout="2",
            defaultTaskScheduleToStartTimeout="3000", defaultTaskScheduleToCloseTimeout="3000",
            defaultTaskHeartbeatTimeout="NONE",
        )  # fmt: skip

    def producers(self) -> Iterable[Turn]:
        return [self._start]

    def consumers(self) -> Iterable[Turn]:
        return [self._decide, self._decide, self._work, self._work]

    def settled(self) -> bool:
        for workflow in set(self.started) - self._closed:
            told = self.clients("swf").describe_workflow_execution(domain=DOMAIN, execution=self._named(workflow))
            if told["executionInfo"]["executionStatus"] != "CLOSED":
                return False
            self._closed.add(workflow)
        return True

    def problems(self) -> list[str]:
        wrong = []
        kept: Counter[tuple[str, str]] = Counter()
        for workflow in self.started:
            try:
                events = self._history(workflow)
            except ClientError as error:
                wrong.append((workflow, f"{workflow} is gone: {error}"))
                continue
            kinds = [each["eventType"] for each in events]
            done = [each["activityTaskCompletedEventAttributes"] for each in events if "Completed" in each["eventType"]
                    and "activityTaskCompletedEventAttributes" in each]  # fmt: skip
            kept.update((workflow, each["result"]) for each in done)
            if kinds[-1] != "WorkflowExecutionCompleted" or kinds.count("WorkflowExecutionCompleted") != 1:
                wrong.append((workflow, f"{workflow} did not end: {kinds}"))
            if len({each["scheduledEventId"] for each in done}) != len(done) or len(done) != ACTIVITIES:
                wrong.append((workflow, f"{workflow} has {len(done)} results: {kinds}"))
        for workflow, result in self.results:
            if workflow in self.started and kept[workflow, result] != 1:
                wrong.append((workflow, f"{workflow}: result {result} is there {kept[workflow, result]} times"))
        return [f"{text}\n{self.ledger.around(workflow)}" for workflow, text in wrong]

    def _named(self, workflow: str) -> dict[str, str]:
        return {"workflowId": workflow, "runId": self.started[workflow]}

    def _history(self, workflow: str) -> list[dict[str, Any]]:
        asked = {"domain": DOMAIN, "execution": self._named(workflow)}
        return list(self.clients("swf").get_workflow_execution_history(**asked)["events"])

    def _start(self) -> None:
        workflow = f"w{next(self._number)}"
        self.ledger.note(workflow, "is started")
        answer = self.clients("swf").start_workflow_execution(domain=DOMAIN, workflowId=workflow, workflowType=TYPE)
        self.started[workflow] = answer["runId"]
        self.ledger.note(workflow, "start acknowledged")
        time.sleep(0.1)

    def _decide(self) -> None:
        swf = self.clients("swf")
        task = swf.poll_for_decision_task(domain=DOMAIN, taskList=LIST)
        if not task["taskToken"]:
            return
        kinds = Counter(event["eventType"] for event in task["events"])
        done, timed_out = kinds["ActivityTaskCompleted"], kinds["ActivityTaskTimedOut"]
        decisions: list[dict[str, Any]] = []
        if done == ACTIVITIES:
            decisions = [{"decisionType": "CompleteWorkflowExecution"}]
        elif kinds["ActivityTaskScheduled"] == done + timed_out:
            given = {"activityType": TYPE, "activityId": f"a{done}-{timed_out}"}
            decisions = [{"decisionType": "ScheduleActivityTask", "scheduleActivityTaskDecisionAttributes": given}]
        _answer(swf.respond_decision_task_completed, taskToken=task["taskToken"], decisions=decisions)

    def _work(self) -> None:
        swf = self.clients("swf")
        task = swf.poll_for_activity_task(domain=DOMAIN, taskList=LIST)
        if not task["taskToken"]:
            return
        workflow, result = task["workflowExecution"]["workflowId"], f"{task['activityId']}-{task['startedEventId']}"
        self.ledger.note(workflow, f"result {result} is given")
        if _answer(swf.respond_activity_task_completed, taskToken=task["taskToken"], result=result):
            self.results.append((workflow, result))
            self.ledger.note(workflow, f"result {result} acknowledged")


def _answer(call: Any, **given: Any) -> bool:
    """False where the task was no longer open: it had timed out while nobody could be told of its end."""
    try:
        call(**given)
    except ClientError as error:
        if error.response["Error"]["Code"] != "UnknownResourceFault":
            raise
        return False
    return True
