"""One resource at a time: make it, change it, replace it, put it back, remove it, each with the events AWS tells."""

from __future__ import annotations

import secrets
import string
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.cloudformation import policy, signals
from localcloud.cloudformation.dynamic import reveal
from localcloud.cloudformation.errors import Refused
from localcloud.cloudformation.evaluation import Evaluation
from localcloud.cloudformation.intrinsics import resolve
from localcloud.cloudformation.records import Body, Resource
from localcloud.cloudformation.resources import find
from localcloud.cloudformation.resources.kind import ABSENT, Existing, Failed, Kind, NotStabilized, Plain, changed
from localcloud.cloudformation.run import Cancelled, Run, Stopping
from localcloud.cloudformation.template import ResourceSpec

REPLACING = "Requested update requires the creation of a new physical resource; hence creating one."
INITIATED = "Resource creation Initiated"


class ResourceFailed(Exception):
    """A resource's event has said why; this only stops what needs it."""


def new_seed() -> str:
    return "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(12))


class Provisioner:
    def __init__(self, run: Run, evaluation: Evaluation) -> None:
        self.run, self.evaluation = run, evaluation

    def apply(self, logical_id: str) -> None:
        """Bring one resource to what the template says now. Raises ResourceFailed once its event is told."""
        spec = self.evaluation.resources[logical_id]
        row = self.run.rows.get(logical_id)
        if row is None:
            row = Resource(self.run.stack.id, logical_id, spec.type, "", time.time(), fresh=True, seed="")
        row.depends_on = sorted(self.evaluation.graph[logical_id])
        row.metadata = dict(spec.metadata)
        updating = row.body is not None
        try:
            self.run.go_on()
            if logical_id in self.run.operation.skip and updating:
                self.run.keep(row, "UPDATE_COMPLETE")
                return
            self._reconcile(row, spec)
        except Stopping:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a resource type raises is that resource's failure
            self._failed(row, "UPDATE" if updating else "CREATE", error)

    def _reconcile(self, row: Resource, spec: ResourceSpec) -> None:
        kind = find(spec.type)
        wanted = kind.with_tags(self.evaluation.properties(spec), self.run.operation.after.tags)
        if row.body is None:
            self._create(row, spec, kind, wanted)
            return
        row.body.deletion_policy, row.body.replace_policy = policies(spec, kind)
        differing = changed(row.body.properties, wanted)
        if not differing and not kind.refreshed:
            self.run.rows[row.logical_id] = row
            self.run.keep(row)
            return
        kind.check(row.logical_id, wanted)
        if row.before is None:
            row.before = replace(row.body)
        replacing = kind.replaces(row.body.properties, wanted, differing)
        action = "Update:Replace" if replacing else "Update:Modify"
        if differing:
            policy.enforce(self.run.operation.policy, action, row.logical_id, row.type)
        if replacing:
            self._replace(row, spec, kind, wanted)
        else:
            self._update(row, kind, wanted)

    def refuse_removals(self) -> dict[str, BaseException]:
        """What the template no longer has, and the stack's policy does not let go: why, by logical id."""
        refused: dict[str, BaseException] = {}
        for name, row in self.run.rows.items():
            if name in self.evaluation.resources or row.body is None:
                continue
            try:
                policy.enforce(self.run.operation.policy, "Update:Delete", name, row.type)
            except policy.Denied as error:
                row.before = row.before or replace(row.body)
                self.run.keep(row, "UPDATE_FAILED", error.message)
                refused[name] = error
        return refused

    def _create(self, row: Resource, spec: ResourceSpec, kind: Kind, wanted: dict[str, Any]) -> None:
        again = bool(row.seed)
        row.seed, row.attempt, row.type = row.seed or new_seed(), wanted, spec.type
        row.claimed = row.claimed and again
        self.run.rows[row.logical_id] = row
        if not again:
            row.begun = time.time()
            self.run.store.forget_signals(signals.about(row))
            self.run.keep(row, "CREATE_IN_PROGRESS")
        kind.check(row.logical_id, wanted)
        self._make(row, spec, kind, wanted, "CREATE", again)

    def _replace(self, row: Resource, spec: ResourceSpec, kind: Kind, wanted: dict[str, Any]) -> None:
        again = row.attempt is not None and bool(row.seed)
        if not again:
            row.seed, row.attempt, row.claimed, row.begun = new_seed(), wanted, False, time.time()
            self.run.store.forget_signals(signals.about(row))
            self.run.keep(row, "UPDATE_IN_PROGRESS", REPLACING)
        self._make(row, spec, kind, wanted, "UPDATE", again)

    def _make(
        self, row: Resource, spec: ResourceSpec, kind: Kind, wanted: dict[str, Any], verb: str, again: bool
    ) -> None:
        at = self.run.at(row, row.seed, again=again)
        properties = reveal(wanted, self.run.clients)
        if row.partial_id is None:
            row.partial_id = (kind.found(at, properties) if again else None) or kind.create(at, properties)
            self.run.keep(row, f"{verb}_IN_PROGRESS", INITIATED, row.partial_id)
        kind.settle(at, Existing(row.partial_id, properties))
        self._wait_for_signals(row, spec, verb)
        # What is read is kept: it must not see what was revealed.
        told = kind.read(at, Existing(row.partial_id, wanted))
        body = Body(spec.type, row.partial_id, wanted, told, row.seed, *policies(spec, kind))
        row.body, row.partial_id, row.attempt = body, None, None
        self.run.keep(row, f"{verb}_COMPLETE")

    def _wait_for_signals(self, row: Resource, spec: ResourceSpec, verb: str) -> None:
        """A creation policy: the resource is complete once it has said so itself."""
        wanted = resolve(dict(spec.creation_policy), self.evaluation).get("ResourceSignal")
        if wanted is None:
            return
        count = int(wanted.get("Count", 1))
        within = signals.seconds(str(wanted.get("Timeout", "PT5M"))) - (time.time() - row.begun)
        try:
            self.run.wait(lambda: self._hear(row, count, verb), max(within, 0), "signals")
        except NotStabilized:
            missing = count - len(self.run.store.signals(signals.about(row)))
            said = f"Failed to receive {missing} resource signal(s) within the specified duration"
            raise Plain(said) from None

    def _hear(self, row: Resource, count: int, verb: str) -> bool | None:
        heard = self.run.store.signals(signals.about(row))
        for signal in heard:
            said = f"Received {signal.status} signal with UniqueId {signal.unique_id}"
            if signal.status == "FAILURE":
                raise Plain(said)
            if not signal.told:
                with self.run.store.together():
                    self.run.store.change_signal(signals.about(row), replace(signal, told=True))
                    self.run.keep(row, f"{verb}_IN_PROGRESS", said)
        return True if len(heard) >= count else None

    def _update(self, row: Resource, kind: Kind, wanted: dict[str, Any]) -> None:
        assert row.body is not None
        row.attempt, row.seed = wanted, row.body.seed
        self.run.keep(row, "UPDATE_IN_PROGRESS")
        at = self.run.at(row, row.body.seed)
        properties = reveal(wanted, self.run.clients)
        kind.update(at, _existing(row.body), properties)
        it = Existing(row.body.physical_id, properties, row.body.attributes)
        kind.settle(at, it)
        row.body.properties, row.attempt = wanted, None
        row.body.attributes = kind.read(at, _existing(row.body))
        self.run.keep(row, "UPDATE_COMPLETE")

    def _failed(self, row: Resource, verb: str, error: Exception) -> None:
        if isinstance(error, Cancelled):
            if not row.status.endswith("_IN_PROGRESS"):
                raise ResourceFailed from None  # it had not begun: AWS tells nothing of it
            reason = f"Resource {'creation' if verb == 'CREATE' else 'update'} cancelled"
        else:
            reason = explain(error)
        if not row.status:  # it failed before its first event
            self.run.rows[row.logical_id] = row
            self.run.keep(row, f"{verb}_IN_PROGRESS")
        with self.run.store.together():
            self.run.keep(row, f"{verb}_FAILED", reason)
            if _making(row) and row.partial_id is None and not isinstance(error, Cancelled):
                row.attempt = None  # the creation itself was refused: there is nothing of ours to look for
                self.run.keep(row)
        raise ResourceFailed(reason) from error

    def recall(self) -> None:
        """Take over again what the template says beside properties: policies, dependencies, metadata."""
        for name, spec in self.evaluation.resources.items():
            row = self.run.rows.get(name)
            if row is None or row.body is None:
                continue
            row.depends_on, row.metadata = sorted(self.evaluation.graph[name]), dict(spec.metadata)
            body = row.before or row.body
            body.deletion_policy, body.replace_policy = policies(spec, find(spec.type))
            self.run.keep(row)

    def revert(self, logical_id: str) -> None:
        """Bring one resource back to what it was before the update."""
        row = self.run.rows[logical_id]
        if row.before is None or row.body is None:
            return
        before = row.before
        try:
            if _making(row) and row.partial_id is None and row.attempt is not None:
                self._look_for_lost(row)
            if row.body.physical_id != before.physical_id:
                row.old.append(row.body)
                row.body = before
                self.run.keep(row, "UPDATE_IN_PROGRESS")
            elif row.partial_id is not None:
                row.old.append(Body(row.type, row.partial_id, row.attempt or {}, {}, row.seed))
                self.run.keep(row, "UPDATE_IN_PROGRESS")
            elif (
                row.status != "UPDATE_COMPLETE"
                or find(before.type).refreshed
                or changed(row.body.properties, before.properties)
            ):
                self._put_back(row, before)
            row.type, row.seed, row.before, row.attempt, row.partial_id = before.type, before.seed, None, None, None
            self.run.keep(row, "UPDATE_COMPLETE")
        except Stopping:
            raise
        except Exception as error:
            self.run.keep(row, "UPDATE_FAILED", explain(error))
            raise ResourceFailed from error

    def _put_back(self, row: Resource, before: Body) -> None:
        assert row.body is not None
        self.run.keep(row, "UPDATE_IN_PROGRESS")
        kind, at = find(before.type), self.run.at(row, before.seed)
        # A failed update may have come half way: undo what was attempted, not only what was completed.
        properties = reveal(before.properties, self.run.clients)
        attempted = reveal(row.attempt or row.body.properties, self.run.clients)
        kind.update(at, Existing(before.physical_id, attempted, before.attributes), properties)
        it = Existing(before.physical_id, properties, before.attributes)
        kind.settle(at, it)
        row.body = replace(before, attributes=kind.read(at, _existing(before)))

    def remove(self, logical_id: str, *, on_create: bool = False) -> None:
        """Remove all bodies of one resource, as its deletion policy says. Raises ResourceFailed once told."""
        row = self.run.rows[logical_id]
        for replaced in list(row.old):
            self._remove_body(row, replaced, replaced.replace_policy)
            row.old.remove(replaced)
            self.run.keep(row)
        if row.body is None and row.seed and row.partial_id is None and row.attempt is not None:
            self._look_for_lost(row)
        partial = row.body is None and row.partial_id is not None
        body = row.body or (Body(row.type, row.partial_id or "", row.attempt or {}, {}, row.seed) if partial else None)
        rule = self._rule(body, partial=partial, on_create=on_create)
        if body is not None and rule == "Retain":
            self.run.keep(row, "DELETE_SKIPPED")
        elif body is not None:
            self._remove_own(row, body, rule)
        row.body, row.partial_id, row.attempt, row.before = None, None, None, None
        self.run.keep(row, None if body is not None else "DELETE_COMPLETE")

    def _rule(self, body: Body | None, *, partial: bool, on_create: bool) -> str:
        """The deletion policy that holds: what was only just made may go although it would be retained later."""
        rule = "Delete" if partial or body is None else body.deletion_policy
        if rule == "RetainExceptOnCreate" or (rule == "Retain" and self.run.stack.retain_except_on_create):
            return "Delete" if on_create else "Retain"
        return rule

    def _look_for_lost(self, row: Resource) -> None:
        """A crash may have fallen between the call that made it and its being written down."""
        properties = reveal(row.attempt or {}, self.run.clients)
        row.partial_id = find(row.type).found(self.run.at(row, row.seed, again=True), properties)

    def _remove_own(self, row: Resource, body: Body, rule: str) -> None:
        self.run.keep(row, "DELETE_IN_PROGRESS")
        try:
            self._delete(row, body, rule)
        except Stopping:
            raise
        except Exception as error:
            self.run.keep(row, "DELETE_FAILED", explain(error))
            raise ResourceFailed from error
        self.run.keep(row, "DELETE_COMPLETE", None, body.physical_id)

    def remove_old(self, logical_id: str) -> None:
        """Remove what an update replaced; what can't be removed is told and left, as on AWS."""
        row = self.run.rows[logical_id]
        for body in list(row.old):
            with suppress(ResourceFailed):
                self._remove_body(row, body, body.replace_policy)
            row.old.remove(body)
            self.run.keep(row)

    def _remove_body(self, row: Resource, body: Body, rule: str) -> None:
        if rule == "Retain":
            self.run.tell(row, "DELETE_SKIPPED", None, body)
            return
        self.run.tell(row, "DELETE_IN_PROGRESS", None, body)
        try:
            self._delete(row, body, rule)
        except Stopping:
            raise
        except Exception as error:
            self.run.tell(row, "DELETE_FAILED", explain(error), body)
            raise ResourceFailed from error
        self.run.tell(row, "DELETE_COMPLETE", None, body)

    def _delete(self, row: Resource, body: Body, rule: str) -> None:
        kind, at = find(body.type), self.run.at(row, body.seed)
        try:
            if rule == "Snapshot" and kind.snapshots:
                kind.snapshot(at, _existing(body))
            kind.delete(at, _existing(body))
        except ClientError as error:
            if not ABSENT.search(error.response["Error"]["Code"]):
                raise


def _making(row: Resource) -> bool:
    """Whether something new is being made: a first body, or one that is to replace the body there is."""
    return row.body is None or row.seed != row.body.seed


def _existing(body: Body) -> Existing:
    return Existing(body.physical_id, body.properties, body.attributes)


def policies(spec: ResourceSpec, kind: Kind) -> tuple[str, str]:
    """What becomes of a resource that is deleted, and of one that is replaced."""
    return spec.deletion_policy or kind.deletion_policy, spec.update_replace_policy


def explain(error: BaseException) -> str:
    """Why a resource failed, as its event says it."""
    if isinstance(error, ClientError):
        told: Mapping[str, Any] = error.response.get("Error", {})
        meta = error.response.get("ResponseMetadata", {})
        message = told.get("Message") or told.get("Code") or str(error)
        code = told.get("Code", "")
        said = (
            f"{message} (Service: {error.operation_name}, Code: {code}, Status Code: {meta.get('HTTPStatusCode')}, "
            f"Request ID: {meta.get('RequestId')})"
        )
        kind = "AlreadyExists" if "Exist" in code or "Duplicate" in code else "GeneralServiceException"
        kind = "NotFound" if ABSENT.search(code) else kind
        return _handled(said, kind)
    if isinstance(error, Plain):
        return str(error)
    if isinstance(error, Failed):
        message = str(error)
        return message if message.startswith("Properties validation failed") else _handled(message, error.code)
    if isinstance(error, Refused):
        return error.message
    if isinstance(error, BotoCoreError):
        return _handled(str(error), "InvalidRequest")
    return _handled(f"{type(error).__name__}: {error}", "InternalFailure")


def _handled(message: str, code: str) -> str:
    return f'Resource handler returned message: "{message}" (RequestToken: {uuid.uuid4()}, HandlerErrorCode: {code})'
