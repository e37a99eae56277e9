"""Each API action that the project uses, called by others' clients; docs/local-cloud-api.md is what comes of it."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

pytest.register_assert_rewrite("tests.localcloud.api.checks")  # a failure shows what was compared

from tests.conftest import new_cloud  # noqa: E402
from tests.localcloud.api.check import AWS_CLI, At, Check, Found, run, run_all  # noqa: E402
from tests.localcloud.api.checks import CHECKS, TITLES  # noqa: E402
from tests.localcloud.api.page import markdown  # noqa: E402

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs/local-cloud-api.md"
USERS = ("builder", "bot", "lax", "dashboard", "website", "feeder", "continuum", "salt", "fabfile.py")

pytestmark = pytest.mark.machines


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Found]]:
    """What every check has found, by the check's name; all are run once, on a cloud of their own."""
    for cloud in new_cloud(tmp_path_factory.mktemp("api") / "home"):
        yield {each.check.name: each for each in run_all(CHECKS, cloud.home)}


@pytest.mark.parametrize("name", [each.name for each in CHECKS])
def test_it_is_true(found: dict[str, Found], name: str) -> None:
    assert not found[name].failure, found[name].failure


def test_the_page_is_what_was_found(found: dict[str, Found]) -> None:
    assert PAGE.read_text() == markdown(found.values()), (
        "sudo .venv/bin/python -m tests.localcloud.api.page >docs/local-cloud-api.md"
    )


def test_a_difference_that_is_none_of_the_declared_ones_is_a_failure() -> None:
    def odd(at: At) -> None:
        """Odd"""
        at.differs("kept, not enforced", "exploded", here="", aws="AccessDenied")

    def uncalled(at: At) -> None:
        """Named, and not called"""

    for wrong, told in ((odd, "neither AWS's 'AccessDenied'"), (uncalled, "named and not called: s3.GetObject")):
        check = Check("s3", ("GetObject",), wrong)
        assert told in run(check, At(Path("/nonexistent"), check.name, botocore.session.Session())).failure


def test_no_action_that_the_project_calls_is_missing_from_the_page() -> None:
    """Read from the source: every call whose name is an action's of a service on the page."""
    session = botocore.session.Session()
    actions: dict[str, set[str]] = {}
    for service in TITLES.keys() - {AWS_CLI}:
        for action in session.get_service_model(service).operation_names:
            actions.setdefault(xform_name(action), set()).add(f"{service}.{action}")
    shown = {f"{each.service}.{action}" for each in CHECKS for action in each.actions}
    missing = {
        f"{where}: {' or '.join(sorted(actions[name]))}"
        for name, where in _calls()
        if name in actions and not actions[name] & shown
    }
    assert not missing, "\n".join(sorted(missing))


def _calls() -> Iterator[tuple[str, str]]:
    """(method called, file:line) of everything that talks to AWS; paginators and waiters by what they call."""
    listed = subprocess.run(
        ["git", "ls-files", "--", *(each for each in USERS if (ROOT / each).exists())],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    for file in (Path(line) for line in listed if line.endswith(".py") and "/config/" not in line):
        for node in ast.walk(ast.parse((ROOT / file).read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield node.func.attr, f"{file}:{node.lineno}"
                if node.func.attr == "get_paginator" and isinstance(node.args[0], ast.Constant):
                    yield str(node.args[0].value), f"{file}:{node.lineno}"
