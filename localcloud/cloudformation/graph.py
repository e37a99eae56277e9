"""Which resource needs which: names a value refers to, circles, and work done in parallel along the arrows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from graphlib import CycleError, TopologicalSorter
from typing import Any

from localcloud.cloudformation.errors import ValidationError
from localcloud.cloudformation.intrinsics import PLACEHOLDER, attribute_target, sub_parts

Graph = Mapping[str, frozenset[str]]


def references(value: Any, holds: Callable[[str], bool] | None = None) -> Iterator[tuple[str, str | None]]:
    """Every (name, attribute) that `value` refers to by Ref, Fn::GetAtt or Fn::Sub; the attribute is None for a Ref.

    `holds` tells whether a condition is true; with it, only the branch of a Fn::If that counts is looked at.
    """
    if isinstance(value, list):
        for item in value:
            yield from references(item, holds)
    if not isinstance(value, Mapping):
        return
    if len(value) == 1:
        name, argument = next(iter(value.items()))
        if name == "Ref" and isinstance(argument, str):
            yield argument, None
            return
        if name == "Fn::GetAtt":
            target, attribute = attribute_target(argument)
            yield target, attribute if isinstance(attribute, str) else None
            yield from references(attribute, holds)
            return
        if name == "Fn::Sub":
            yield from _sub_references(argument, holds)
            return
        if name == "Fn::If" and holds and isinstance(argument, list) and len(argument) == 3:
            yield from references(argument[1 if holds(argument[0]) else 2], holds)
            return
    for item in value.values():
        yield from references(item, holds)


def _sub_references(argument: Any, holds: Callable[[str], bool] | None) -> Iterator[tuple[str, str | None]]:
    template, variables = sub_parts(argument)
    yield from references(list(variables.values()), holds)
    for match in PLACEHOLDER.finditer(template):
        name, dot, attribute = match[1].strip().partition(".")
        if match[1].strip() not in variables:
            yield name, attribute if dot else None


def check_no_circle(graph: Graph) -> None:
    """Raise ValidationError naming the resources of a circle, where there is one."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        names = ", ".join(sorted(set(error.args[1])))
        raise ValidationError(f"Circular dependency between resources: [{names}]") from None


def in_order(graph: Graph) -> list[str]:
    """Names with what they need first; the same graph always gives the same order."""
    ordered = {name: sorted(graph[name] & graph.keys()) for name in sorted(graph)}
    return list(TopologicalSorter(ordered).static_order())


def turned(graph: Graph) -> dict[str, frozenset[str]]:
    """The graph with every arrow turned round: what must be gone before a name can go."""
    needed_by: dict[str, set[str]] = {name: set() for name in graph}
    for name, needs in graph.items():
        for need in needs & graph.keys():
            needed_by[need].add(name)
    return {name: frozenset(users) for name, users in needed_by.items()}


def walk(
    graph: Graph,
    work: Callable[[str], None],
    *,
    on_failure: Callable[[], None] | None = None,
    workers: int = 16,
) -> dict[str, BaseException]:
    """Do `work` for every name as soon as what it needs is done; give back what failed, by name.

    With `on_failure`, the first failure calls it and nothing new is begun. Without, only what needs
    the failed name is left out, and the rest goes on.
    """
    failed: dict[str, BaseException] = {}
    needs = {name: set(graph[name]) & graph.keys() for name in graph}
    under_way: dict[Future[None], str] = {}
    with ThreadPoolExecutor(min(workers, max(1, len(graph))), thread_name_prefix=_pool_name()) as pool:
        while True:
            ready = [] if failed and on_failure else sorted(name for name in needs if not needs[name])
            for name in ready:
                del needs[name]
                under_way[pool.submit(work, name)] = name
            if not under_way:
                return failed
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                name = under_way.pop(future)
                if (error := future.exception()) is None:
                    for others in needs.values():
                        others.discard(name)
                    continue
                if on_failure and not failed:
                    on_failure()
                failed[name] = error


def _pool_name() -> str:
    return f"{threading.current_thread().name}-branch"
