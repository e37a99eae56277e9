"""Why a converge had something to do, and what is kept of it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from continuum_highstate import history
from continuum_highstate.aws import Source
from continuum_highstate.outcome import Difference, StateResult
from continuum_highstate.tree import Tree

STACK: dict[str, Any] = {
    "project": {"branch": "main", "revision": "0123456789abcdef"},
    "cfn": {"stack_name": "elife-bot-ct"},
    "machine": {"minion": "elife-bot-ct--2", "bucket": "b", "region": "us-east-1"},
}
NGINX = StateResult(
    id="nginx",
    function="service.running",
    name="nginx",
    sls="base.nginx",
    result=True,
    comment="",
    differences=(Difference("service nginx", "stopped", "running"),),
    seconds=0.1,
)


def run_of(*states: StateResult, before: dict[str, Any] | None = None, tree: str = "a" * 64) -> history.Run:
    source = Source(STACK, Tree(tree, Path("/srv/continuum") / tree))
    return history.run_of(source, states, datetime(2026, 11, 22, 3, 0, tzinfo=UTC), 2.9, before)


@pytest.mark.parametrize(
    ("before", "changed", "kind"),
    [
        (None, True, "first"),
        ({"tree": "old", "data": "d", "failed": 0}, True, "update"),
        ({"tree": "t", "data": "old", "failed": 0}, True, "update"),
        ({"tree": "t", "data": "d", "failed": 0}, True, "drift"),
        ({"tree": "t", "data": "d", "failed": 1}, True, "retry"),
        ({"tree": "t", "data": "d", "failed": 0}, False, "none"),
    ],
)
def test_drift_is_what_changed_though_nothing_new_was_asked(before: Any, changed: bool, kind: str) -> None:
    assert history.kind_of("t", "d", changed, before) == kind


def test_a_run_is_kept_for_programs_and_for_people(tmp_path: Path) -> None:
    run = run_of(NGINX)
    history.keep(run, [NGINX], tmp_path / "history", tmp_path / "log")
    (kept,) = history.past(5, tmp_path / "history")
    assert kept["minion"] == "elife-bot-ct--2" and kept["result"] == "ok" and kept["changed"] == 1
    assert (tmp_path / "log").read_text().splitlines() == [
        "2026-11-22T03:00:00.000000Z elife-bot-ct--2 main@0123456789 tree aaaaaaaaaa first ok: "
        "Changed 1, unchanged 0, failed 0 in 2.9 s",
        "  changed nginx (service.running): service nginx: stopped -> running",
    ]


def test_the_next_change_under_the_same_tree_and_data_is_drift(tmp_path: Path) -> None:
    history.keep(run_of(NGINX), [NGINX], tmp_path / "history", tmp_path / "log")
    before = history.last(tmp_path / "history")
    assert run_of(NGINX, before=before).kind == "drift"
    assert run_of(NGINX, before=before, tree="b" * 64).kind == "update"


def test_only_the_last_runs_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "KEPT", 2)
    folder = tmp_path / "history"
    folder.mkdir()
    for day in (1, 2, 3):
        (folder / f"2026-11-0{day}T030000Z.json").write_text(json.dumps({"day": day}))
    history.keep(run_of(), [], folder, tmp_path / "log")
    assert [file.name for file in sorted(folder.iterdir())] == [
        "2026-11-03T030000Z.json",
        "2026-11-22T030000.000000Z.json",
    ]
