"""YAML files as plain nodes that know their line. No tag in a file can build an object."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from pathlib import Path
from typing import NamedTuple

import yaml

from builder.projects.mistakes import Mistakes, Origin

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's is ten times as fast, where there is one
_TAG = "tag:yaml.org,2002:"
_PLAIN = ("str", "int", "float", "bool", "null", "timestamp")


class Scalar(NamedTuple):
    """A single value, as its text and what YAML takes it for (`str`, `int`, `float`, `bool`, `null`, `timestamp`)."""

    text: str
    kind: str
    origin: Origin


class Sequence(NamedTuple):
    """A list."""

    items: tuple[Node, ...]
    origin: Origin


class Mapping(NamedTuple):
    """Keys with values, in the file's order."""

    entries: MappingOf[str, Node]
    origin: Origin


Node = Scalar | Sequence | Mapping


def read(path: Path, name: str, mistakes: Mistakes) -> Mapping | None:
    """The file's content; None where it cannot be read. What is wrong with it as YAML goes into `mistakes`,
    under `name`, which is how the user knows the file."""
    top = Origin(name, 1, "")
    try:
        tree = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
        node = _node(tree, top, mistakes, ()) if tree else Mapping({}, top)
    except OSError as error:
        mistakes.add(top, f"cannot be read ({error.strerror}): create it, or name another file")
        return None
    except UnicodeDecodeError:
        mistakes.add(top, "is not UTF-8 text: save it as UTF-8")
        return None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        mistakes.add(Origin(name, line, ""), f"is not YAML: {error.problem or error.context}")
        return None
    except yaml.YAMLError as error:
        mistakes.add(top, f"is not YAML: {error}")
        return None
    except RecursionError:
        mistakes.add(top, "is nested too deeply: no key is more than a few levels deep")
        return None
    if node is None:
        return None
    if isinstance(node, Mapping):
        return node
    mistakes.add(top, "must hold keys with values at its top level")
    return None


def find(node: Node, place: Iterable[str]) -> Node:
    """The node to which these keys (and places in lists) lead; where one is missing, the last that is there."""
    for key in place:
        if isinstance(node, Mapping) and key in node.entries:
            node = node.entries[key]
        elif isinstance(node, Sequence) and key.isdecimal() and int(key) < len(node.items):
            node = node.items[int(key)]
        else:
            break
    return node


def _node(tree: yaml.Node, origin: Origin, mistakes: Mistakes, inside: tuple[yaml.Node, ...]) -> Node | None:
    if any(tree is outer for outer in inside):
        mistakes.add(origin, "refers to itself: an alias (*) may not stand inside of its own anchor (&)")
        return None
    if isinstance(tree, yaml.MappingNode) and tree.tag == _TAG + "map":
        return _mapping(tree, origin, mistakes, (*inside, tree))
    if isinstance(tree, yaml.SequenceNode) and tree.tag == _TAG + "seq":
        items = (
            _node(item, origin.below(str(index), item.start_mark.line + 1), mistakes, (*inside, tree))
            for index, item in enumerate(tree.value)
        )
        return Sequence(tuple(item for item in items if item is not None), origin)
    kind = tree.tag.removeprefix(_TAG)
    if isinstance(tree, yaml.ScalarNode) and kind in _PLAIN:
        return Scalar(tree.value, kind, origin)
    mistakes.add(origin, f"has the tag {tree.tag}, which is not allowed here: write the plain value")
    return None


def _mapping(tree: yaml.MappingNode, origin: Origin, mistakes: Mistakes, inside: tuple[yaml.Node, ...]) -> Mapping:
    entries: dict[str, Node] = {}
    for key, value in tree.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode) or key.tag == _TAG + "merge":
            what = "<< is not supported: write what projects share under `defaults`"
            mistakes.add(origin.below("<<" if isinstance(key, yaml.ScalarNode) else "?", line), what)
            continue
        here = origin.below(key.value, line)
        if key.value in entries:
            first = entries[key.value].origin.line
            mistakes.add(here, f"stands here a second time (first on line {first}): keep one of the two")
            continue
        node = _node(value, here, mistakes, inside)
        if node is not None:
            entries[key.value] = node
    return Mapping(entries, origin)
