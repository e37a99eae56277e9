"""All parts together, as a user meets them: a workflow on a launched bot, several terminals, a deployed branch."""

from __future__ import annotations

import json
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conftest import ROOT, Cloud, eventually

pytestmark = pytest.mark.machines


def stacks(cloud: Cloud) -> dict[str, str]:
    """Name and status of every stack that is there."""
    listed = json.loads(cloud.tried("aws_stack_list", "--json").stdout)
    return {stack["name"]: stack["status"] for stack in listed}


def machines(cloud: Cloud, stack: str) -> list[str]:
    """States of the machines of a stack that are not gone."""
    found = cloud.client("ec2").describe_instances(Filters=[{"Name": "tag:Name", "Values": [stack]}])
    states = [each["State"]["Name"] for reservation in found["Reservations"] for each in reservation["Instances"]]
    return [state for state in states if state != "terminated"]


def test_a_ping_goes_through_swf_to_the_machine_and_back(cloud: Cloud) -> None:
    cloud.launch("elife-bot", "continuum-test")
    swf = cloud.client("swf")
    types = swf.list_workflow_types(domain="Publish.ct", registrationStatus="REGISTERED", name="Ping")["typeInfos"]
    run = swf.start_workflow_execution(
        domain="Publish.ct", workflowId="ping-by-hand", workflowType=types[0]["workflowType"], input="{}"
    )["runId"]
    execution = {"workflowId": "ping-by-hand", "runId": run}

    def closed() -> str:
        found = swf.describe_workflow_execution(domain="Publish.ct", execution=execution)
        return str(found["executionInfo"].get("closeStatus", ""))

    assert eventually(closed) == "COMPLETED"
    history = swf.get_workflow_execution_history(domain="Publish.ct", execution=execution)["events"]
    assert "ActivityTaskCompleted" in [event["eventType"] for event in history]


def test_launches_and_a_delete_at_once(cloud: Cloud) -> None:
    cloud.bldr("create_stack", "basebox", "goes", "--yes")
    with ThreadPoolExecutor(3) as at_once:
        words = [
            ("create_stack", "basebox", "first", "--yes"),
            ("create_stack", "basebox", "second", "--yes"),
            ("aws_delete_stack", "basebox-goes", "--yes"),
        ]
        list(at_once.map(lambda each: cloud.bldr(*each), words))
    there = stacks(cloud)
    assert there["basebox-first"] == there["basebox-second"] == "CREATE_COMPLETE"
    assert "basebox-goes" not in there
    assert machines(cloud, "basebox-goes") == []
    for name in ("basebox-first", "basebox-second"):
        cloud.bldr("aws_delete_stack", name, "--yes")
        assert machines(cloud, name) == []


def test_deploy_brings_a_branch_and_then_its_newest_commit(cloud: Cloud, tmp_path: Path) -> None:
    clone = tmp_path / "clone"

    def git(*words: str) -> str:
        identity = ("-c", "user.name=Tester", "-c", "user.email=tester@example.org")
        command = ["git", "-C", str(clone), *identity, *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    (clone / ".venv").symlink_to(ROOT / ".venv")
    git("checkout", "-q", "-b", "my/Branch")

    def deploy(text: str) -> str:
        (clone / "bot/marker.txt").write_text(text)
        git("add", "bot/marker.txt")
        git("commit", "-q", "-m", f"marker: {text}")
        (clone / "bot/marker.txt").write_text("never committed")
        words = [str(clone / "bldr"), "deploy", "elife-bot", "my/Branch", "--yes"]
        done = subprocess.run(words, env=cloud.environment, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stdout + done.stderr
        git("checkout", "-q", "--", "bot/marker.txt")
        return done.stdout

    deploy("one")
    (name,) = (name for name in stacks(cloud) if name.startswith("elife-bot-my-branch"))
    assert cloud.on(name, "cat /opt/elife-bot/marker.txt") == "one"
    worker = cloud.on(name, "systemctl show -p MainPID --value elife-bot-worker@1")
    deploy("two")
    assert cloud.on(name, "cat /opt/elife-bot/marker.txt") == "two"
    assert cloud.on(name, "systemctl show -p MainPID --value elife-bot-worker@1") != worker
    tags = cloud.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]["Tags"]
    assert {"Key": "Revision", "Value": git("rev-parse", "HEAD")} in tags
    cloud.bldr("aws_delete_stack", name, "--yes")
    shutil.rmtree(clone)
