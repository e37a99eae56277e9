"""What states ask of this machine: its data (`elife.cfg`), its secrets (`elife.secret`), what it can do."""

from __future__ import annotations

import json
import pathlib
from typing import Any

from continuum_highstate import secret as _secret

STACK_FILE = pathlib.Path("/var/lib/continuum/stack.json")


def cfg(*paths: Any) -> Any:
    """
    The first of the dotted paths that has a value in the project's data or the stack's.

    With two or more arguments the last one is the default; with one there is none, and the answer is then None.

    CLI Example:

    .. code-block:: bash

        salt-call elife.cfg cfn.outputs.RDSHost
        salt-call elife.cfg project.branch project.revision master
    """
    *asked, default = paths if len(paths) > 1 else (*paths, None)
    data = _stack()
    for path in asked:
        value = _at(data, path)
        if value is not None:
            return value
    return default


def _stack() -> dict[str, Any]:
    # A few hundred microseconds; kept nowhere, for the file is new at each converge.
    return dict(json.loads(STACK_FILE.read_text())) if STACK_FILE.exists() else {}


def _at(data: Any, path: str) -> Any:
    for word in path.split("."):
        if not isinstance(data, dict) or word not in data:
            return None
        data = data[word]
    return data


def secret(name: str, key: str | None = None) -> str:
    """
    A secret's text, or the value under `key` where the secret is JSON, by the machine's own role.

    Kept in memory for this run only; it never reaches a disk or the run's report.

    name
        ARN or name of the secret in Secrets Manager

    CLI Example:

    .. code-block:: bash

        salt-call elife.secret arn:aws:secretsmanager:…:secret:elife-lax password
    """
    return _secret.read(name, key, cfg("machine.region"))


def owns_clock() -> bool:
    """
    Whether this machine sets its own clock; a container has its host's.

    CLI Example:

    .. code-block:: bash

        salt-call elife.owns_clock
    """
    return not pathlib.Path("/run/systemd/container").exists()
