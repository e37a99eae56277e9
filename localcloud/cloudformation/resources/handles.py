"""AWS::CloudFormation: wait conditions, and the handles by which they are told."""

from __future__ import annotations

import json
import time
from typing import Any

from localcloud.cloudformation.resources.at import At
from localcloud.cloudformation.resources.kind import Existing, Kind, NotStabilized, Plain, Properties, names
from localcloud.cloudformation.signals import LONGEST, PATH, subject


class WaitConditionHandle(Kind):
    """An address that anybody who knows it may PUT a signal to; often a stack's only resource, for want of another."""

    type = "AWS::CloudFormation::WaitConditionHandle"

    def create(self, at: At, new: Properties) -> str:
        name, unique = at.stack_id.split("/")[1:]
        return at.address(f"{PATH}{at.region}/{at.account}/{name}/{unique}/{at.logical_id}/{at.seed}")

    def delete(self, at: At, it: Existing) -> None:
        """There is nothing behind a handle; an address that has gone with its stack is refused."""


class WaitCondition(Kind):
    """Complete once its handle was told so often enough."""

    type = "AWS::CloudFormation::WaitCondition"
    in_place = names("Count Handle Timeout")
    attributes = names("Data")
    # Without a handle it waits for SignalResource, as its creation policy says.

    def create(self, at: At, new: Properties) -> str:
        if ("Handle" in new) != ("Timeout" in new):
            raise Plain("Both Handle and Timeout must be specified, or neither of them")
        if "Timeout" in new and not 1 <= float(new["Timeout"]) <= LONGEST:
            raise Plain(f"Value for Timeout property must be between 1 and {LONGEST}")
        handle = subject(str(new["Handle"])).split("/")[-2:-1] if "Handle" in new else []
        return f"{at.stack_id}/{(handle or [at.logical_id])[0]}"

    def found(self, at: At, new: Properties) -> str | None:
        return self.create(at, new)

    def settle(self, at: At, it: Existing) -> None:
        if "Handle" not in it.properties:
            return
        count, handle = int(it.properties.get("Count", 1)), subject(str(it.properties["Handle"]))
        left = float(it.properties["Timeout"]) - (time.time() - at.begun)
        try:
            at.wait(lambda: _enough(at, handle, count), "signals", seconds=max(left, 0))
        except NotStabilized:
            heard = len(at.signals(handle))
            said = f"WaitCondition timed out. Received {heard} conditions when expecting {count}"
            raise Plain(said) from None

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        heard = at.signals(subject(str(it.properties.get("Handle", ""))))
        return {"Data": json.dumps({each.unique_id: each.data for each in heard}, separators=(",", ":"))}

    def update(self, at: At, it: Existing, new: Properties) -> None:
        raise Plain(f"Update to resource type {self.type} is not supported.")

    def delete(self, at: At, it: Existing) -> None:
        """There is nothing behind it."""


def _enough(at: At, handle: str, count: int) -> bool | None:
    heard = at.signals(handle)
    for each in heard:
        if each.status == "UNPARSABLE":
            raise Plain("Unparsable WaitCondition data")
        if each.status == "FAILURE":
            raise Plain(f"WaitCondition received failed message: '{each.reason}' for uniqueId: {each.unique_id}")
    return True if len(heard) >= count else None
