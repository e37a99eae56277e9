"""Nodes of a YAML file become typed values, by the type hints of the dataclass that describes them.

Own code, because the libraries for this (cattrs, pydantic) know no line numbers and cost 40 to 60 ms of start-up,
on every command."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from builder.projects.mistakes import Mistakes
from builder.projects.source import Mapping, Node, Scalar, Sequence

_NAMED = {int: "a whole number", bool: "true or false", str: "a text"}
_NOTHING = object()  # stands for a value that could not be read; its mistake is noted


class Reader:
    """Reads nodes as values of a type; what is wrong goes into `mistakes`.

    A `partial` reader does without required keys and with empty values: for layers that are not whole by themselves."""

    def __init__(self, mistakes: Mistakes, *, partial: bool = False) -> None:
        self.mistakes = mistakes
        self.partial = partial
        # Layers share most of their nodes: each is read once. The node is kept, so that its id stays its own.
        self._known: dict[tuple[int, Any], tuple[Node, Any]] = {}

    def read(self, node: Node, hint: Any) -> Any:
        """The node's value, without the optional parts that have a mistake; None where a needed part has one."""
        value = self._read(node, hint)
        return None if value is _NOTHING else value

    def _read(self, node: Node, hint: Any) -> Any:
        if self.partial and _is_null(node):
            return _NOTHING  # in a layer, an empty value takes away what the layer below has
        kind = get_origin(hint)
        if kind is Annotated:
            return self._limited(node, hint)
        if kind in (Union, UnionType):
            return self._read(node, next(each for each in get_args(hint) if each is not NoneType))
        if is_dataclass(hint):
            if (id(node), hint) not in self._known:
                self._known[id(node), hint] = (node, self._dataclass(node, hint))
            return self._known[id(node), hint][1]
        if isinstance(node, Scalar) and node.kind == "null":
            return self._wrong(node, "is empty: give it a value, or leave the line out")
        if kind is Literal:
            return self._choice(node, get_args(hint))
        if kind is tuple:
            return self._tuple(node, get_args(hint)[0])
        if kind is not None and issubclass(kind, MappingOf):
            return self._mapping(node, *get_args(hint))
        return self._scalar(node, hint)

    def _wrong(self, node: Node, what: str) -> Any:
        self.mistakes.add(node.origin, what)
        return _NOTHING

    def _limited(self, node: Node, hint: Any) -> Any:
        inner, *limits = get_args(hint)
        value = self._read(node, inner)
        if value is _NOTHING:
            return value
        for limit in limits:
            mistake = limit.mistake(value) if hasattr(limit, "mistake") else None
            if mistake:
                return self._wrong(node, mistake)
        return value

    def _scalar(self, node: Node, hint: type) -> Any:
        if not isinstance(node, Scalar):
            return self._wrong(node, f"must be {_NAMED[hint]}, not {_shown(node)}")
        if hint is bool and node.kind == "bool":
            return node.text.lower() in ("true", "yes", "on")
        if hint is int and node.kind == "int" and node.text.isdecimal():
            return int(node.text)
        if hint is str and node.kind == "bool":
            return self._wrong(node, f"must be a text, and {node.text} is true or false in YAML: write '{node.text}'")
        if hint is str:
            return node.text  # a version or a date stays as it is written
        return self._wrong(node, f"must be {_NAMED[hint]}, not {_shown(node)}")

    def _choice(self, node: Node, choices: tuple[str, ...]) -> Any:
        if isinstance(node, Scalar) and node.text in choices:
            return node.text
        shown = f"'{node.text}'" if isinstance(node, Scalar) else _shown(node)
        return self._wrong(node, f"{shown} is not one of {', '.join(choices)}{_meant(shown.strip(chr(39)), choices)}")

    def _tuple(self, node: Node, hint: Any) -> Any:
        if not isinstance(node, Sequence):
            return self._wrong(node, f"must be a list, not {_shown(node)}: write it as [{_text(node)}]")
        return tuple(value for item in node.items if (value := self._read(item, hint)) is not _NOTHING)

    def _mapping(self, node: Node, key_hint: Any, hint: Any) -> Any:
        if not isinstance(node, Mapping):
            return self._wrong(node, f"must hold keys with values, not {_shown(node)}")
        values = {}
        for text, item in node.entries.items():
            key = self._read(Scalar(text, "int" if text.isdecimal() else "str", item.origin), key_hint)
            value = self._read(item, hint)
            if key is not _NOTHING and value is not _NOTHING:
                values[key] = value
        return values

    def _dataclass(self, node: Node, hint: Any) -> Any:
        known = schema(hint)
        short = getattr(hint, "short_form", None)
        if short and isinstance(node, Scalar) and node.kind != "null":
            return self._dataclass(Mapping({short: node}, node.origin), hint)
        if not isinstance(node, Mapping):
            needed = ", ".join(f"{key}: …" for key, found in known.items() if found.required)
            what = f"is empty: write {{{needed}}}" if _is_null(node) else f"must hold keys, not {_shown(node)}"
            return self._wrong(node, what)
        for key, item in node.entries.items():
            if key not in known:
                self._wrong(item, f"there is no such key{_meant(key, known) or '; known here: ' + ', '.join(known)}")
        values = {}
        for key, (name, inner, required) in known.items():
            if key in node.entries:
                values[name] = self._read(node.entries[key], inner)
            elif required and not self.partial:
                self._wrong(node, f"lacks the key {key}: add it")
                values[name] = _NOTHING
        # What has a mistake is left out, so that what contradicts the rest is found in the same run.
        good = {name: value for name, value in values.items() if value is not _NOTHING}
        lacking = any(required and name not in good for name, _, required in known.values())
        return _NOTHING if self.partial or lacking else hint(**good)


class Key(NamedTuple):
    """A key that a mapping may have: the field behind it, its type, and whether it must be there."""

    field: str
    hint: Any
    required: bool


@cache
def schema(described: type) -> dict[str, Key]:
    """The keys of a dataclass as they are written in the files: field names with hyphens."""
    hints = get_type_hints(described, include_extras=True)
    return {
        field.name.replace("_", "-"): Key(
            field.name, hints[field.name], field.default is MISSING and field.default_factory is MISSING
        )
        for field in fields(described)
    }


def spelt_out(node: Mapping, described: type) -> Mapping:
    """The mapping with its sections' short forms written in full (`repo: bot` becomes `repo: {path: bot}`), so that
    layers can be merged key by key. Ports keep theirs: `22: 22` over another `22` replaces all that was said of it."""
    entries = dict(node.entries)
    for key, found in schema(described).items():
        section, inner = entries.get(key), _section_type(found.hint)
        if inner and isinstance(section, Mapping):
            entries[key] = spelt_out(section, inner)
        elif inner and isinstance(section, Scalar) and not _is_null(section) and hasattr(inner, "short_form"):
            entries[key] = Mapping({inner.short_form: section}, section.origin)
    return Mapping(entries, node.origin)


def _section_type(hint: Any) -> Any:
    """The dataclass behind a hint such as `Annotated[Repo | None, …]`; None for all that is no dataclass."""
    while get_origin(hint) in (Annotated, Union, UnionType):
        hint = next(each for each in get_args(hint) if each is not NoneType)
    return hint if is_dataclass(hint) else None


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.kind == "null"


def _shown(node: Node) -> str:
    if isinstance(node, Mapping):
        return "keys with values"
    return "a list" if isinstance(node, Sequence) else f"'{node.text}'"


def _text(node: Node) -> str:
    return node.text if isinstance(node, Scalar) else "…"


def _meant(written: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches  # wanted only where something is misspelt

    near = get_close_matches(written, known, n=1, cutoff=0.6)
    return f", did you mean {near[0]}?" if near else ""
