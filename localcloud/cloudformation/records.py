"""What is remembered: stacks, resources, events, change sets, the operation under way. Plain data, kept as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass
class Version:
    """One state of a stack as it was asked for: template, parameters, stack tags."""

    template: str = ""
    parameters: dict[str, Json] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    capabilities: list[str] = field(default_factory=list)
    original: str = ""  # the template before its transform; empty where it has none


@dataclass
class Stack:
    id: str
    name: str
    status: str
    created: float  # seconds since 1970, as every time here
    version: Version = field(default_factory=Version)
    reason: str | None = None
    updated: float | None = None
    deleted: float | None = None
    outputs: list[Json] = field(default_factory=list)
    notification_arns: list[str] = field(default_factory=list)
    role_arn: str | None = None
    timeout_minutes: int | None = None
    on_failure: str = "ROLLBACK"
    termination_protection: bool = False
    change_set_id: str | None = None
    parent_id: str | None = None
    root_id: str | None = None
    policy: str | None = None
    retain_except_on_create: bool = False
    deletion_mode: str | None = None
    failure: str | None = None  # why its last operation that failed did
    stable: Version | None = None  # what an update that failed and was left so began with
    drift_status: str = "NOT_CHECKED"
    drift_checked: float | None = None

    @property
    def busy(self) -> bool:
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"


@dataclass
class Body:
    """One physical resource: what it was made with and what it tells of itself."""

    type: str
    physical_id: str
    properties: Json = field(default_factory=dict)
    attributes: Json = field(default_factory=dict)
    seed: str = ""
    deletion_policy: str = "Delete"
    replace_policy: str = "Delete"


@dataclass
class Resource:
    """One logical resource of a stack.

    `body` is what stands now; None while nothing does. `seed` is chosen before the first call that makes a new
    body, so that a creation taken up again after a crash asks for the same name. During an update `before` is the
    body as it was when the update began, and `old` are bodies to be removed when it ends.
    """

    stack_id: str
    logical_id: str
    type: str
    status: str
    updated: float
    reason: str | None = None
    seed: str = ""
    claimed: bool = False  # the name to be given was seen free
    begun: float = 0.0  # when the creation under way was
    partial_id: str | None = None  # of a body whose creation has begun but is not complete
    attempt: Json | None = None  # properties of a creation or an update that is not complete
    body: Body | None = None
    before: Body | None = None
    fresh: bool = False  # added by the operation under way
    old: list[Body] = field(default_factory=list)
    depends_on: list[str] = field(default_factory=list)
    metadata: Json = field(default_factory=dict)

    @property
    def physical_id(self) -> str:
        """What Ref gives; empty while there is nothing."""
        return self.body.physical_id if self.body else self.partial_id or ""

    @property
    def attributes(self) -> Json:
        return self.body.attributes if self.body else {}


@dataclass
class Drift:
    """What the last look at one resource found: IN_SYNC, MODIFIED, DELETED, or NOT_CHECKED."""

    stack_id: str
    logical_id: str
    type: str
    physical_id: str
    status: str
    time: float
    expected: Json = field(default_factory=dict)
    actual: Json | None = None
    differences: list[Json] = field(default_factory=list)


@dataclass
class Detection:
    """One look at all resources of a stack, or at those named. It outlives the process."""

    id: str
    stack_id: str
    started: float
    status: str = "DETECTION_IN_PROGRESS"
    reason: str | None = None
    drift_status: str = "UNKNOWN"
    drifted: int = 0
    logical_ids: list[str] = field(default_factory=list)  # empty: all


@dataclass
class Signal:
    """What somebody has told a wait condition's handle, or a resource by SignalResource."""

    unique_id: str
    status: str  # SUCCESS, FAILURE, or UNPARSABLE
    time: float
    reason: str = ""
    data: str = ""
    told: bool = False  # whether the resource's events tell of it


@dataclass
class Event:
    id: str
    stack_id: str
    stack_name: str
    logical_id: str
    physical_id: str
    type: str
    status: str
    time: float
    reason: str | None = None
    properties: str | None = None
    token: str | None = None


@dataclass
class ChangeSet:
    id: str
    name: str
    stack_id: str
    stack_name: str
    kind: str  # CREATE, UPDATE or IMPORT
    created: float
    version: Version
    status: str = "CREATE_COMPLETE"
    execution_status: str = "AVAILABLE"
    reason: str | None = None
    description: str | None = None
    changes: list[Json] = field(default_factory=list)
    changes_with_values: list[Json] = field(default_factory=list)
    notification_arns: list[str] = field(default_factory=list)
    on_failure: str | None = None
    role_arn: str | None = None
    token: str | None = None
    imports: dict[str, str] = field(default_factory=dict)


@dataclass
class Operation:
    """What is being done to a stack. It outlives the process: a restart takes it up where it was."""

    stack_id: str
    kind: str  # create, update, delete, import, or restore: back to what an update began with
    phase: str  # forward, cleanup, rollback, remove: see `phases.py`
    before: Version
    after: Version
    started: float
    token: str | None = None
    retain: list[str] = field(default_factory=list)
    skip: list[str] = field(default_factory=list)
    cancelled: str | None = None  # reason, where someone asked to stop
    failure: str | None = None  # why it is rolled back
    policy: str | None = None  # by which an update is judged
    new_policy: str | None = None  # the stack's policy once the update is complete
    imports: dict[str, str] = field(default_factory=dict)  # physical ids of what is taken over, by logical id
    deferred: bool = False  # what is replaced stays until the parent stack says so
    force: bool = False  # a deletion that leaves what can't be deleted
