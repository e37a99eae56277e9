"""How fast the local cloud's SWF is: workflows of three activities a second, as ratios of one run.

    python -m bench.swf [workflows]

Two servers of ours (one with 10,000 closed executions behind it) and stock moto, each in a process of its own,
take turns, so that what else the machine does falls on all alike.
"""

from __future__ import annotations

import http.client
import json
import logging
import multiprocessing
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

DOMAIN = "bench"
TYPE = {"name": "Step", "version": "1"}
LIST = {"name": "bench"}
BEHIND = 10_000
TURNS = 4


def main() -> None:
    workflows = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with tempfile.TemporaryDirectory() as folder:
        servers = {
            "empty": _serve(_ours, Path(folder) / "empty.sqlite"),
            "10,000 closed": _serve(_ours, Path(folder) / "full.sqlite"),
            "moto": _serve(_moto, None),
        }
        clients = {name: Client(port) for name, (_, port) in servers.items()}
        for client in clients.values():
            _register(client)
        _fill(clients["10,000 closed"])
        rates: dict[str, list[float]] = {name: [] for name in servers}
        for _ in range(TURNS):
            for name, client in clients.items():
                if name == "moto":  # never more behind it than this turn's: "on an empty domain"
                    _empty_moto(servers["moto"][1], client)
                rates[name].append(_rate(client, workflows))
        for process, _ in servers.values():
            process.terminate()
    median = {name: statistics.median(found) for name, found in rates.items()}
    for name, rate in median.items():
        print(f"{name:>14}: {rate:6.1f} workflows of 3 activities a second")
    print(
        f"with 10,000 closed executions behind / empty: {median['10,000 closed'] / median['empty']:.2f} (at least 0.9)"
    )
    print(f"empty / stock moto on an empty domain:        {median['empty'] / median['moto']:.2f} (at least 3)")


def _serve(run: Any, database: Path | None) -> tuple[Any, int]:
    """A server in a process of its own, and its port."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=run, args=(there, database), daemon=True)
    process.start()
    return process, here.recv()


def _ours(pipe: Any, database: Path) -> None:
    from localcloud.endpoint import serve
    from localcloud.swf import Swf

    swf = Swf(database)
    swf.start()
    pipe.send(serve(swf.app, "127.0.0.1", 0).server_port)
    time.sleep(86_400)


def _moto(pipe: Any, _: None) -> None:
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # a line for each call would cost it time
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    pipe.send(server.get_host_and_port()[1])
    time.sleep(86_400)


class Client:
    """One kept connection and no boto3: a boto3 call costs its caller more than the answer costs the server."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)

    def __call__(self, action: str, **asked: Any) -> Any:
        headers = {
            "X-Amz-Target": f"SimpleWorkflowService.{action}",
            "Content-Type": "application/x-amz-json-1.0",
            "Authorization": "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/swf/aws4_request, SignedHeaders=host, "
            "Signature=x",
        }
        self._connection.request("POST", "/", json.dumps(asked), headers)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{action}: {answer.status} {body!r}")
        return json.loads(body) if body else None


def _register(client: Client) -> None:
    client("RegisterDomain", name=DOMAIN, workflowExecutionRetentionPeriodInDays="7")
    client("RegisterWorkflowType",
        domain=DOMAIN, **TYPE, defaultTaskList=LIST, defaultTaskStartToCloseTimeout="300",
        defaultExecutionStartToCloseTimeout="3000", defaultChildPolicy="TERMINATE",
    )  # fmt: skip
    client("RegisterActivityType",
        domain=DOMAIN, **TYPE, defaultTaskList=LIST, defaultTaskStartToCloseTimeout="300",
        defaultTaskScheduleToStartTimeout="300", defaultTaskScheduleToCloseTimeout="300",
        defaultTaskHeartbeatTimeout="NONE",
    )  # fmt: skip


def _empty_moto(port: int, client: Client) -> None:
    import urllib.request

    urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}/moto-api/reset", method="POST")).read()
    _register(client)


def _fill(client: Client) -> None:
    for number in range(BEHIND):
        name = f"closed-{number}"
        client("StartWorkflowExecution", domain=DOMAIN, workflowId=name, workflowType=TYPE, tagList=["behind"])
        client("TerminateWorkflowExecution", domain=DOMAIN, workflowId=name)


def _rate(client: Client, workflows: int) -> float:
    """Workflows a second: all are started, then a decider and a worker take their tasks until all are complete."""
    began = time.perf_counter()
    for number in range(workflows):
        client(
            "StartWorkflowExecution", domain=DOMAIN, workflowId=f"{began}-{number}", workflowType=TYPE, input="{}"
        )  # fmt: skip
    for step in range(3):
        for _ in range(workflows):
            _decide(client, "ScheduleActivityTask", {"activityType": TYPE, "activityId": str(step), "input": "{}"})
        for _ in range(workflows):
            task = client("PollForActivityTask", domain=DOMAIN, taskList=LIST)
            client("RespondActivityTaskCompleted", taskToken=task["taskToken"], result="ok")
    for _ in range(workflows):
        _decide(client, "CompleteWorkflowExecution", {"result": "ok"})
    return workflows / (time.perf_counter() - began)


def _decide(client: Client, type_: str, attributes: dict[str, Any]) -> None:
    task = client("PollForDecisionTask", domain=DOMAIN, taskList=LIST)
    key = f"{type_[0].lower()}{type_[1:]}DecisionAttributes"
    decision = {"decisionType": type_, key: attributes}
    client("RespondDecisionTaskCompleted", taskToken=task["taskToken"], decisions=[decision])


if __name__ == "__main__":
    main()
