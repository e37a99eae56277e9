"""How fast the local cloud's SWF is: workflows of three activities a second, as ratios of one run.

    python -m bench.swf [workflows]

Two servers of ours (one with 10,000 closed executions behind it) and moto, each in a process of its own, take turns,
so that what else the machine does falls on all alike. Moto stands there twice: as it comes (`moto_server`, which closes
each connection after its answer), and its application behind the HTTP server that ours has too: the ratio to the first
is what a user of stock moto sees, the ratio to the second is what is due to our SWF alone.

Measured two ways: `together`, all workflows are started, then a decider and a worker take their tasks until all are
complete; `in turn`, each is started when the one before is complete, so never more than one task exists. Moto looks
through all tasks of the domain at each poll: its rate falls with their number, ours does not.
"""

from __future__ import annotations

import logging
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import servers

DOMAIN = "bench"
TYPE = {"name": "Step", "version": "1"}
LIST = {"name": "bench"}
BEHIND = 10_000
TURNS = 3


def main() -> None:
    workflows = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with tempfile.TemporaryDirectory() as folder:
        started = {
            "ours, empty": servers.start(_ours, Path(folder) / "empty.sqlite"),
            "ours, 10,000 closed": servers.start(_ours, Path(folder) / "full.sqlite"),
            "moto as it comes": servers.start(_stock_moto),
            "moto behind our HTTP": servers.start(servers.moto),
        }
        clients = {name: servers.Json(port, "swf", "SimpleWorkflowService") for name, (_, port) in started.items()}
        for client in clients.values():
            _register(client)
        _fill(clients["ours, 10,000 closed"])
        rates: dict[tuple[str, str], list[float]] = {}
        for _ in range(TURNS):
            for way, run in (("together", _together), ("in turn", _in_turn)):
                for name, client in clients.items():
                    if name.startswith("moto"):  # never more behind it than this turn's: "on an empty domain"
                        _empty_moto(started[name][1], client)
                    begun = time.perf_counter()
                    run(client, workflows)
                    rates.setdefault((way, name), []).append(workflows / (time.perf_counter() - begun))
        for process, _ in started.values():
            process.terminate()
    _tell({key: statistics.median(found) for key, found in rates.items()}, list(started))


def _tell(median: dict[tuple[str, str], float], names: list[str]) -> None:
    """The medians, and their ratios beside what they should be."""
    empty, full, stock, behind = names
    print("workflows of 3 activities a second: together, in turn")
    for name in names:
        print(f"  {name:>20}: {median['together', name]:6.1f} {median['in turn', name]:6.1f}")
    for one, other, wanted in ((full, empty, "0.9"), (empty, stock, "3"), (empty, behind, "3")):
        ratios = [median[way, one] / median[way, other] for way in ("together", "in turn")]
        print(f"  {one} / {other}: {ratios[0]:.2f} {ratios[1]:.2f} (at least {wanted})")


def _ours(pipe: Any, database: Path) -> None:
    from localcloud.swf import Swf

    swf = Swf(database)
    swf.start()
    servers.answer(pipe, swf.app)


def _stock_moto(pipe: Any) -> None:
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # no line a call: that would be its cost as well
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    pipe.send(server.get_host_and_port()[1])
    time.sleep(86_400)


def _register(client: servers.Json) -> None:
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


def _empty_moto(port: int, client: servers.Json) -> None:
    import urllib.request

    urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}/moto-api/reset", method="POST")).read()
    _register(client)


def _fill(client: servers.Json) -> None:
    for number in range(BEHIND):
        name = f"closed-{number}"
        client("StartWorkflowExecution", domain=DOMAIN, workflowId=name, workflowType=TYPE, tagList=["behind"])
        client("TerminateWorkflowExecution", domain=DOMAIN, workflowId=name)


def _together(client: servers.Json, workflows: int) -> None:
    begun = time.perf_counter()
    for number in range(workflows):
        _start(client, f"{begun}-{number}")
    for step in range(3):
        for _ in range(workflows):
            _decide(client, "ScheduleActivityTask", {"activityType": TYPE, "activityId": str(step), "input": "{}"})
        for _ in range(workflows):
            _work(client)
    for _ in range(workflows):
        _decide(client, "CompleteWorkflowExecution", {"result": "ok"})


def _in_turn(client: servers.Json, workflows: int) -> None:
    begun = time.perf_counter()
    for number in range(workflows):
        _start(client, f"{begun}-{number}")
        for step in range(3):
            _decide(client, "ScheduleActivityTask", {"activityType": TYPE, "activityId": str(step), "input": "{}"})
            _work(client)
        _decide(client, "CompleteWorkflowExecution", {"result": "ok"})


def _start(client: servers.Json, workflow_id: str) -> None:
    client("StartWorkflowExecution", domain=DOMAIN, workflowId=workflow_id, workflowType=TYPE, input="{}")


def _work(client: servers.Json) -> None:
    task = client("PollForActivityTask", domain=DOMAIN, taskList=LIST)
    client("RespondActivityTaskCompleted", taskToken=task["taskToken"], result="ok")


def _decide(client: servers.Json, type_: str, attributes: dict[str, Any]) -> None:
    task = client("PollForDecisionTask", domain=DOMAIN, taskList=LIST)
    key = f"{type_[0].lower()}{type_[1:]}DecisionAttributes"
    decision = {"decisionType": type_, key: attributes}
    client("RespondDecisionTaskCompleted", taskToken=task["taskToken"], decisions=[decision])


if __name__ == "__main__":
    main()
