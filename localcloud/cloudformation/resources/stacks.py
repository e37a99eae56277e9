"""AWS::CloudFormation::Stack: a stack within a stack."""

from __future__ import annotations

from typing import Any

from localcloud.cloudformation.resources.at import At
from localcloud.cloudformation.resources.kind import Existing, Kind, Plain, Properties, names

FAILED = ("CREATE_FAILED", "ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED")
UPDATED = ("UPDATE_COMPLETE", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")


class Stack(Kind):
    type = "AWS::CloudFormation::Stack"
    required = names("TemplateURL")
    in_place = names("NotificationARNs Parameters Tags TemplateURL TimeoutInMinutes")
    tags = "Tags"
    refreshed = True  # its template may have changed where it lies

    def has_attribute(self, name: str) -> bool:
        return name.startswith("Outputs.")

    def create(self, at: At, new: Properties) -> str:
        return at.nested.create(at.stack_id, at.name(128), new)

    def found(self, at: At, new: Properties) -> str | None:
        child = at.nested.find(at.name(128))
        return child.id if child is not None and child.parent_id == at.stack_id else None

    def settle(self, at: At, it: Existing) -> None:
        """Wait for a creation; updates are waited for where they are begun."""

        def made() -> bool | None:
            status, reason = _state(at, it.id)
            if status in FAILED:
                raise Plain(f"Embedded stack {it.id} was not successfully created: {reason.strip()}")
            return None if status == "CREATE_IN_PROGRESS" else True

        at.wait(made, f"stack {it.id} is not created", seconds=24 * 3600)

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        child = at.nested.find(it.id)
        outputs = child.outputs if child is not None else []
        return {f"Outputs.{output['OutputKey']}": output["OutputValue"] for output in outputs}

    def update(self, at: At, it: Existing, new: Properties) -> None:
        if at.back:
            self._back(at, it)
        elif at.nested.update(at.stack_id, it.id, new):

            def changed() -> bool | None:
                status, reason = _state(at, it.id)
                if status in UPDATED:
                    return True
                if status == "UPDATE_IN_PROGRESS":
                    return None
                said = f"Currently in {status} with reason: {reason}"
                raise Plain(f"Embedded stack {it.id} was not successfully updated. {said}")

            at.wait(changed, f"stack {it.id} is not updated", seconds=24 * 3600)

    def _back(self, at: At, it: Existing) -> None:
        if not at.nested.back(it.id):
            return

        def rolled_back() -> bool | None:
            status, reason = _state(at, it.id)
            if status == "UPDATE_ROLLBACK_FAILED":
                said = f"Currently in {status} with reason: {reason}"
                raise Plain(f"Embedded stack {it.id} was not successfully updated. {said}")
            return True if status == "UPDATE_ROLLBACK_COMPLETE" else None

        at.wait(rolled_back, f"stack {it.id} is not rolled back", seconds=24 * 3600)

    def delete(self, at: At, it: Existing) -> None:
        at.nested.delete(it.id)

        def gone() -> bool | None:
            child = at.nested.find(it.id)
            if child is not None and child.status == "DELETE_FAILED":
                raise Plain(f"Embedded stack {it.id} was not successfully deleted: {(child.reason or '').strip()}")
            return None if child is not None and child.deleted is None else True

        at.wait(gone, f"stack {it.id} is not deleted", seconds=24 * 3600)


def _state(at: At, stack_id: str) -> tuple[str, str]:
    child = at.nested.find(stack_id)
    return (child.status, child.failure or child.reason or "") if child is not None else ("DELETE_COMPLETE", "")
