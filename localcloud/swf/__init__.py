"""Amazon SWF on this machine: domains, types, executions, long polls and time-outs, kept in one SQLite file."""

from localcloud.swf.limits import Limits
from localcloud.swf.service import Swf

__all__ = ["Limits", "Swf"]
