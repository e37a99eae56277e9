"""What Salt returned, as people and programs read it."""

from typing import Any

import pytest
from continuum_highstate import outcome


def returned(function: str, **more: Any) -> dict[str, Any]:
    module, name = function.split(".")
    key = f"{module}_|-the-id_|-the-name_|-{name}"
    plain = {"__id__": "the-id", "__sls__": "base", "name": "the-name", "result": True, "changes": {}, "duration": 5.0}
    return {key: plain | {"comment": ""} | more}


def lines(function: str, **more: Any) -> list[str]:
    return list(outcome.read(returned(function, **more))[0].lines())


@pytest.mark.parametrize(
    ("function", "changes", "comment", "told"),
    [
        ("service.running", {"nginx": True}, "Started service nginx", "service nginx: stopped -> running"),
        ("service.running", {"nginx": True}, "Service restarted", "service nginx: running -> restarted"),
        ("service.dead", {"nginx": True, "x": False}, "", "service x: running -> stopped"),
        ("pkg.installed", {"nginx": {"old": "1.22", "new": "1.24"}}, "", "nginx: 1.22 -> 1.24"),
        ("pkg.installed", {"nginx": {"old": "", "new": "1.24"}}, "", "nginx: (none) -> 1.24"),
        ("file.managed", {"diff": "New file", "mode": "0644"}, "", "the-name: (none) -> made"),
        ("file.directory", {"the-name": {"directory": "new"}}, "", "the-name: (none) -> made"),
        ("file.managed", {"diff": "<show_changes=False>"}, "", "the-name: (hidden) -> (hidden)"),
        ("cron.present", {"elife": "a line"}, "", "elife: (none) -> a line"),
    ],
)
def test_a_change_is_told_from_what_to_what(function: str, changes: dict[str, Any], comment: str, told: str) -> None:
    assert told in "\n".join(lines(function, changes=changes, comment=comment))


def test_an_edited_file_is_told_by_its_diff() -> None:
    diff = "--- \n+++ \n@@ -1 +1 @@\n-debug\n+info\n"
    assert "        -debug" in lines("file.managed", changes={"diff": diff})


def test_what_a_command_printed_is_never_told() -> None:
    changes = {"retcode": 0, "stdout": "password=hunter2", "stderr": "", "pid": 7}
    assert lines("cmd.run", changes=changes) == ["changed the-id (cmd.run): command: (none) -> ran, exit code 0"]


def test_a_secret_is_blotted_out_wherever_it_stands() -> None:
    states = outcome.read(
        returned("file.managed", result=False, comment="hunter2 is wrong", changes={"diff": "--- \n-hunter2"}),
        frozenset({"hunter2"}),
    )
    assert "hunter2" not in str(states)
    assert "(hidden) is wrong" in states[0].comment


def test_a_failed_state_counts_as_failed_even_if_it_changed_something() -> None:
    (state,) = outcome.read(returned("service.running", result=False, comment="no unit", changes={"nginx": True}))
    assert state.failed and not state.changed
    assert next(state.lines()) == "FAILED the-id (service.running): no unit"


def test_a_tree_that_does_not_render_is_one_failed_state() -> None:
    (state,) = outcome.read(["Rendering SLS 'base:elife-bot' failed: Jinja syntax error", "line 3"])
    assert state.failed and "Jinja syntax error; line 3" in state.comment


def test_states_come_in_the_order_they_ran() -> None:
    answer = returned("pkg.installed", __run_num__=1) | returned("service.running", __run_num__=0)
    assert [state.function for state in outcome.read(answer)] == ["service.running", "pkg.installed"]


def test_a_long_value_is_cut() -> None:
    (state,) = outcome.read(returned("cron.present", changes={"elife": "x" * 5000}))
    assert state.differences[0].after.endswith("(3000 more characters)")
