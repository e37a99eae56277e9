"""What SWF says when it refuses a call: the fault's name on the wire, and its message as AWS words it."""

from __future__ import annotations

from typing import Any

from localcloud.protocol import Fault as Fault
from localcloud.protocol import invalid as invalid
from localcloud.protocol import unreadable as unreadable

BASE = "com.amazonaws.swf.base.model#"


class TooLarge(Fault):
    status = 413


def fault(name: str, message: str) -> Fault:
    """A fault of SWF's own, `name` without the word Fault: `fault("UnknownResource", …)`."""
    return Fault(f"{BASE}{name}Fault", message)


def unknown(message: str) -> Fault:
    return fault("UnknownResource", f"Unknown {message}")


def unknown_domain(name: str) -> Fault:
    return unknown(f"domain: {name}")


def unknown_execution(workflow_id: str, run_id: str | None) -> Fault:
    if run_id:
        return unknown(f"execution: WorkflowExecution=[workflowId={workflow_id}, runId={run_id}]")
    return unknown(f"execution, workflowId = {workflow_id}")


def too_large() -> Fault:
    return TooLarge("com.amazon.coral.service#RequestEntityTooLargeException", "Request entity too large")


def type_text(kind: str, type_: dict[str, Any]) -> str:
    """How messages name a type: `WorkflowType=[name=Ping, version=1]`."""
    return f"{kind}=[name={type_['name']}, version={type_['version']}]"
