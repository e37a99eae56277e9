"""docs/local-cloud-api.md: each API action that the project uses, and how the local cloud's differs from AWS's.

    sudo .venv/bin/python -m tests.localcloud.api.page >docs/local-cloud-api.md    # about a minute

Nothing on the page is claimed by hand: every row is a check that has just run.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from localcloud.cloudformation.resources import every
from tests.conftest import new_cloud
from tests.localcloud.api.check import AWS_CLI, Found, run_all
from tests.localcloud.api.checks import CHECKS, TITLES

HEAD = """\
# The local cloud's API

Every API action that the project uses, and how it differs here from AWS. Made by `sudo .venv/bin/python -m
tests.localcloud.api.page >docs/local-cloud-api.md`, which calls each of them on a cloud of its own by botocore, its
waiters and paginators, and PyPI's awscli, and reads back what it did. A test calls them again and holds this page
equal.

What a row says was found true, as AWS documents it, but for what its last column tells, which was found too. An action
that stands nowhere here may work (moto answers it) and is not promised. [The local cloud](local-cloud.md#known-limits)
has the limits of machines.
"""


def markdown(found: Iterable[Found]) -> str:
    """The page, of checks that have run."""
    parts = [HEAD]
    for service, rows in groupby(found, key=lambda each: each.check.service):
        column = "commands" if service == AWS_CLI else "actions"
        parts += [
            f"## {TITLES[service]}\n",
            f"| {column} | what was found true | but differs from AWS |",
            "|---|---|---|",
        ]
        parts += [*map(_row, rows), ""]
        if service == "cloudformation":
            parts += [_types(), ""]
    return "\n".join(parts).rstrip() + "\n"


def _row(found: Found) -> str:
    words = [f"`aws {each}`" if found.check.service == AWS_CLI else each for each in found.check.actions]
    return f"| {', '.join(words)} | {found.check.what} | {'; '.join(found.differences)} |"


def _types() -> str:
    """What stacks can be made of; tests/localcloud/cloudformation makes, changes, replaces and removes each."""
    return f"Types of resources: {', '.join(f'`{each}`' for each in every())}."


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        for cloud in new_cloud(Path(folder) / "home"):
            found = run_all(CHECKS, cloud.home)
    failed = [each for each in found if each.failure]
    for each in failed:
        print(f"{each.check.name}\n{each.failure}", file=sys.stderr)
    if not failed:
        print(markdown(found), end="")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
