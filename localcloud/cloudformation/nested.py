"""Nested stacks: stacks that are resources of another, made, changed and removed with it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from localcloud.cloudformation.errors import ValidationError
from localcloud.cloudformation.intrinsics import text
from localcloud.cloudformation.records import Operation, Stack, Version

if TYPE_CHECKING:
    from localcloud.cloudformation.service import CloudFormation

DEEPEST = 20  # stacks within stacks: one that contains itself must end
NOTHING_TO_DO = "No updates are to be performed."


class Nested:
    """What a stack does with its children. A child's update keeps what it replaced until `release` or `back`."""

    def __init__(self, service: CloudFormation) -> None:
        self._service = service

    def find(self, name_or_id: str) -> Stack | None:
        return self._service.store.stack(name_or_id)

    def create(self, parent_id: str, name: str, properties: Mapping[str, Any]) -> str:
        """Begin to make a child; its id."""
        from localcloud.cloudformation.actions.operating import new_stack

        parent = self._service.stack(parent_id)
        self._check_depth(parent)
        asked = {**_asked(parent, properties), "StackName": name}
        if "TimeoutInMinutes" in properties:
            asked["TimeoutInMinutes"] = int(properties["TimeoutInMinutes"])
        if parent.on_failure == "DO_NOTHING":
            asked["OnFailure"] = "DO_NOTHING"
        return new_stack(self._service, asked, parent).id

    def update(self, parent_id: str, child_id: str, properties: Mapping[str, Any]) -> bool:
        """Begin to change a child, or find it begun. Whether there was anything to do."""
        from localcloud.cloudformation.actions.operating import change_stack

        if self._service.store.operation(child_id) is not None:
            return True
        child, parent = self._service.live_stack(child_id), self._service.stack(parent_id)
        try:
            change_stack(self._service, child, _asked(parent, properties), deferred=True)
        except ValidationError as error:
            if error.message == NOTHING_TO_DO:
                return False
            raise
        return True

    def back(self, child_id: str) -> bool:
        """Begin to roll a child's update back. Whether there was anything to roll back."""
        under_way = self._service.store.operation(child_id)
        if under_way is None or under_way.kind != "update":
            return False
        if under_way.phase in ("forward", "cleanup"):
            child = self._service.live_stack(child_id)
            back = Operation(child_id, "update", "rollback", under_way.before, under_way.after, time.time())
            child.version = under_way.before
            self._service.engine.accept(
                child, back, "UPDATE_ROLLBACK_IN_PROGRESS", "Rollback requested by parent stack"
            )
        return True

    def release(self, child_id: str) -> None:
        """Let a child's update remove what it replaced: the parent's own has come through."""
        waiting, child = self._service.store.operation(child_id), self._service.store.stack(child_id)
        if waiting is not None and child is not None and waiting.deferred:
            waiting.deferred = False
            self._service.store.keep_operation(waiting)
            self._service.engine.begin(child, waiting)

    def delete(self, child_id: str) -> None:
        """Begin to remove a child, if it is not being removed already."""
        child = self._service.store.stack(child_id)
        if child is None or child.deleted is not None or child.status == "DELETE_IN_PROGRESS":
            return
        kept: Version = child.version
        operation = Operation(child_id, "delete", "remove", kept, kept, time.time())
        self._service.engine.accept(child, operation, "DELETE_IN_PROGRESS")

    def _check_depth(self, stack: Stack) -> None:
        depth = 0
        above: Stack | None = stack
        while above is not None and above.parent_id is not None:
            above, depth = self._service.store.stack(above.parent_id), depth + 1
        if depth >= DEEPEST:
            raise ValidationError(f"Stacks are nested deeper than {DEEPEST} levels")


def _asked(parent: Stack, properties: Mapping[str, Any]) -> dict[str, Any]:
    """What the API would be asked, had somebody called it for the child."""
    given = properties.get("Parameters", {})
    return {
        "TemplateURL": text(properties["TemplateURL"]),
        "Parameters": [
            {
                "ParameterKey": name,
                "ParameterValue": ",".join(map(text, value)) if isinstance(value, list) else text(value),
            }
            for name, value in given.items()
        ],
        "Tags": [{"Key": text(tag["Key"]), "Value": text(tag["Value"])} for tag in properties.get("Tags", [])],
        "NotificationARNs": list(properties.get("NotificationARNs", [])),
        "Capabilities": parent.version.capabilities,
    }
