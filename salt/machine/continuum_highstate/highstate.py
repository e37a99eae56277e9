"""One highstate, run inside this process: a second start of Salt would cost more than a no-op highstate's states."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from .tree import Tree

SETTINGS = Path("/etc/salt/minion")


def settings(minion: str, tree: Tree) -> dict[str, Any]:
    """Salt's settings on this machine. They stand where Salt looks by default, so that salt-call works by hand too."""
    return {
        "id": minion,
        "file_client": "local",
        "file_roots": {"base": [str(tree.states)]},
        "pillar_roots": {"base": [str(tree.pillar)]},
        "module_dirs": [str(tree.states / "_modules")],
        "states_dirs": [str(tree.states / "_states")],
        # The two folders above are read where they lie; copying them first would cost time and leave old ones behind.
        "autoload_dynamic_modules": False,
        "enable_fqdns_grains": False,  # seconds of name look-ups for names that nothing here uses
        "enable_gpu_grains": False,
        "retcode_passthrough": True,
        "state_output": "changes",
        "state_verbose": False,
        "log_level": "warning",
    }


def keep_settings(minion: str, tree: Tree, file: Path = SETTINGS) -> None:
    text = "# Written at each converge by continuum-highstate.\n" + yaml.safe_dump(settings(minion, tree))
    if not file.exists() or file.read_text() != text:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def run(test: bool = False, file: Path = SETTINGS) -> tuple[Any, frozenset[str]]:
    """Run state.highstate; return Salt's own return, and every secret that a state looked up meanwhile.

    With `test` nothing is changed: the return says what would be.
    """
    import salt.client
    import salt.config

    options = salt.config.minion_config(str(file))
    caller = salt.client.Caller(mopts=options)
    seen: dict[Any, str] = {}
    # States get this same dictionary as their __context__["elife.secrets"] (see _modules/elife.py).
    caller.sminion.functions.pack["__context__"]["elife.secrets"] = seen
    # queue: someone's salt-call by hand is waited for, rather than refused.
    answer = caller.cmd("state.highstate", test=test, queue=True)
    return answer, frozenset(value for value in seen.values() if value)
