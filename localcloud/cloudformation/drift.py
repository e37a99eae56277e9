"""Drift: what a service tells of a resource, compared with what the template says of it.

As AWS's "Detect unmanaged configuration changes" has it, only what the template sets is compared; whatever else the
service tells is not looked at. Lists are compared as sets.
"""

from __future__ import annotations

import json
from typing import Any

from localcloud.cloudformation.differences import differences
from localcloud.cloudformation.records import Body, Drift, Resource
from localcloud.cloudformation.resources import find
from localcloud.cloudformation.resources.at import At
from localcloud.cloudformation.resources.kind import Existing, is_absent


def look(at: At, row: Resource, body: Body, now: float) -> Drift:
    """One resource, as it is at this moment. Raises what its service raises where it can't be asked."""
    drift = Drift(row.stack_id, row.logical_id, body.type, body.physical_id, "NOT_CHECKED", now)
    try:
        told = find(body.type).actual(at, Existing(body.physical_id, body.properties, body.attributes))
    except Exception as error:
        if not is_absent(error):
            raise
        drift.status, drift.expected = "DELETED", dict(body.properties)
        return drift
    if told is None:
        return drift
    expected = {name: value for name, value in body.properties.items() if not _is_secret(value)}
    drift.expected, drift.actual = expected, {name: told[name] for name in expected if name in told}
    drift.differences = list(differences(expected, drift.actual))
    drift.status = "MODIFIED" if drift.differences else "IN_SYNC"
    return drift


def _is_secret(value: Any) -> bool:
    """A dynamic reference stands for what must not be shown."""
    return "{{resolve:" in json.dumps(value)
