"""continuum-highstate: make this machine what salt/ says it is, and write down what had to be put right."""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import highstate, history, machine, outcome, tree
from .machine import ConvergeError

LOCK = Path("/run/continuum/lock")
ONCE = "CONTINUUM_TREE"  # set for the program's second start, after a new tree has replaced the program itself


def main() -> int:
    arguments = _arguments()
    if arguments.history:
        return _show_history(arguments.n, arguments.json)
    try:
        with _alone():
            return _converge(arguments.test, arguments.json)
    except ConvergeError as error:
        print(f"continuum-highstate: {error}", file=sys.stderr)
        return 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="continuum-highstate", description=__doc__)
    parser.add_argument("--test", action="store_true", help="change nothing; say what would change")
    parser.add_argument("--json", action="store_true", help="print the run (or the history) as JSON")
    parser.add_argument("--history", action="store_true", help="show past runs, the newest last")
    parser.add_argument("-n", type=int, default=20, metavar="COUNT", help="how many past runs (20)")
    return parser.parse_args()


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the machine's one converge lock: two runs would undo each other's work."""
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with LOCK.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("another converge is at work on this machine: waiting for it", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _converge(test: bool, as_json: bool) -> int:
    began, started = datetime.now(UTC), time.monotonic()
    notes: list[str] = []
    stack, newest, s3 = _prepare(notes)
    minion, bucket = stack["machine"]["minion"], stack["machine"]["bucket"]
    _install(newest)
    highstate.keep_settings(minion, newest)
    answer, secrets = highstate.run(test)
    states = outcome.read(answer, secrets)
    before = (history.past(1) or [None])[0]
    data = hashlib.sha256(json.dumps(stack, sort_keys=True).encode()).hexdigest()
    changed = [state for state in states if state.changed]
    failed = [state for state in states if state.failed]
    run = history.Run(
        time=began.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        minion=minion,
        stack=stack["cfn"]["stack_name"],
        kind="test" if test else history.kind_of(newest.sha256, data, bool(changed), before),
        tree=newest.sha256,
        branch=stack["project"]["branch"],
        revision=stack["project"]["revision"],
        data=data,
        seconds=round(time.monotonic() - started, 2),
        changed=len(changed),
        unchanged=len(states) - len(changed) - len(failed),
        failed=len(failed),
        changes=tuple(state.as_json() for state in changed),
        failures=tuple(state.as_json() for state in failed),
        notes=tuple(notes),
    )
    _show(run, states, test, as_json)
    if not test:
        history.keep(run, states)
        history.keep_last(run)
        _report(run, s3, bucket)
    return 1 if failed else 0


def _prepare(notes: list[str]) -> tuple[dict[str, Any], tree.Tree, Any]:
    """The machine's data, the tree to run and an S3 client; what AWS can't give now is taken from the last run."""
    import botocore.exceptions
    import botocore.session
    from botocore.config import Config

    unavailable = (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError)
    kept, good = machine.kept_stack(), tree.last_good()
    identity: machine.Identity | None = None
    s3: Any = None
    try:
        identity = machine.read_identity()
        session = botocore.session.get_session()
        config = Config(region_name=identity.region, connect_timeout=5, read_timeout=30, retries={"max_attempts": 3})
        s3 = session.create_client("s3", config=config)
        stack = machine.read_stack(identity, session.create_client("cloudformation", config=config))
        machine.keep_stack(stack)
    except (*unavailable, ConvergeError) as error:
        if kept is None:
            raise ConvergeError(f"this machine's stack can't be read: {error}") from error
        notes.append(f"this machine's stack can't be read now, its data of the last run is used: {error}")
        stack = kept
    try:
        if s3 is None:
            raise ConvergeError("no instance metadata")
        newest = tree.newest(s3, stack["machine"]["bucket"])
    except (*unavailable, ConvergeError) as error:
        if good is None:
            raise ConvergeError(f"the Salt tree can't be fetched: {error}") from error
        notes.append(f"the Salt tree can't be fetched now, the last good one is used: {error}")
        newest = good
    return stack, newest, s3


def _install(newest: tree.Tree) -> None:
    """Make the tree current; where it is new, let its bootstrap replace this program, then start that one."""
    if newest == tree.last_good() and os.environ.get(ONCE) != newest.sha256:
        return
    if os.environ.get(ONCE) != newest.sha256:
        done = subprocess.run([newest.bootstrap], check=False)
        if done.returncode:
            raise ConvergeError(f"{newest.bootstrap} failed ({done.returncode}); its messages are above")
        tree.make_current(newest)
        # The lock's file descriptor closes at exec, so the new program takes the lock anew.
        os.execve(sys.executable, [sys.executable, "-m", __package__, *sys.argv[1:]], os.environ | {ONCE: newest.sha256})


def _show(run: history.Run, states: Sequence[outcome.StateResult], test: bool, as_json: bool) -> None:
    if as_json:
        print(json.dumps(run.as_json()), flush=True)
        return
    for line in history.told(run, states):
        print(line.removeprefix("  "))
    print(history.summary(run, test), flush=True)


def _report(run: history.Run, s3: Any, bucket: str) -> None:
    """Put the run into the builder's bucket; where that fails the machine's own history still has it."""
    import botocore.exceptions

    key = f"stacks/{run.stack}/highstate/{run.minion}/{run.time.replace(':', '')}.json"
    try:
        if s3 is not None:
            s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(run.as_json()).encode(), ContentType="application/json")
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        print(f"this run could not be reported to s3://{bucket}/{key}: {error}", file=sys.stderr)


def _show_history(count: int, as_json: bool) -> int:
    runs = history.past(count)
    if as_json:
        print(json.dumps(runs))
        return 0
    for past in runs:
        print(f"{past['time'][:19]}Z  {past['kind']:6}  {past['result']:6}  {past['seconds']:6.1f} s  tree {past['tree'][:10]}"
              f"  changed {past['changed']}, failed {past['failed']}")
        for state in (*past["changes"], *past["failures"]):
            told = dict(state, differences=tuple(outcome.Difference(**each) for each in state["differences"]))
            for line in outcome.StateResult(**told).lines():
                print(f"    {line}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
