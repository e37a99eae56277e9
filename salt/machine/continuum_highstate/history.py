"""What each converge found and did: a file each for programs, a few lines each in a log for people."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from .aws import Source
from .outcome import StateResult

HISTORY = Path("/var/lib/continuum/history")
LOG = Path("/var/log/daily-system-update.log")
LAST = Path("/run/continuum/last.json")
KEPT = 400  # runs: a year and a bit of daily ones


@dataclass(frozen=True)
class Run:
    """One converge. `time` is its start, ISO 8601 UTC; `kind` says why there was something to do (see kind_of)."""

    time: str
    minion: str
    stack: str
    kind: str
    tree: str
    branch: str | None
    revision: str | None
    data: str  # hash of the machine's data (stack.json)
    seconds: float = 0.0
    changed: int = 0
    unchanged: int = 0
    failed: int = 0
    changes: tuple[dict[str, Any], ...] = ()
    failures: tuple[dict[str, Any], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def result(self) -> str:
        return "failed" if self.failed else "ok"

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"result": self.result}


def run_of(
    source: Source,
    states: Sequence[StateResult],
    began: datetime,
    seconds: float,
    before: dict[str, Any] | None,
    test: bool = False,
) -> Run:
    """What a highstate's states amount to. `before` is the run before it, as it was kept; None where there was none."""
    changed = [state for state in states if state.changed]
    failed = [state for state in states if state.failed]
    data = hashlib.sha256(json.dumps(source.stack, sort_keys=True).encode()).hexdigest()
    return Run(
        time=began.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        minion=source.minion,
        stack=source.stack_name,
        kind="test" if test else kind_of(source.tree.sha256, data, bool(changed), before),
        tree=source.tree.sha256,
        branch=source.stack["project"]["branch"],
        revision=source.stack["project"]["revision"],
        data=data,
        seconds=round(seconds, 2),
        changed=len(changed),
        unchanged=len(states) - len(changed) - len(failed),
        failed=len(failed),
        changes=tuple(state.as_json() for state in changed),
        failures=tuple(state.as_json() for state in failed),
        notes=source.notes,
    )


def kind_of(tree: str, data: str, changed: bool, before: dict[str, Any] | None) -> str:
    """Why this run changed something: first, update (tree or machine's data are new), retry (the last run failed),
    drift (the machine had moved away from what it was told to be); none where nothing had to be done."""
    if before is None:
        return "first"
    if (before["tree"], before["data"]) != (tree, data):
        return "update"
    if not changed:
        return "none"
    return "retry" if before["failed"] else "drift"


def summary(run: Run) -> str:
    word = "Would change" if run.kind == "test" else "Changed"
    return f"{word} {run.changed}, unchanged {run.unchanged}, failed {run.failed} in {run.seconds:.1f} s"


def heading(run: Run) -> str:
    what = f" {run.branch}@{run.revision[:10]}" if run.branch and run.revision else ""
    return f"{run.time} {run.minion}{what} tree {run.tree[:10]} {run.kind} {run.result}: {summary(run)}"


def keep(run: Run, states: Sequence[StateResult], history: Path = HISTORY, log: Path = LOG) -> Path:
    """Write the run's file and its lines in the log; return the file."""
    history.mkdir(parents=True, exist_ok=True)
    file = history / f"{run.time.replace(':', '')}.json"
    part = file.with_suffix(".part")
    part.write_text(json.dumps(run.as_json()))
    part.replace(file)
    for old in sorted(history.glob("*.json"))[:-KEPT]:
        old.unlink()
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640), "a") as stream:
        stream.write("\n".join([heading(run), *(f"  {line}" for line in told(run, states))]) + "\n")
    return file


def told(run: Run, states: Sequence[StateResult]) -> Iterator[str]:
    """What had to be done and what failed, a few words a line."""
    yield from (f"note: {note}" for note in run.notes)
    for state in states:
        if state.changed or state.failed:
            yield from state.lines()


def keep_last(run: Run, file: Path = LAST) -> None:
    """Put the run where whoever triggered it over ssh reads it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_text(json.dumps(run.as_json()))
    part.replace(file)


def last(history: Path = HISTORY) -> dict[str, Any] | None:
    """The last run; None before the first."""
    return next(iter(past(1, history)), None)


def past(count: int, history: Path = HISTORY) -> list[dict[str, Any]]:
    """The last `count` runs, the oldest first."""
    return [json.loads(file.read_text()) for file in sorted(history.glob("*.json"))[-count:]]
