"""Old and new values in a plan."""

from __future__ import annotations

import json

import pytest

from builder.differences import differences


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ("t3.small", "t3.large", ["P  t3.small → t3.large"]),
        (None, "20", ["P  (none) → 20"]),
        (None, None, ["P"]),
        ('["a", "b"]', '["b", "c"]', ["P", "  - a", "  + c"]),
        ('["a", "b"]', '["b", "a"]', ["P  (in another order)"]),
        ('{"x": 1, "y": {"z": true}}', '{"x": 1, "y": {"z": false}}', ["P.y.z  true → false"]),
        ('[{"Port": 22}]', '[{"Port": 22}, {"Port": 80, "Cidr": "0.0.0.0/0"}]', ["P", "  + Port 80, Cidr 0.0.0.0/0"]),
    ],
)
def test_only_what_differs_is_told(before: str | None, after: str | None, lines: list[str]) -> None:
    assert differences("P", before, after) == lines


def test_a_long_value_is_cut_and_shows_it() -> None:
    (line,) = differences("P", "short", json.dumps("x" * 1000))
    assert len(line) < 250
    assert line.endswith("…")
