"""continuum-highstate: make this machine what salt/ says it is, and write down what had to be put right."""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from . import aws, highstate, history, outcome, tree
from .machine import ConvergeError

LOCK = Path("/run/continuum/lock")


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
    source = aws.gather()
    _install(source.tree)
    highstate.keep_settings(source.minion, source.tree)
    answer, secrets = highstate.run(test)
    states = outcome.read(answer, secrets)
    run = history.run_of(source, states, began, time.monotonic() - started, test)
    if as_json:
        print(json.dumps(run.as_json()), flush=True)
    else:
        print("\n".join([*history.told(run, states), history.summary(run)]), flush=True)
    if not test:
        history.keep(run, states)
        history.keep_last(run)
        if trouble := aws.report(source, run.time, json.dumps(run.as_json())):
            print(trouble, file=sys.stderr)
    return 1 if run.failed else 0


def _install(newest: tree.Tree) -> None:
    """Make the tree current; where it is new, let its bootstrap replace this program, then start that one."""
    if newest == tree.last_good():
        return
    done = subprocess.run([newest.bootstrap], check=False)
    if done.returncode:
        raise ConvergeError(f"{newest.bootstrap} failed ({done.returncode}); its messages are above")
    tree.make_current(newest)
    # The lock's file descriptor closes at exec, and the new program takes the lock anew.
    os.execv(sys.executable, [sys.executable, "-m", "continuum_highstate", *sys.argv[1:]])


def _show_history(count: int, as_json: bool) -> int:
    runs = history.past(count)
    if as_json:
        print(json.dumps(runs))
        return 0
    for past in runs:
        counts = f"changed {past['changed']}, failed {past['failed']} in {past['seconds']:.1f} s"
        print(f"{past['time'][:19]}Z  {past['kind']:6}  {past['result']:6}  tree {past['tree'][:10]}  {counts}")
        for state in (*past["changes"], *past["failures"]):
            told = dict(state, differences=tuple(outcome.Difference(**each) for each in state["differences"]))
            for line in outcome.StateResult(**told).lines():
                print(f"    {line}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
