from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuum.dates import DateError, instant, written


@pytest.mark.parametrize(
    "text",
    [
        "2012-12-13T00:00:00Z",
        "2012-12-13T00:00:00.000000Z",
        "2012-12-13T00:00:00+00:00",
        "2012-12-13T02:00:00+02:00",
        "2012-12-13 00:00:00",
        "2012-12-13",
        " 2012-12-13T00:00:00Z\n",
    ],
)
def test_one_instant_in_many_forms(text: str) -> None:
    assert instant(text) == datetime(2012, 12, 13, tzinfo=UTC)
    assert written(instant(text)) == "2012-12-13T00:00:00Z"


@pytest.mark.parametrize("text", ["", "soon", "2012-13-12", "1355356800", "0001-01-01T00:00:00+14:00", "None"])
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(DateError, match="is not a date such as"):
        instant(text)


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1)), st.integers(-840, 840))
def test_what_is_written_is_read(date: datetime, minutes: int) -> None:
    there = date.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    assert instant(written(there)) == there
    assert len(written(there)) == len("2012-12-13T00:00:00Z")
