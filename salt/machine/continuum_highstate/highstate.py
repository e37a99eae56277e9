"""One highstate, run inside this process: a second start of Salt would cost more than a no-op highstate's states."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
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


def keep_settings(minion: str, tree: Tree, file: Path = SETTINGS) -> bool:
    """Write Salt's settings; whether they were others before."""
    text = "# Written at each converge by continuum-highstate.\n" + yaml.safe_dump(settings(minion, tree))
    if file.exists() and file.read_text() == text:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return True


class Salt:
    """Salt, started: half a second of imports, grains and modules."""

    def __init__(self, file: Path = SETTINGS) -> None:
        import salt  # sets filters of its own for warnings

        warnings.filterwarnings("ignore", category=DeprecationWarning)  # its authors' business, not an operator's
        logging.disable(logging.INFO)  # thousands of records that nobody reads
        import salt.client
        import salt.config

        _look_no_further()
        self._caller = salt.client.Caller(mopts=salt.config.minion_config(str(file)))

    def highstate(self, test: bool = False) -> Any:
        """Run state.highstate; Salt's own return. With `test` nothing is changed: the return says what would be."""
        # queue: someone's salt-call by hand is waited for, rather than refused.
        return self._caller.cmd("state.highstate", test=test, queue=True)


def _look_no_further() -> None:
    """Have Salt believe that a module it has loaded lacks a function.

    To be sure, it would load all of its 500 modules: half a second, for each package state asks for functions that
    apt's module lacks. What may hold the function yet, files of a similar name, is still looked into.
    """
    from salt.loader.lazy import LazyLoader

    everywhere = LazyLoader._iter_files  # the closest names first

    def nearby(self: Any, module: str) -> Iterator[str]:
        known = module in self.loaded_modules
        for name in everywhere(self, module):
            if known and module not in name:
                return
            yield name

    LazyLoader._iter_files = nearby
