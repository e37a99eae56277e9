"""continuum-highstate: make this machine what salt/ says it is, and write down what had to be put right."""

from __future__ import annotations

import argparse
import fcntl
import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import IO, NoReturn

from . import aws, highstate, history, outcome, secret, tree
from .machine import ConvergeError

LOCK = Path("/run/continuum/lock")


def main() -> int:
    arguments = _arguments()
    if arguments.history:
        return _show_history(arguments.n, arguments.json)
    try:
        with _alone() as lock:
            return _converge(lock, arguments.test, arguments.json)
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
def _alone() -> Iterator[IO[str]]:
    """Hold the machine's one converge lock: two runs would undo each other's work."""
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with LOCK.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("another converge is at work on this machine: waiting for it", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock


def _converge(lock: IO[str], test: bool, as_json: bool) -> int:
    began, started = datetime.now(UTC), time.monotonic()
    gc.disable()  # a run lasts seconds: looking for garbage among Salt's imports costs a tenth of it and frees nothing
    # AWS is asked by a process of its own while Salt starts in this one. It must not hold the lock past our end.
    with ProcessPoolExecutor(1, get_context("fork"), initializer=lock.close) as cloud:
        asked = cloud.submit(aws.gather)
        salt = highstate.Salt() if highstate.SETTINGS.exists() else None
        source = asked.result()
        if source.tree == tree.last_good():
            if highstate.keep_settings(source.minion, source.tree) or salt is None:
                salt = highstate.Salt()
            states = outcome.read(salt.highstate(test), secret.seen())
            run = history.run_of(source, states, began, time.monotonic() - started, history.last(), test)
            _tell(run, states, as_json)
            if not test and (trouble := cloud.submit(aws.report, source, run.time, json.dumps(run.as_json())).result()):
                print(trouble, file=sys.stderr)
            return 1 if run.failed else 0
    return _start_anew(source.tree)


def _start_anew(newest: tree.Tree) -> NoReturn:
    """Let a new tree's bootstrap replace this program, make the tree current, and start the new program."""
    done = subprocess.run([newest.bootstrap], check=False)
    if done.returncode:
        raise ConvergeError(f"{newest.bootstrap} failed ({done.returncode}); its messages are above")
    tree.make_current(newest)
    # The lock's file is closed by this, and locked again.
    os.execv(sys.executable, [sys.executable, "-m", "continuum_highstate", *sys.argv[1:]])


def _tell(run: history.Run, states: Sequence[outcome.StateResult], as_json: bool) -> None:
    if as_json:
        print(json.dumps(run.as_json()), flush=True)
    else:
        print("\n".join([*history.told(run, states), history.summary(run)]), flush=True)
    if run.kind != "test":
        history.keep(run, states)
        history.keep_last(run)


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
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # taking down Salt's thousands of modules in good order would take 0.2 s
