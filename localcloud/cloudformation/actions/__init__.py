"""The API's actions: functions of the service and the call's parameters, named as AWS names them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from localcloud.cloudformation.service import CloudFormation

Asked = dict[str, Any]
Action = Callable[["CloudFormation", Asked], dict[str, Any]]

MODULES = (
    "changesets", "deleting", "drift", "events", "exports", "operating", "policies", "reading",
    "recovering", "templates",
)  # fmt: skip
_ACTIONS: dict[str, Action] = {}


def action(function: Action) -> Action:
    """Register `create_stack` as CreateStack."""
    name = "".join(part.capitalize() for part in function.__name__.split("_"))
    _ACTIONS[name] = function
    return function


def find(name: str) -> Action | None:
    """The action of that name; None where the local cloud does not have it."""
    _load()
    return _ACTIONS.get(name)


@cache
def _load() -> None:
    """All of them, before the first is looked for: another thread's first call may come in the middle."""
    for module in MODULES:
        import_module(f"{__name__}.{module}")
