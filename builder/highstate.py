"""Having Salt make a machine what salt/ says it is: over ssh the same unit is started that the daily timer starts."""

from __future__ import annotations

import json
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from builder import cloud, machines, report, ssh, tree
from builder.errors import Failure, UsageError
from builder.machines import Machine
from builder.stacks import Stack

UNIT = "continuum-highstate.service"
ANSWER = "--- last.json ---"

# Runs on the machine as root, from the moment that it is told to go. The unit is there once the machine's first boot
# has run the tree's bootstrap; its answer counts only if it is a new file. The last lines of the log are for a run that
# did not come to write an answer.
TRIGGER = f"""
read -r go || exit 4
tries=0
until systemctl cat {UNIT} >/dev/null 2>&1; do
    tries=$((tries + 1))
    if [ $tries -gt 4500 ]; then echo "{UNIT} is not there 15 minutes after the boot"; exit 3; fi
    sleep 0.2
done
if [ "$(systemctl show --property ActiveState --value {UNIT})" = activating ]; then
    echo "a highstate is running already, perhaps of an older tree: waiting for its end"
    while [ "$(systemctl show --property ActiveState --value {UNIT})" = activating ]; do sleep 0.2; done
fi
answer=/run/continuum/last.json
before=$(stat -c '%i %y' $answer 2>/dev/null)
journalctl --unit {UNIT} --follow --lines 0 --output cat &
follower=$!
systemctl start {UNIT}
code=$?
kill $follower 2>/dev/null
wait $follower 2>/dev/null
if [ "$(stat -c '%i %y' $answer 2>/dev/null)" = "$before" ]; then
    journalctl --unit {UNIT} --lines 30 --output cat --no-pager
    exit $(( code ? code : 1 ))
fi
echo "{ANSWER}"
cat $answer
"""


@dataclass(frozen=True)
class Run:
    """One converge of one machine, as it reported it: counts of states, `seconds`, why it had something to do (`kind`:
    first, update, retry, drift or none), and what changed and failed (dicts as the machine wrote them)."""

    minion: str
    time: str
    kind: str
    changed: int
    unchanged: int
    failed: int
    seconds: float
    changes: tuple[dict[str, Any], ...]
    failures: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> Run:
        said = json.loads(text)
        known = {name: said[name] for name in ("minion", "time", "kind", "changed", "unchanged", "failed", "seconds")}
        return cls(
            **known, changes=tuple(said["changes"]), failures=tuple(said["failures"]), notes=tuple(said["notes"])
        )

    @property
    def summary(self) -> str:
        return f"Changed {self.changed}, unchanged {self.unchanged}, failed {self.failed}"


def converge_all(stack: Stack, *, upload: bool = True) -> list[Run]:
    """Converge every machine of a stack, all at once, and show what changed. Failure when a state failed on any.

    `upload` first makes this checkout's Salt tree the current one.
    """
    found = machines.of_outputs(stack) or machines.of_stack(stack.name)
    if not found:
        raise UsageError(f"{stack.name} has no machine to converge")
    with report.goes_on("Salt on the machine finishes by itself."), ThreadPoolExecutor(len(found)) as pool:
        reached = list(pool.map(_reached, found))
        triggers = [each for each in reached if isinstance(each, Trigger)]
        try:
            if upload:  # while ssh connects
                tree.upload(stack.parameters.get("BuilderBucket"))
            outcomes = list(pool.map(_outcome, triggers))
        except BaseException:
            for trigger in triggers:
                trigger.process.terminate()
            raise
    results = [*(each for each in reached if isinstance(each, Failure)), *outcomes]
    bad = [each for each in results if isinstance(each, Failure)]
    runs = [each for each in results if isinstance(each, Run)]
    for run in runs:
        show(run)
    bad += [Failure(f"{run.minion}: {run.failed} states failed (see above)") for run in runs if run.failed]
    if bad:
        raise Failure("\n".join(str(each) for each in bad))
    return runs


class Trigger:
    """The connection over which a machine's highstate unit is started: made at once, it waits to be told to go."""

    def __init__(self, machine: Machine) -> None:
        self.machine = ssh.wait(machine)
        command = [*ssh.arguments(self.machine), "--", f"sudo sh -c {shlex.quote(TRIGGER)}"]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True)

    def converge(self) -> Run:
        """Start the unit and wait for it; what the machine reports. Failure when it could not run."""
        name, printed = self.machine.name, list[str]()
        assert self.process.stdin
        assert self.process.stdout
        with report.step(f"highstate of {name}") as step, self.process:
            with suppress(BrokenPipeError):  # the connection is lost already: what ssh printed says why
                self.process.stdin.write("go\n")
                self.process.stdin.close()
            for line in self.process.stdout:
                printed.append(line.rstrip())
                if not printed[-1].startswith(("{", ANSWER)):
                    step.note(printed[-1][:60])
        if ANSWER in printed:
            return Run.read(printed[printed.index(ANSWER) + 1])
        told = "\n".join(f"    {line}" for line in printed[-15:])
        if self.process.returncode == ssh.UNREACHABLE:
            again = f"./bldr highstate {self.machine.stack} goes on from there."
            raise Failure(f"{name}: there is no connection, or it was lost:\n{told}", again)
        raise Failure(f"{name}: the highstate could not run (exit {self.process.returncode}):\n{told}")


def _reached(machine: Machine) -> Trigger | Failure:
    """One machine's failure never hides another's success."""
    try:
        return Trigger(machine)
    except Failure as failure:
        return failure


def _outcome(trigger: Trigger) -> Run | Failure:
    try:
        return trigger.converge()
    except Failure as failure:
        return failure


def show(run: Run) -> None:
    """Print what a converge changed, a state a line (with its differences, but for a first run), and its counts."""
    for note in run.notes:
        report.warn(f"{run.minion}: {note}")
    for state in run.changes:
        for line in _lines(state, whole=run.kind != "first"):
            report.say(f"    {line}", "quiet" if line.startswith(" ") else None)
    for state in run.failures:
        report.say(f"    ✗ {state['id']} ({state['function']}): {state['comment']}", "bad")
    report.result(f"  {run.minion}: {run.summary} in {report.duration(run.seconds)}", "bad" if run.failed else "good")


def _lines(state: dict[str, Any], whole: bool) -> list[str]:
    differences = [_told(each, state["id"]) for each in state["differences"]]
    title = f"~ {state['id']} ({state['function']})"
    if len(differences) == 1 and len(differences[0]) == 1:
        return [f"{title}: {differences[0][0]}"]
    if not whole:
        return [f"{title}: {len(differences)} changes"]
    return [title, *(f"    {line}" for lines in differences for line in lines)]


def _told(difference: dict[str, str], state: str) -> list[str]:
    """One difference: `what: before → after`, or a file's diff; what the state's id says already isn't said again."""
    what = "" if difference["what"] == state else f"{difference['what']}: "
    if difference["diff"]:
        return [what.rstrip(": ") or "diff", *(f"  {line}" for line in difference["diff"].splitlines()[:40])]
    before = f"{difference['before']} → " if difference["before"] not in ("", "(none)") else ""
    return [f"{what}{before}{difference['after'] or '(none)'}"]


def show_history(stack: Stack, count: int = 20) -> None:
    """Print the last highstates of a stack's machines, as they reported them to the builder's bucket."""
    runs = history(stack.name, count)
    if not runs:
        report.result(f"{stack.name}: no highstate has been reported yet")
        return
    for run in runs:
        when = datetime.fromisoformat(run.time).strftime("%Y-%m-%d %H:%M:%S")
        report.result(f"{when}  {run.minion}  {run.kind:6}  {run.summary} in {report.duration(run.seconds)}")
        if run.kind in ("drift", "retry"):
            for state in run.changes:
                report.result("\n".join(f"    {line}" for line in _lines(state, whole=True)))
        for state in run.failures:
            report.result(f"    ✗ {state['id']}: {state['comment']}")


def history(stack: str, count: int) -> list[Run]:
    """The last `count` highstates of a stack's machines, oldest first."""
    client, bucket = cloud.client("s3"), tree.ensure_bucket()
    newest = _reported(stack)[-count:]
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda key: Run.read(client.get_object(Bucket=bucket, Key=key)["Body"].read()), newest))


def was_converged(stack: Stack) -> bool:
    """True when a machine of this very stack reported a highstate without failure: its launch came to its end."""
    runs = history(stack.name, 3)
    return any(not run.failed and datetime.fromisoformat(run.time) > stack.created for run in runs)


def _reported(stack: str) -> list[str]:
    pages = (
        cloud.client("s3")
        .get_paginator("list_objects_v2")
        .paginate(Bucket=tree.ensure_bucket(), Prefix=f"stacks/{stack}/highstate/")
    )
    keys = [each["Key"] for page in pages for each in page.get("Contents", [])]
    return sorted(keys, key=lambda key: key.rpartition("/")[2])
