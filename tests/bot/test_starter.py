"""Ids of executions, and what belongs together by name."""

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.queue_workflow_starter import execution_id
from bot.workflow import PERIODIC, WORKFLOWS
from continuum.messages.starter import StartWorkflow

files = st.fixed_dictionaries({"bucket_name": st.text(), "file_name": st.text(), "file_etag": st.text()})


@given(files | st.dictionaries(st.text(), st.text() | st.integers()))
def test_an_id_is_one_that_swf_allows(data: dict[str, Any]) -> None:
    made = execution_id("Ping", StartWorkflow("Ping", data), "6f1d")
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,256}", made)


@given(files, files)
def test_two_files_share_an_id_only_if_they_are_the_same(one: dict[str, str], other: dict[str, str]) -> None:
    if not (all(one.values()) and all(other.values())):
        return
    ids = [execution_id("P", StartWorkflow("P", data), str(n)) for n, data in enumerate((one, other, dict(one)))]
    assert (ids[0] == ids[1]) == (one == other)
    assert ids[0] == ids[2]


runs = st.fixed_dictionaries({"article_id": st.text(), "version": st.text(), "run": st.text()})


@given(runs, runs)
def test_two_runs_share_an_id_only_if_they_are_the_same(one: dict[str, str], other: dict[str, str]) -> None:
    if not (all(one.values()) and all(other.values())):
        return
    ids = [execution_id("P", StartWorkflow("P", data), str(n)) for n, data in enumerate((one, other))]
    assert (ids[0] == ids[1]) == (one == other)


def test_an_id_can_be_read() -> None:
    made = execution_id("Post", StartWorkflow("Post", {"article_id": "00353", "version": 1, "run": "6f-1d"}), "m")
    assert made.startswith("Post_00353.1_6f-1d_")


def test_without_a_file_each_message_has_its_own() -> None:
    assert execution_id("Ping", StartWorkflow("Ping"), "a") != execution_id("Ping", StartWorkflow("Ping"), "b")


def test_what_runs_periodically_is_a_workflow() -> None:
    assert set(PERIODIC) <= set(WORKFLOWS)
