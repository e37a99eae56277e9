"""The local cloud with a lot in it: what a call costs then, against the same call on an empty one; fifty machines.

    sudo .venv/bin/python -m bench.scale [behind] [pollers] [machines]     # all three where none is named

Two clouds stand side by side, one empty, one with 100,000 messages, 10,000 objects and 10,000 closed executions behind
it, and are asked in turn, so that what else the computer does falls on both alike. Only the answer's time is counted,
not the signing. Needs root; removes what it made. Exit code 1 where a figure is over its limit.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from bench.caller import Caller
from tests.conftest import Cloud, eventually

MESSAGES, OBJECTS, EXECUTIONS, POLLERS, MACHINES = 100_000, 10_000, 10_000, 50, 50
ROUNDS = 200
TYPE, LIST = {"name": "Scale", "version": "1"}, {"name": "scale"}
IMAGE = "/aws/service/debian/release/12/latest/amd64"
Figure = tuple[str, float, float, str]  # what, how much, at most, unit


def main() -> int:
    parts = sys.argv[1:] or ["behind", "pollers", "machines"]
    figures: list[Figure] = []
    if "behind" in parts:
        with _cloud() as empty, _cloud() as full:
            figures += _behind(empty, full)
    if "pollers" in parts:
        with _cloud() as cloud:
            figures += _pollers(cloud)
    if "machines" in parts:
        with _cloud() as cloud:
            figures += _machines(cloud)
    for what, figure, limit, unit in figures:
        print(f"{what:<66} {figure:8.2f} {unit:<3} at most {limit:g}{'' if figure <= limit else '   OVER'}")
    return int(any(figure > limit for _, figure, limit, _ in figures))


@contextmanager
def _cloud() -> Iterator[Cloud]:
    with tempfile.TemporaryDirectory() as folder:
        cloud = Cloud(Path(folder) / "home")
        cloud.start()
        try:
            yield cloud
        finally:
            cloud.reset()


class Used:
    """One cloud as a client uses it: a queue, a bucket and a domain."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.sqs, self.s3, self.swf = (Caller(cloud.home, service) for service in ("sqs", "s3", "swf"))
        self.queue = self.sqs.ask("CreateQueue", QueueName="scale")["QueueUrl"]
        self.s3.request("PUT", "/scale")
        self.swf.ask("RegisterDomain", name="scale", workflowExecutionRetentionPeriodInDays="7")
        self.swf.ask(
            "RegisterWorkflowType", domain="scale", **TYPE, defaultTaskList=LIST, defaultTaskStartToCloseTimeout="300",
            defaultExecutionStartToCloseTimeout="3000", defaultChildPolicy="TERMINATE",
        )  # fmt: skip

    def message(self) -> float:
        """Send, receive and delete one, in seconds. With others before it, it is another that is received."""
        self.sqs.spent = 0
        self.sqs.ask("SendMessage", QueueUrl=self.queue, MessageBody="x" * 300)
        (got,) = self.sqs.ask("ReceiveMessage", QueueUrl=self.queue)["Messages"]
        self.sqs.ask("DeleteMessage", QueueUrl=self.queue, ReceiptHandle=got["ReceiptHandle"])
        return self.sqs.spent

    def count(self) -> float:
        self.sqs.spent = 0
        self.sqs.ask("GetQueueAttributes", QueueUrl=self.queue, AttributeNames=["All"])
        return self.sqs.spent

    def object(self) -> float:
        """Put, head, list its folder, delete."""
        self.s3.spent = 0
        self.s3.request("PUT", "/scale/new/object", b"x" * 1000)
        self.s3.request("HEAD", "/scale/new/object")
        self.s3.request("GET", "/scale?list-type=2&prefix=new%2F")
        self.s3.request("DELETE", "/scale/new/object")
        return self.s3.spent

    def workflow(self) -> float:
        """Start an execution, decide that it is complete, look at its history."""
        self.swf.spent = 0
        run = self.swf.ask("StartWorkflowExecution", domain="scale", workflowId="w", workflowType=TYPE)["runId"]
        task = self.swf.ask("PollForDecisionTask", domain="scale", taskList=LIST)
        over = [{"decisionType": "CompleteWorkflowExecution"}]
        self.swf.ask("RespondDecisionTaskCompleted", taskToken=task["taskToken"], decisions=over)
        of = {"workflowId": "w", "runId": run}
        self.swf.ask("GetWorkflowExecutionHistory", domain="scale", execution=of)
        return self.swf.spent

    def executions(self) -> float:
        """The newest page of what is closed."""
        self.swf.spent = 0
        since = {"oldestDate": 0}
        self.swf.ask("ListClosedWorkflowExecutions", domain="scale", startTimeFilter=since, maximumPageSize=10)
        return self.swf.spent


def _behind(empty: Cloud, full: Cloud) -> list[Figure]:
    """Each call's time with all that behind it, as a multiple of the empty cloud's."""
    without, behind = Used(empty), Used(full)
    for _ in range(20):  # something for the page of closed executions, and both warm
        for used in (without, behind):
            used.workflow(), used.message(), used.object()
    fills: list[tuple[str, Callable[[Cloud, range], None], int]] = [
        ("messages", _send, MESSAGES),
        ("objects", _put, OBJECTS),
        ("closed executions", _close, EXECUTIONS),
    ]
    for what, fill, count in fills:
        began = time.monotonic()
        with ThreadPoolExecutor(2) as at_once:
            list(at_once.map(fill, [full] * 2, [range(count // 2), range(count // 2, count)]))
        print(f"  {count} {what} in {time.monotonic() - began:.0f} s", file=sys.stderr)
    asked: list[tuple[str, Callable[[Used], float]]] = [
        (f"send, receive, delete a message, {MESSAGES:,} in the queue : empty", Used.message),
        (f"attributes of the queue, {MESSAGES:,} in it : empty", Used.count),
        (f"put, head, list, delete an object, {OBJECTS:,} in the bucket : empty", Used.object),
        (f"a workflow, {EXECUTIONS:,} closed executions : none", Used.workflow),
        (f"page of closed executions, {EXECUTIONS:,} of them : 20", Used.executions),
    ]
    figures = [_ratio(what, without, behind, call) for what, call in asked]
    return [*figures, ("the daemon's memory with all of that", full.status()["memory"] / 1e6, 350, "MB")]


def _ratio(what: str, without: Used, behind: Used, call: Callable[[Used], float]) -> Figure:
    both: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for used, times in zip((without, behind), both, strict=True):
            times.append(call(used))
    empty, full = map(statistics.median, both)
    print(f"  {what}: {full * 1000:.2f} : {empty * 1000:.2f} ms", file=sys.stderr)
    return what, full / empty, 1.2, "x"


def _send(cloud: Cloud, numbers: range) -> None:
    sqs = Caller(cloud.home, "sqs")
    url = sqs.ask("GetQueueUrl", QueueName="scale")["QueueUrl"]
    for first in numbers[::10]:
        entries = [{"Id": str(number), "MessageBody": f"{number} {'x' * 300}"} for number in range(first, first + 10)]
        sqs.ask("SendMessageBatch", QueueUrl=url, Entries=entries)


def _put(cloud: Cloud, numbers: range) -> None:
    s3 = Caller(cloud.home, "s3")
    for number in numbers:
        s3.request("PUT", f"/scale/behind/{number}", b"x" * 1000)


def _close(cloud: Cloud, numbers: range) -> None:
    swf = Caller(cloud.home, "swf")
    for number in numbers:
        name = f"closed-{number}"
        given = {"domain": "scale", "workflowId": name}
        swf.ask("StartWorkflowExecution", **given, workflowType=TYPE, taskList={"name": "behind"})
        swf.ask("TerminateWorkflowExecution", **given)


def _pollers(cloud: Cloud) -> list[Figure]:
    """Fifty clients that wait for work: what they cost, and that each piece of work wakes one of them at once."""
    alone = Used(cloud)
    pid = int(cloud.status()["pid"])
    before = [alone.workflow() for _ in range(ROUNDS)]
    taken: list[str] = []
    delays: list[float] = []
    sent: dict[str, float] = {}
    stop = threading.Event()

    def poll() -> None:
        swf = Caller(cloud.home, "swf")
        while not stop.is_set():
            task = swf.ask("PollForDecisionTask", domain="scale", taskList={"name": "polled"})
            if task.get("taskToken"):
                name = task["workflowExecution"]["workflowId"]
                delays.append(time.monotonic() - sent[name])
                taken.append(name)

    threads = [threading.Thread(target=poll, daemon=True) for _ in range(POLLERS)]
    for thread in threads:
        thread.start()
    time.sleep(2)
    used, began = _processor(pid), time.monotonic()
    time.sleep(5)
    idle = (_processor(pid) - used) / (time.monotonic() - began) * 100
    beside = [alone.workflow() for _ in range(ROUNDS)]
    for number in range(POLLERS * 2):
        name = f"polled-{number}"
        sent[name] = time.monotonic()
        given = {"domain": "scale", "workflowId": name, "workflowType": TYPE}
        alone.swf.ask("StartWorkflowExecution", **given, taskList={"name": "polled"})
        time.sleep(0.02)
    eventually(lambda: len(taken) >= POLLERS * 2)
    stop.set()
    twice = len(taken) - len(set(taken))
    ratio = statistics.median(beside) / statistics.median(before)
    return [
        (f"a workflow beside {POLLERS} pollers : without", ratio, 1.2, "x"),
        (f"processor of the daemon while {POLLERS} pollers wait", idle, 1, "%"),
        ("from the start to the poller that has it", statistics.median(delays) * 1000, 20, "ms"),
        ("tasks that two pollers were given", twice, 0, ""),
    ]


def _machines(cloud: Cloud) -> list[Figure]:
    """Fifty by one call, a command on each over ssh, what they take, and that nothing of them stays."""
    ec2 = cloud.client("ec2")
    before = _left(cloud)
    key = cloud.home / "scale.pem"
    key.write_text(ec2.create_key_pair(KeyName="scale")["KeyMaterial"])
    key.chmod(0o600)
    image = cloud.client("ssm").get_parameter(Name=IMAGE)["Parameter"]["Value"]
    began = time.monotonic()
    asked = {
        "ImageId": image,
        "InstanceType": "t3.nano",
        "KeyName": "scale",
        "MinCount": MACHINES,
        "MaxCount": MACHINES,
    }
    made = ec2.run_instances(**asked)["Instances"]
    with ThreadPoolExecutor(8) as at_once:
        names = set(at_once.map(lambda each: eventually(lambda: _ssh(key, each["PrivateIpAddress"]), 300), made))
    took = time.monotonic() - began
    assert len(names) == MACHINES, "some answer for others"
    time.sleep(10)
    memory = [_memory(each["InstanceId"]) for each in made]
    daemon = cloud.status()["memory"] / 1e6
    began = time.monotonic()
    ids = [each["InstanceId"] for each in made]
    ec2.terminate_instances(InstanceIds=ids)
    ec2.get_waiter("instance_terminated").wait(InstanceIds=ids, WaiterConfig={"Delay": 1, "MaxAttempts": 600})
    gone = time.monotonic() - began
    key.unlink()
    return [
        (f"{MACHINES} machines, all have run a command over ssh", took, 60, "s"),
        ("a machine's memory (its processes), median", statistics.median(memory), 40, "MB"),
        (f"the daemon's memory with {MACHINES} machines", daemon, 350, "MB"),
        (f"{MACHINES} terminated", gone, 60, "s"),
        ("mounts, links and folders left of them", len(_left(cloud) - before), 0, ""),
    ]


def _ssh(key: Path, address: str) -> str:
    """The machine's host name, asked over ssh; "" where it does not answer yet."""
    options = {
        "BatchMode": "yes",
        "StrictHostKeyChecking": "no",
        "UserKnownHostsFile": "/dev/null",
        "LogLevel": "ERROR",
    }
    words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    command = ["ssh", "-i", str(key), *words, "-o", "ConnectTimeout=5", f"admin@{address}", "hostname"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _left(cloud: Cloud) -> set[str]:
    """Mounts below the cloud, network links of machines, and machines' folders."""
    mounts = {line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()}
    own = {each for each in mounts if str(cloud.home) in each or each.startswith("/run/continuum/")}
    links = {f"link {each.name}" for each in Path("/sys/class/net").iterdir() if each.name.startswith("veth")}
    return own | links | {str(each) for each in (cloud.home / "machines").iterdir()}


def _memory(instance_id: str) -> float:
    """What a machine's processes use, in MB."""
    group = next(Path("/sys/fs/cgroup").glob(f"**/lxc.payload.{instance_id}/memory.*stat"))
    facts = dict(line.split() for line in group.read_text().splitlines())
    return (int(facts.get("total_rss", 0)) or int(facts["anon"])) / 1e6


def _processor(pid: int) -> float:
    """Processor time of a process so far, in seconds."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main() if os.geteuid() == 0 else "bench.scale needs root")
