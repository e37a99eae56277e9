"""Found again after a crash: what has neither tags nor a name of its own is known by being what was asked for."""

from __future__ import annotations

from localcloud.cloudformation.differences import differences
from localcloud.cloudformation.resources.at import At
from localcloud.cloudformation.resources.kind import Existing, Kind, Properties, is_absent


def stands(kind: Kind, at: At, physical_id: str, new: Properties) -> str | None:
    """The physical id where the thing is there and as `new` says; else None."""
    try:
        told = kind.actual(at, Existing(physical_id, new))
    except Exception as error:
        if is_absent(error):
            return None
        raise
    return physical_id if told is not None and not any(differences(dict(new), told)) else None
