"""Long polls: they wake, one task goes to one poller, and nobody who has gone gets one."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from localcloud.swf import Limits
from tests.localcloud.swf import histories
from tests.localcloud.swf.cloud import (
    COMPLETE,
    DOMAIN,
    LIST,
    Cloud,
    activity,
    answer,
    decide,
    events,
    poll,
    register,
    start,
    work,
)  # fmt: skip


def test_an_idle_poll_ends_with_an_empty_token(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "swf.sqlite", poll_seconds=0.3)
    register(cloud.client)
    for ask in (poll, work):
        begun = time.monotonic()
        assert ask(cloud.client)["taskToken"] == ""
        assert time.monotonic() - begun >= 0.3
    cloud.stop()


def test_a_poll_wakes_when_a_task_comes(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "swf.sqlite", poll_seconds=60)
    swf = cloud.client
    register(swf)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(poll, swf)
        time.sleep(0.2)
        assert not waiting.done()
        start(swf)
        assert waiting.result(30)["taskToken"]
    cloud.stop()


def test_fifty_pollers_and_no_task_twice(tmp_path: Path) -> None:
    """Ten deciders at each of two lists, ten workers at each of three: twelve executions of fifteen activities."""
    cloud = Cloud(tmp_path / "swf.sqlite", poll_seconds=2)
    swf = cloud.client
    register(swf)
    taken: list[str] = []

    def poller(ask: Any, list_: str, respond: Any) -> None:
        while (task := ask(swf, list_))["taskToken"]:
            taken.append(task["taskToken"])
            respond(task)

    def decided(task: Any) -> None:
        kinds = Counter(event["eventType"] for event in task["events"])
        if not kinds["ActivityTaskScheduled"]:
            answer(swf, task, *(activity(str(n), taskList={"name": f"work-{n % 3}"}) for n in range(15)))
        else:
            answer(swf, task, *[COMPLETE][kinds["ActivityTaskCompleted"] < 15 :])

    def done(task: Any) -> None:
        swf.respond_activity_task_completed(taskToken=task["taskToken"])

    runs = {f"w{n}": start(swf, f"w{n}", taskList={"name": f"decide-{n % 2}"}) for n in range(4)}
    with ThreadPoolExecutor(50) as pool:
        asked = [pool.submit(poller, poll, f"decide-{n % 2}", decided) for n in range(20)]
        asked += [pool.submit(poller, work, f"work-{n % 3}", done) for n in range(30)]
        runs |= {f"w{n}": start(swf, f"w{n}", taskList={"name": f"decide-{n % 2}"}) for n in range(4, 12)}
    for thread in asked:
        thread.result()
    assert len(taken) == len(set(taken)), "a task was handed out twice"
    for name, run in runs.items():
        found = events(swf, name, run)
        assert histories.check(found).status == "COMPLETED"
        assert sum(event["eventType"] == "ActivityTaskStarted" for event in found) == 15
    cloud.stop()


def test_a_poller_that_has_gone_swallows_no_task(cloud: Cloud) -> None:
    port = cloud.server.server_port
    body = json.dumps({"domain": DOMAIN, "taskList": LIST})
    headers = {
        "X-Amz-Target": "SimpleWorkflowService.PollForActivityTask",
        "Content-Type": "application/x-amz-json-1.0",
    }
    swf = cloud.client
    start(swf)
    for _ in range(3):
        gone = http.client.HTTPConnection("127.0.0.1", port)
        gone.request("POST", "/", body, headers)
        time.sleep(0.1)
        gone.close()
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(work, swf)
        time.sleep(0.2)
        decide(swf, activity("a"))
        assert waiting.result(30)["activityId"] == "a"


def test_too_many_pollers(limited: Any) -> None:
    swf = limited(Limits(pollers=2))
    with ThreadPoolExecutor() as pool:
        waiting = [pool.submit(work, swf) for _ in range(2)]
        time.sleep(0.3)
        with pytest.raises(swf.exceptions.LimitExceededFault):
            work(swf)
        start(swf)
        decide(swf, activity("a"), activity("b"))
        assert {task.result(30)["activityId"] for task in waiting} == {"a", "b"}


def test_a_long_history_comes_in_pages_of_the_same_task(swf: Any) -> None:
    start(swf)
    for _ in range(12):
        swf.signal_workflow_execution(domain=DOMAIN, workflowId="one", signalName="s")
    for reverse in (False, True):
        first = poll(swf, maximumPageSize=5, reverseOrder=reverse)
        swf.signal_workflow_execution(domain=DOMAIN, workflowId="one", signalName="later")
        ids, page = [], first
        while True:
            assert page["taskToken"] == first["taskToken"]
            ids += [event["eventId"] for event in page["events"]]
            if "nextPageToken" not in page:
                break
            page = poll(swf, maximumPageSize=5, reverseOrder=reverse, nextPageToken=page["nextPageToken"])
        wanted = list(range(1, first["startedEventId"] + 1))
        assert ids == (wanted[::-1] if reverse else wanted)
        answer(swf, first)
    paginator = swf.get_paginator("poll_for_decision_task")
    pages = list(paginator.paginate(domain=DOMAIN, taskList=LIST, maximumPageSize=4))
    assert len(pages) > 2 and len({page["taskToken"] for page in pages}) == 1
    answer(swf, pages[0])
    swf.signal_workflow_execution(domain=DOMAIN, workflowId="one", signalName="s")
    recent = poll(swf, startAtPreviousStartedEvent=True)
    assert recent["events"][0]["eventId"] == recent["previousStartedEventId"] == pages[0]["startedEventId"]


def test_processes_that_share_a_connection_come_apart(cloud: Cloud) -> None:
    """A client that forks has its open connection twice: no task goes where it can't be known who reads it."""
    swf = cloud.client
    body = json.dumps({"domain": DOMAIN, "taskList": LIST}).encode()
    head = (
        "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: SimpleWorkflowService.PollForDecisionTask\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    request = head.encode() + body
    start(swf)
    for pause in (0.0, 0.3):
        with socket.create_connection(("127.0.0.1", cloud.server.server_port), timeout=10) as shared:
            if pause:  # the second request comes while the first one waits for a task
                answer(swf, poll(swf))
                shared.sendall(request)
                time.sleep(pause)
                shared.sendall(request)
            else:
                shared.sendall(request + request)
            assert gone(shared), "closed, and neither is answered"
    swf.signal_workflow_execution(domain=DOMAIN, workflowId="one", signalName="s")
    assert poll(swf)["taskToken"], "nobody has swallowed the task"


def gone(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True
