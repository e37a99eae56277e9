"""Settings of an application: a class of a settings module chosen by its name, or the module itself."""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import TypeVar

from continuum.fields import FieldError, build

T = TypeVar("T")


class SettingsError(Exception):
    """Settings that can't be used: says which file and class, what is wrong, and what there is instead."""


def choose(module: ModuleType, name: str | None = None) -> type:
    """The settings class called `name`; without a name the one that `default_environment` of the module names.

    Raises SettingsError where there is none, with the names that there are.
    """
    known = environments(module)
    wanted = name or getattr(module, "default_environment", None)
    if wanted is None:
        raise SettingsError(f"{module.__file__}: no environment given and no default_environment; {_there_are(known)}")
    if wanted not in known:
        raise SettingsError(f"{module.__file__}: no settings class {wanted!r}; {_there_are(known)}")
    return known[wanted]


def environments(module: ModuleType) -> dict[str, type]:
    """The module's settings classes by the names they can be chosen by."""
    return {name: value for name, value in vars(module).items() if inspect.isclass(value) and not name.startswith("_")}


def read(kind: type[T], source: type | ModuleType) -> T:
    """Settings of type `kind` from the attributes of a class (its bases' too) or of a module.

    Raises SettingsError naming every attribute that is missing or wrong.
    """
    where = f"settings {source.__file__}" if isinstance(source, ModuleType) else f"settings class {source.__name__}"
    try:
        return build(kind, dict(inspect.getmembers(source)), where)
    except FieldError as error:
        raise SettingsError(str(error)) from error


def _there_are(known: dict[str, type]) -> str:
    return f"there are: {', '.join(sorted(known))}" if known else "it has no settings class at all"
