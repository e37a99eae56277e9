"""A table of every key that projects/*.yaml may have, from the schema itself.

python -m builder.projects.reference >docs/projects.md    # after each change of the schema
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as MappingOf
from dataclasses import MISSING, fields, is_dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from builder.projects.reader import schema
from builder.projects.schema import Keys
from cloudformation.limits import Between, Doc

HEAD = """\
# What a project may say

Every key of `projects/*.yaml`. Made from the schema (`builder/projects/schema.py`, `cloudformation/description.py`) by
`.venv/bin/python -m builder.projects.reference >docs/projects.md`; a test sees to it that this page is up to date.

A value comes from `defaults`, over that the project's own, over that `aws-alt`'s (instance ids, and under each the same
keys as in `aws`). An empty value takes away: `rds: null` is no database. Under `defaults`, `aws.rds`, `aws.ext` and
`repo` say what these are like where a project asks for one. `./bldr project NAME INSTANCE_ID` shows what holds, and
which line of which file says so. `<name>` stands for names of your own, `[]` for each entry of a list.

"""


class Described(NamedTuple):
    """One key: `aws.rds.storage`, `whole number, 20 to 65536`, `20`, `GiB`."""

    key: str
    type: str
    default: str  # '' where there is none
    meaning: str


def keys() -> list[Described]:
    """Every key, parents before their children. `<name>` stands for names of the user's own."""
    return list(_keys(Keys, ""))


def markdown() -> str:
    """docs/projects.md: what the keys are for, and the table."""
    head = ["| key | value | default | meaning |", "|---|---|---|---|"]
    rows = (f"| `{each.key}` | {each.type} | {each.default} | {each.meaning.replace('<', '&lt;')} |" for each in keys())
    return HEAD + "\n".join([*head, *rows])


def _keys(described: type, above: str) -> Iterator[Described]:
    defaults = {field.name: field for field in fields(described)}
    for key, (name, hint, required) in schema(described).items():
        inner, limits = _bare(hint)
        doc = next((limit.text for limit in limits if isinstance(limit, Doc)), "")
        default = "required" if required else _default(defaults[name].default)
        yield Described(f"{above}{key}", _type(inner, limits), default, doc)
        nested, step = _nested(inner)
        if nested:
            yield from _keys(nested, f"{above}{key}{step}.")


def _nested(hint: Any) -> tuple[Any, str]:
    """The dataclass inside of a type, and how a key gets there: `.<name>` for a mapping's, `[]` for a list's."""
    kind, step = get_origin(hint), ""
    if kind is tuple:
        hint, step = _bare(get_args(hint)[0])[0], "[]"
    elif isinstance(kind, type) and issubclass(kind, MappingOf):
        hint, step = _bare(get_args(hint)[1])[0], ".<name>"
    return (hint, step) if is_dataclass(hint) else (None, "")


def _bare(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """A type without Annotated and without `| None`, and the limits that stood with it."""
    limits: tuple[Any, ...] = ()
    while True:
        kind = get_origin(hint)
        if kind is Annotated:
            hint, *found = get_args(hint)
            limits += tuple(found)
        elif kind in (Union, UnionType):
            hint = next(each for each in get_args(hint) if each is not NoneType)
        else:
            return hint, limits


def _type(hint: Any, limits: tuple[Any, ...]) -> str:
    kind = get_origin(hint)
    if kind is Literal:
        return " or ".join(get_args(hint))
    if kind is tuple:
        return f"list of {_type(*_bare(get_args(hint)[0]))}"
    if is_dataclass(hint) or kind is not None:
        return "keys"
    between = next((limit for limit in limits if isinstance(limit, Between)), None)
    spread = f", {between.least} to {between.most}" if between else ""
    return {int: "whole number", bool: "true or false"}.get(hint, "text") + spread


def _default(value: Any) -> str:
    if value is MISSING or value is None or value == ():
        return ""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


if __name__ == "__main__":
    print(markdown())
