"""Which project, instance, stack or machine is meant: as the arguments say, or asked for as the seed asked."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from builder import ask, names, projects


@dataclass(frozen=True)
class Target:
    """A project and an instance id, both known to be good, and the stack's name made of them."""

    project: str
    instance_id: str

    @property
    def stack(self) -> str:
        return names.stack_name(self.project, self.instance_id)
