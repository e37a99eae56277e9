"""Random stacks, updates that fail, and kills at any moment, against a model of what must exist afterwards.

A longer run: `CLOUDFORMATION_MODEL=500 .venv/bin/pytest tests/localcloud/cloudformation/test_model.py` (examples).
"""

from __future__ import annotations

import json
import os
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from localcloud.cloudformation.resources.kind import plain
from tests.localcloud.cloudformation.cloud import Wsgi, moto, serving
from tests.localcloud.cloudformation.killable import Killable
from tests.localcloud.cloudformation.model_templates import (
    Wanted,
    edited,
    edits,
    expected,
    parameters,
    renewed,
    template,
)
from tests.localcloud.cloudformation.model_things import SORTS
from tests.localcloud.cloudformation.model_world import Kept, Stack, World

EXAMPLES = int(os.environ.get("CLOUDFORMATION_MODEL", "10"))
STEPS = ["update", "update", "update", "change set", "change set", "cancel", "delete", "kill"]
STACKS = st.sampled_from(["red", "blue"])
# Kill the server before or after that many of its calls to other services.
FUSES = st.none() | st.tuples(st.integers(1, 4) | st.integers(5, 15), st.sampled_from(["before", "after"]))


class Machine(RuleBasedStateMachine):
    killable: Killable
    moto_app: Wsgi

    @initialize(red=edits(), blue=edits())
    def begin(self, red: dict[str, Any], blue: dict[str, Any]) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.server = serving(Path(self.folder.name), self.moto_app, self.killable.watch)
        self.cloud = self.server.__enter__()
        self.world = World()
        self.stacks, self.kept = self.world.stacks, self.world.kept
        self.run()
        self.create("red", red, None, "ROLLBACK")
        self.create("blue", blue, None, "DELETE")

    def teardown(self) -> None:
        self.killable.kill()
        self.server.__exit__(None, None, None)
        self.folder.cleanup()

    # The process

    def run(self) -> None:
        """Start the server, and give the cloud a client of it."""
        port = self.killable.start(Path(self.folder.name) / "killed.sqlite", self.cloud.url)
        self.cloud.point("cloudformation", f"http://127.0.0.1:{port}")

    def ask(self, operation: str, **asked: Any) -> Any:
        """Make a call; where the server dies before it answers, make it again, as any client would."""
        while True:
            try:
                return getattr(self.cloud.cfn, operation)(**asked)
            except BotoCoreError:
                assert not self.killable.running, "it ended by itself"
                self.run()

    def settled(self, stack_id: str) -> str:
        deadline = time.monotonic() + 60
        while True:
            stack = self.ask("describe_stacks", StackName=stack_id)["Stacks"][0]
            if not stack["StackStatus"].endswith("_IN_PROGRESS"):
                self.killable.fuse = None
                return str(stack["StackStatus"])
            assert time.monotonic() < deadline, self.cloud.told(stack_id)
            time.sleep(0.01)

    # Rules

    # One rule that does all: Hypothesis leaves out rules at random, and without changes there is nothing to see.
    @rule(name=STACKS, edit=edits(), fuse=FUSES, how=st.sampled_from(STEPS))
    def step(self, name: str, edit: dict[str, Any], fuse: Any, how: str) -> None:
        if how == "kill":
            self.protect_and_kill(edit["on"])
        elif how == "delete":
            self.delete(name, fuse)
        else:
            self.change(name, edit, fuse, how)

    def change(self, name: str, edit: dict[str, Any], fuse: Any, how: str) -> None:
        """Create the stack, or update it; one whose creation has failed can only be deleted first."""
        stack = self.stacks.get(name)
        if stack is None:
            self.create(name, edit, fuse, "ROLLBACK" if how == "update" else "DELETE")
        elif stack.wanted is None:
            self.refused("update_stack", self.asked(name, edited(Wanted(), edit)), "ROLLBACK_COMPLETE")
            self.delete(name, fuse)
            self.create(name, edit, None, "ROLLBACK")
        else:
            self.update(name, stack, edited(stack.wanted, edit), fuse, how)

    def create(self, name: str, edit: dict[str, Any], fuse: Any, on_failure: str) -> None:
        new = edited(Wanted(), edit)
        asked = {**self.asked(name, new), "OnFailure": on_failure}
        if name in self.stacks:
            self.refused("create_stack", asked, "already exists")
            return
        if new.imports - self.world.exports().keys():
            self.refused("create_stack", asked, "No export named")
            return
        self.killable.fuse = fuse
        stack_id = self.ask("create_stack", ClientRequestToken=str(uuid.uuid4()), **asked)["StackId"]
        status = self.settled(stack_id)
        if self.world.fails(name, Wanted(), new):
            assert status == ("ROLLBACK_COMPLETE" if on_failure == "ROLLBACK" else "DELETE_COMPLETE"), self.told(
                stack_id
            )
            if on_failure == "ROLLBACK":
                self.stacks[name] = Stack(stack_id, None, status)
            self.adopt(stack_id, new)
        else:
            assert status == "CREATE_COMPLETE", self.told(stack_id)
            self.stacks[name] = Stack(stack_id, new, status)
            self.learn(name, Wanted(), new)
        self.check()

    def update(self, name: str, stack: Stack, new: Wanted, fuse: Any, how: str) -> None:
        old, asked = stack.wanted or Wanted(), self.asked(name, new)
        if new.imports - self.world.exports().keys():
            self.refused("update_stack", asked, "No export named")
            return
        self.killable.fuse = fuse
        announced = self.begin_update(name, asked, how == "change set")
        if announced is None:
            assert self.world.alike(name, old, new), "there was something to change"
            self.killable.fuse = None
            return
        if how == "cancel":
            self.cancel(name)
        stack.status = self.settled(stack.id)
        may_fail = how == "cancel" and stack.status == "UPDATE_ROLLBACK_COMPLETE"
        fails = self.world.fails(name, old, new) or may_fail
        assert stack.status == ("UPDATE_ROLLBACK_COMPLETE" if fails else "UPDATE_COMPLETE"), self.told(name)
        if fails:
            self.adopt(stack.id, new)
        else:
            before = dict(stack.physical)
            self.learn(name, old, new)
            self.compare(announced, before, stack.physical)
        self.check()

    def begin_update(self, name: str, asked: dict[str, Any], by_change_set: bool) -> dict[str, Any] | None:
        """What the change set announced, if there was one; None where there is nothing to update."""
        token = str(uuid.uuid4())
        try:
            if not by_change_set:
                self.ask("update_stack", ClientRequestToken=token, **asked)
                return {}
            made = self.ask("create_change_set", ChangeSetName=f"c-{token}", ClientToken=token, **asked)["Id"]
            told = self.ask("describe_change_set", ChangeSetName=made)
            if told["Status"] == "FAILED":
                self.ask("delete_change_set", ChangeSetName=made)
                return None
            self.ask("execute_change_set", ChangeSetName=made, ClientRequestToken=token)
            return {each["ResourceChange"]["LogicalResourceId"]: each["ResourceChange"] for each in told["Changes"]}
        except ClientError as error:
            if "No updates are to be performed" in str(error):
                return None
            raise

    def cancel(self, name: str) -> None:
        try:
            self.ask("cancel_update_stack", StackName=name)
        except ClientError as error:
            assert "CancelUpdateStack cannot be called from current stack status" in str(error)

    def delete(self, name: str, fuse: Any) -> None:
        stack = self.stacks.get(name)
        if stack is None:
            self.ask("delete_stack", StackName=name)  # as on AWS, no error
            return
        if stack.protected:
            self.refused("delete_stack", {"StackName": name}, "TerminationProtection is enabled")
            self.ask("update_termination_protection", StackName=name, EnableTerminationProtection=False)
            stack.protected = False
        if stack.wanted and any(self.world.imported(export, name) for export in stack.wanted.exports):
            self.refused("delete_stack", {"StackName": name}, "as it is in use by")
            return
        self.killable.fuse = fuse
        self.ask("delete_stack", StackName=stack.id, ClientRequestToken=str(uuid.uuid4()))
        assert self.settled(stack.id) == "DELETE_COMPLETE", self.told(stack.id)
        if stack.wanted:
            self.keep(stack.wanted, stack.physical, set(stack.wanted.active))
        del self.stacks[name]
        self.check()

    def protect_and_kill(self, protected: bool) -> None:
        for name, stack in self.stacks.items():
            self.ask("update_termination_protection", StackName=name, EnableTerminationProtection=protected)
            stack.protected = protected
        self.killable.kill()
        self.run()
        self.check()

    # Afterwards

    def asked(self, name: str, wanted: Wanted) -> dict[str, Any]:
        body = json.dumps(template(wanted))
        return {"StackName": name, "TemplateBody": body, "Parameters": parameters(wanted),
                "Capabilities": ["CAPABILITY_NAMED_IAM"]}  # fmt: skip

    def refused(self, operation: str, asked: dict[str, Any], why: str) -> None:
        with pytest.raises(ClientError, match=why):
            self.ask(operation, **asked)

    def told(self, name: str) -> str:
        return f"\n{self.cloud.told(name)}"

    def learn(self, name: str, old: Wanted, new: Wanted) -> None:
        """Take over the physical ids that a stack has now; what was replaced or removed is gone, or kept."""
        stack = self.stacks[name]
        stack.wanted = new
        before, fresh = stack.physical, renewed(old, new)
        stack.physical = self.listed(stack.id)
        assert stack.physical.keys() == new.active.keys()
        for each in before.keys() & stack.physical.keys():
            assert (before[each] != stack.physical[each]) == (each in fresh), f"{each}: {self.told(name)}"
        lost = {each for each in before if before[each] != stack.physical.get(each)}
        self.keep_lost(old, new, before, lost)

    def keep_lost(self, old: Wanted, new: Wanted, before: dict[str, str], lost: set[str]) -> None:
        removed = {each for each in lost if each not in new.active}
        self.keep(old, before, removed)
        # A replaced one goes by the new template's policy.
        self.keep(new, before, lost - removed, named_by=old)

    def keep(self, wanted: Wanted, physical: dict[str, str], names: set[str], named_by: Wanted | None = None) -> None:
        for each in names:
            if wanted.things[each].retain:
                key = (SORTS[each].type, physical[each])
                name = (named_by or wanted).things[each].name
                self.kept[key] = Kept(name, self.look(each, physical[each]))

    def adopt(self, stack_id: str, wanted: Wanted) -> None:
        """What a rollback has told to have kept: only what the template says to retain, and it must be there."""
        known = {(SORTS[each].type, it) for stack in self.stacks.values() for each, it in stack.physical.items()}
        pages = self.cloud.cfn.get_paginator("describe_stack_events").paginate(StackName=stack_id)
        for event in (event for page in pages for event in page["StackEvents"]):
            each, it = event["LogicalResourceId"], event.get("PhysicalResourceId", "")
            if event["ResourceStatus"] != "DELETE_SKIPPED" or (event["ResourceType"], it) in self.kept.keys() | known:
                continue
            assert wanted.things[each].retain, self.told(stack_id)
            self.kept[event["ResourceType"], it] = Kept(wanted.things[each].name, self.look(each, it))

    def compare(self, announced: dict[str, Any], before: dict[str, str], after: dict[str, str]) -> None:
        """A change set's word is kept: what it adds, removes and replaces is what was added, removed and replaced."""
        if not announced:
            return
        actions = {name: change["Action"] for name, change in announced.items() if name in SORTS}
        assert {name for name, action in actions.items() if action == "Add"} == after.keys() - before.keys()
        assert {name for name, action in actions.items() if action == "Remove"} == before.keys() - after.keys()
        replaced = {name for name in before.keys() & after.keys() if before[name] != after[name]}
        for name, action in actions.items():
            if action == "Modify":
                assert announced[name]["Replacement"] in (["True", "Conditional"] if name in replaced else ["False"])
        assert replaced <= actions.keys()

    def listed(self, stack_id: str) -> dict[str, str]:
        pages = self.cloud.cfn.get_paginator("list_stack_resources").paginate(StackName=stack_id)
        rows = [row for page in pages for row in page["StackResourceSummaries"] if row["LogicalResourceId"] in SORTS]
        return {row["LogicalResourceId"]: row["PhysicalResourceId"] for row in rows}

    def look(self, logical_id: str, it: str) -> dict[str, Any]:
        sort = SORTS[logical_id]
        told = sort.look(self.cloud, it)
        return {name: plain(told.get(name, default)) for name, default in sort.told.items()}

    def check(self) -> None:
        """Nothing exists that the model does not know, and everything is as it says."""
        expected_now = set(self.kept)
        for name, stack in self.stacks.items():
            self.check_stack(name, stack)
            expected_now |= {(SORTS[each].type, it) for each, it in stack.physical.items()}
        for (kind, it), kept in self.kept.items():
            logical_id = next(each for each, sort in SORTS.items() if sort.type == kind)
            assert self.look(logical_id, it) == kept.told
        standing = {
            (sort.type, it) for sort in {id(s.all): s for s in SORTS.values()}.values() for it in sort.all(self.cloud)
        }
        assert standing == expected_now, "\n".join(self.told(stack.id) for stack in self.stacks.values())
        exports = {each["Name"]: each["Value"] for each in self.cloud.cfn.list_exports()["Exports"]}
        assert exports == self.world.exports()

    def check_stack(self, name: str, stack: Stack) -> None:
        told = self.cloud.stack(name)
        assert (told["StackStatus"], told["EnableTerminationProtection"]) == (stack.status, stack.protected)
        if stack.wanted is None:
            return
        assert self.listed(name) == stack.physical
        outputs = {**stack.physical, **{f"Export{name}": value for name, value in stack.wanted.exports.items()}}
        assert self.cloud.outputs(name) == outputs, self.told(name)
        for each, it in stack.physical.items():
            wanted = expected(stack.wanted, each, stack.physical, self.world.exports())
            assert self.look(each, it) == plain(wanted), f"{each}: {self.told(name)}"


def test_whatever_happens_only_what_the_model_knows_exists() -> None:
    Machine.killable, Machine.moto_app = Killable(), moto()
    try:
        # No shrinking: it would run for many minutes, and the story of the stack tells more than a shorter one.
        phases = [Phase.explicit, Phase.reuse, Phase.generate]
        limits = settings(max_examples=EXAMPLES, stateful_step_count=8, deadline=None, phases=phases,
                          suppress_health_check=list(HealthCheck))  # fmt: skip
        run_state_machine_as_test(Machine, settings=limits)
    finally:
        Machine.killable.end()
