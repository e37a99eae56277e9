"""An execution's history: events in order, as SWF writes and pages them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from localcloud.swf import pages
from localcloud.swf.store import Change
from localcloud.text import text

if TYPE_CHECKING:
    from localcloud.swf.executions import Execution


def append(change: Change, execution: Execution, type_: str, **attributes: Any) -> int:
    """Write an event, leaving out attributes that are None; its id."""
    number = execution.state.next_event
    execution.state.next_event += 1
    told = text({key: value for key, value in attributes.items() if value is not None})
    change.run("INSERT INTO events VALUES (?,?,?,?,?)", execution.number, number, change.now, type_, told)
    return number


def is_full(change: Change, execution: Execution) -> bool:
    """Whether it has as many events as an execution may ("Amazon SWF Quotas": history size)."""
    return execution.state.next_event > change.limits.events


def attributes(change: Change, execution: int, event: int) -> dict[str, Any]:
    """The attributes of one event that is known to exist."""
    row = change.row("SELECT attributes FROM events WHERE execution=? AND id=?", execution, event)
    return dict(json.loads(row["attributes"]))


def page(
    change: Change, execution: int, asked: dict[str, Any], first: int = 1, last: int | None = None
) -> tuple[list[str], int | None]:
    """JSON of the events `first` to `last`, as many as `asked` wants a page; the next one's id if there are more."""
    most = pages.size(asked)
    back = bool(asked.get("reverseOrder"))
    rows = change.rows(
        "SELECT id, time, type, attributes FROM events WHERE execution=? AND id BETWEEN ? AND ? "
        f"ORDER BY id {'DESC' if back else 'ASC'} LIMIT ?",
        execution, first, last if last is not None else 2**62, most + 1,
    )  # fmt: skip
    shown, more = pages.cut(rows, most)
    return [_event(row) for row in shown], rows[most]["id"] if more else None


def _event(row: Any) -> str:
    """HistoryEvent. Its attributes are kept as they are sent: long histories are read again at each decision."""
    id_, time, type_, attributes = row
    key = f"{type_[0].lower()}{type_[1:]}EventAttributes"
    return f'{{"eventId":{id_},"eventTimestamp":{time},"eventType":"{type_}","{key}":{attributes}}}'
