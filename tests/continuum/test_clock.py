"""A machine's clock that is wrong is put right by what AWS says."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from continuum import clock


@pytest.fixture(autouse=True)
def right_again() -> Iterator[None]:
    yield
    clock.hear(format_datetime(datetime.now(UTC), usegmt=True))


def off(seconds: float) -> float:
    """By how much the time is another after AWS has said one that is this much ahead."""
    clock.hear(format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True))
    return (clock.now() - datetime.now(UTC)).total_seconds()


@pytest.mark.parametrize("seconds", [120, -120, 86400])
def test_a_clock_that_is_wrong_is_put_right(seconds: int) -> None:
    assert off(seconds) == pytest.approx(seconds, abs=2)


@pytest.mark.parametrize("seconds", [0, 5, -5])
def test_what_an_answers_way_may_take_is_no_mistake(seconds: int) -> None:
    assert off(120) > 100
    assert off(seconds) == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize("said", ["", "yesterday", "Mon, 23 Nov 2026", "Mon, 23 Nov 2026 00:00:00"])
def test_what_is_no_time_is_not_heard(said: str) -> None:
    off(120)
    clock.hear(said)
    assert (clock.now() - datetime.now(UTC)).total_seconds() > 100
