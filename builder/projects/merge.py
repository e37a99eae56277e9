"""One layer over another: defaults, a project, an alternative. Every value keeps its own origin."""

from __future__ import annotations

from collections.abc import Collection

from builder.projects.source import Mapping, Node, Scalar


def overlay(below: Mapping | None, above: Mapping | None) -> Mapping | None:
    """What holds where `above` is laid over `below`: mappings key by key, anything else replaced whole.
    An empty value (`rds: null`) takes away what `below` has under that key."""
    if below is None or above is None:
        return above if below is None else below
    entries: dict[str, Node] = dict(below.entries)
    for key, node in above.entries.items():
        under = entries.get(key)
        if under is not None and takes_away(node):
            del entries[key]
        elif isinstance(under, Mapping) and isinstance(node, Mapping):
            entries[key] = overlay(under, node) or node
        else:
            entries[key] = node
    return Mapping(entries, above.origin)


def takes_away(node: Node) -> bool:
    """True for an empty value."""
    return isinstance(node, Scalar) and node.kind == "null"


def only_asked_for(defaults: Mapping | None, sections: Collection[str], *layers: Mapping | None) -> Mapping | None:
    """`defaults` without those of its `sections` that no layer has: defaults say what a database is like
    where a project asks for one, and give none to the projects that do not."""
    if defaults is None:
        return None
    asked = {key for layer in layers if layer for key, node in layer.entries.items() if not takes_away(node)}
    kept = {key: node for key, node in defaults.entries.items() if key not in sections or key in asked}
    return Mapping(kept, defaults.origin)
