from dataclasses import dataclass

import pytest

from continuum.fields import FieldError, build


@dataclass(frozen=True)
class Thing:
    name: str
    count: int
    on: bool = False


@dataclass(frozen=True)
class Simple:
    name: str = ""
    count: int = 0
    on: bool = False


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"name": 1}, "name must be text, is 1"),
        ({"name": None}, "name must be text, is None"),
        ({"count": "1_000"}, "count must be a whole number, is '1_000'"),
        ({"count": "٣"}, "count must be a whole number"),
        ({"count": ""}, "count must be a whole number"),
        ({"count": 1.0}, "count must be a whole number"),
        ({"count": True}, "count must be a whole number, is True"),
        ({"on": 1}, "on must be True or False, is 1"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(values: dict[str, object], problem: str) -> None:
    with pytest.raises(FieldError, match=problem):
        build(Simple, values, "x")


def test_a_number_may_be_written_as_text() -> None:
    assert build(Simple, {"count": "0042"}, "x") == Simple(count=42)


def test_every_problem_is_named() -> None:
    with pytest.raises(FieldError) as caught:
        build(Thing, {"on": "yes"}, "the thing")
    assert str(caught.value) == ("the thing: name is missing; count is missing; on must be True or False, is 'yes'")
