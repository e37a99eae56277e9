"""SWF's actions, one function each."""

from localcloud.swf.calls import domains, executions, tasks, types, visibility
from localcloud.swf.calls.table import CALLS

__all__ = ["CALLS", "domains", "executions", "tasks", "types", "visibility"]
