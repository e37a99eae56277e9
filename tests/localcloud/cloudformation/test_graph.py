"""Who needs whom, and work along the arrows."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.cloudformation.errors import ValidationError
from localcloud.cloudformation.graph import check_no_circle, in_order, references, turned, walk

NEEDS = {"a": frozenset[str](), "b": frozenset({"a"}), "c": frozenset({"a"}), "d": frozenset({"b", "c"})}


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"Ref": "A"}, {("A", None)}),
        ({"Fn::GetAtt": "A.Endpoint.Port"}, {("A", "Endpoint.Port")}),
        ({"x": [{"Fn::Sub": "${A}-${B.Arn}-${!C}-${D}"}]}, {("A", None), ("B", "Arn"), ("D", None)}),
        ({"Fn::Sub": ["${A}${B}", {"A": {"Ref": "C"}}]}, {("B", None), ("C", None)}),
        ({"Fn::If": ["Yes", {"Ref": "A"}, {"Ref": "B"}]}, {("A", None)}),
        ({"Fn::GetAtt": ["A", {"Ref": "B"}]}, {("A", None), ("B", None)}),
        ({"plain": "${A}"}, set()),
    ],
)
def test_references(value: Any, found: set[tuple[str, str | None]]) -> None:
    assert set(references(value, lambda name: name == "Yes")) == found


def test_a_circle_is_named() -> None:
    with pytest.raises(ValidationError, match=r"Circular dependency between resources: \[a, b\]"):
        check_no_circle({"a": frozenset("b"), "b": frozenset("a"), "c": frozenset("a")})


def test_order_and_its_reverse() -> None:
    order = in_order(NEEDS)
    assert order.index("a") < order.index("b") < order.index("d")
    assert turned(NEEDS)["a"] == {"b", "c"}


graphs = st.integers(1, 12).flatmap(
    lambda size: st.tuples(
        *[
            st.frozensets(st.integers(0, max(0, n - 1)).map(str), max_size=3) if n else st.just(frozenset())
            for n in range(size)
        ]
    ).map(lambda needs: {str(n): need - {str(n)} for n, need in enumerate(needs)})
)


@given(graphs)
def test_everything_is_done_once_and_after_what_it_needs(needs: dict[str, frozenset[str]]) -> None:
    done: list[str] = []
    assert walk(needs, done.append) == {}
    assert sorted(done) == sorted(needs)
    assert all(done.index(need) < done.index(name) for name in needs for need in needs[name])


def test_branches_run_side_by_side() -> None:
    both = threading.Barrier(2, timeout=5)

    def work(name: str) -> None:
        if name in ("b", "c"):
            both.wait()

    assert walk(NEEDS, work) == {}


def test_a_failure_stops_what_has_not_begun() -> None:
    done, stopped = [], threading.Event()

    def work(name: str) -> None:
        if name == "b":
            raise RuntimeError(name)
        time.sleep(0.05 if name == "c" else 0)
        done.append(name)

    assert set(walk(NEEDS, work, on_failure=stopped.set)) == {"b"}
    assert done == ["a", "c"]
    assert stopped.is_set()


def test_without_a_stop_the_other_branches_go_on() -> None:
    done = []

    def work(name: str) -> None:
        if name == "b":
            raise RuntimeError(name)
        done.append(name)

    chain = {**NEEDS, "e": frozenset({"c"})}
    assert set(walk(chain, work)) == {"b"}
    assert sorted(done) == ["a", "c", "e"]
