"""The phases of an operation on a stack: forward, back when something fails, and the tidying after."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from functools import partial

from localcloud.cloudformation import graph, parameter_types
from localcloud.cloudformation.errors import Refused
from localcloud.cloudformation.evaluation import Evaluation
from localcloud.cloudformation.importing import Importer
from localcloud.cloudformation.provision import Provisioner, explain
from localcloud.cloudformation.records import Resource, Stack
from localcloud.cloudformation.run import Run, Stopping
from localcloud.cloudformation.template import parse

log = logging.getLogger(__name__)

Evaluate = Callable[[Stack], Evaluation]
# How the stack's statuses begin, by what is done to it.
PREFIXES = {"create": "CREATE", "update": "UPDATE", "restore": "UPDATE_ROLLBACK"}
STACK = "AWS::CloudFormation::Stack"
GONE = ("DELETE_COMPLETE", "DELETE_SKIPPED")


class Phases:
    """The phases of one operation. Each can be begun again from the middle: what is done is not done twice."""

    def __init__(self, run: Run, evaluate: Evaluate) -> None:
        self.run, self._evaluate = run, evaluate

    def go(self) -> None:
        phases = {
            "forward": self.forward,
            "cleanup": self.cleanup,
            "rollback": self.rollback,
            "rollback-cleanup": self.rollback_cleanup,
            "remove": self.remove,
            "undo": self.undo,
            "import": self.bring_in,
            "import-rollback": self.give_back,
        }
        done = False
        while not done:
            if self.run.stopping():
                raise Stopping
            done = phases[self.run.operation.phase]()

    def _finish(self, status: str, reason: str | None = None) -> bool:
        with self.run.store.together():
            self._settle_accounts(status)
            if status == "DELETE_COMPLETE":
                self.run.stack.deleted = time.time()
                self.run.store.keep_exports(self.run.stack.id, {}, set())
            if self.run.abandoned:
                raise Stopping
            self.run.store.forget_operation(self.run.stack.id)
            for row in self.run.rows.values():
                if row.before and row.body and row.before.physical_id != row.body.physical_id:
                    row.old.append(row.before)  # an update left where it failed: the next one tidies
                row.fresh, row.before = False, None
                self.run.store.keep_resource(row)
            self.run.stack_is(status, reason)
        return True

    def _settle_accounts(self, status: str) -> None:
        """What the stack itself is from now on, beside its resources."""
        stack, operation = self.run.stack, self.run.operation
        if status == "UPDATE_COMPLETE" and operation.new_policy is not None:
            stack.policy = operation.new_policy
        stack.stable = (stack.stable or operation.before) if status == "UPDATE_FAILED" else None

    def _provisioner(self) -> Provisioner:
        run = self.run
        return Provisioner(run, self._evaluate(run.stack).with_made(run.rows))

    # Forward

    def forward(self) -> bool:
        """Make and change everything; then outputs and exports."""
        run, kind = self.run, self.run.operation.kind
        run.stack.version = run.operation.after
        if run.operation.cancelled:
            run.interrupt.set()
        try:
            self._check_parameters()
            provisioner = self._provisioner()
            failed = provisioner.refuse_removals()
            if not failed:
                failed = graph.walk(provisioner.evaluation.graph, provisioner.apply, on_failure=run.interrupt.set)
            self._leave_if_stopping(failed)
            if failed or run.interrupt.is_set():
                return self._fail(run.operation.cancelled or self._what_failed())
            self._tell_outputs(provisioner.evaluation)
        except Stopping:
            raise
        except Exception as error:  # noqa: BLE001 - whatever goes wrong here is the stack's failure, and is rolled back
            return self._fail(explain(error))
        if kind == "create":
            return self._finish("CREATE_COMPLETE")
        run.phase("cleanup")
        run.stack_is(f"{PREFIXES[kind]}_COMPLETE_CLEANUP_IN_PROGRESS")
        return False

    def _check_parameters(self) -> None:
        """AWS looks for what parameters of its own types name only once the stack is under way.

        What the stack has already is not looked for again: older images are listed no more and still can be started.
        """
        run = self.run
        before, after = run.operation.before.parameters, run.operation.after
        fresh = {name: value for name, value in after.parameters.items() if before.get(name) != value}
        lost = parameter_types.absent(parse(after.template).parameters, fresh, run.clients)
        said = [f"parameter value {value} for parameter name {name} does not exist" for value, name in lost]
        if said:
            end = "." if run.operation.kind == "create" else ""
            raise Refused(f"Parameter validation failed: {', '.join(said)}{end}")

    def _leave_if_stopping(self, failed: Mapping[str, BaseException]) -> None:
        if self.run.stopping() or any(isinstance(error, Stopping) for error in failed.values()):
            raise Stopping

    def _tell_outputs(self, evaluation: Evaluation) -> None:
        run = self.run
        outputs = evaluation.outputs()
        exports = {output["ExportName"]: output["OutputValue"] for output in outputs if "ExportName" in output}
        taken = {name: stack_id for name, stack_id, _ in run.store.exports()}
        for name in exports:
            if taken.get(name, run.stack.id) != run.stack.id:
                owner = taken[name].split("/")[1]
                raise Refused(
                    f"Export with name {name} is already exported by stack {owner}. Rollback requested by user."
                )
        lost = [(name, value) for name, owner, value in run.store.exports() if owner == run.stack.id]
        for name, value in lost:
            if exports.get(name) != value and (users := run.store.importers(name)):
                verb = "updated" if name in exports else "deleted"
                raise Refused(f"Export {name} cannot be {verb} as it is in use by {' and '.join(users)}")
        with run.store.together():
            run.store.keep_exports(run.stack.id, exports, evaluation.imports())
            run.stack.outputs = outputs
            run.store.keep_stack(run.stack)

    def _what_failed(self) -> str:
        created = [row.logical_id for row in self.run.rows.values() if row.status == "CREATE_FAILED"]
        updated = [row.logical_id for row in self.run.rows.values() if row.status == "UPDATE_FAILED"]
        said = f"The following resource(s) failed to create: [{', '.join(created)}]. " if created else ""
        return said + (f"The following resource(s) failed to update: [{', '.join(updated)}]. " if updated else "")

    def _fail(self, reason: str) -> bool:
        run = self.run
        run.operation.failure = run.stack.failure = reason
        run.interrupt.clear()
        if run.stack.on_failure == "DO_NOTHING":
            self._release_children()
            return self._finish("CREATE_FAILED" if run.operation.kind == "create" else "UPDATE_FAILED", reason.strip())
        if run.operation.kind == "restore":
            return self._stuck(reason)
        with run.store.together():
            if run.operation.kind == "update":
                run.phase("rollback")
                run.stack.version = run.operation.before
                run.stack_is("UPDATE_ROLLBACK_IN_PROGRESS", reason)
                return False
            run.phase("undo")
            deleting = run.stack.on_failure == "DELETE"
            asked = "Delete requested by user." if deleting else "Rollback requested by user."
            reason = reason if asked in reason else f"{reason.rstrip()} {asked}"
            run.stack_is("DELETE_IN_PROGRESS" if deleting else "ROLLBACK_IN_PROGRESS", reason)
        return False

    # Import

    def bring_in(self) -> bool:
        """Take over what stands already; nothing else is changed."""
        run = self.run
        run.stack.version = run.operation.after
        if Importer(run, self._provisioner().evaluation).bring_in():
            return self._finish("IMPORT_COMPLETE")
        failed = [row.logical_id for row in run.rows.values() if row.status == "IMPORT_FAILED"]
        with run.store.together():
            run.phase("import-rollback")
            reason = f"The following resource(s) failed to import: [{', '.join(failed)}]. "
            run.stack_is("IMPORT_ROLLBACK_IN_PROGRESS", reason)
        return False

    def give_back(self) -> bool:
        run = self.run
        Importer(run, self._provisioner().evaluation).give_back()
        if run.operation.before.template:
            run.stack.version = run.operation.before
        return self._finish("IMPORT_ROLLBACK_COMPLETE")

    # After an update

    def cleanup(self) -> bool:
        """Remove what the new template has no more, and what was replaced."""
        run = self.run
        if run.operation.deferred:
            return True  # the parent stack's update is not through: until then this can be rolled back
        self._release_children()
        run.interrupt.clear()  # cancelled too late: everything was done
        kept = self._evaluate(run.stack).resources.keys()
        for row in run.rows.values():
            if row.logical_id in kept and row.body and row.before:
                if row.before.physical_id != row.body.physical_id:
                    row.old.append(row.before)
                row.before = None
                run.keep(row)
        self._tidy([name for name in run.rows if name not in kept])
        return self._finish(f"{PREFIXES[run.operation.kind]}_COMPLETE")

    def _release_children(self) -> None:
        """Let nested stacks remove what they replaced, and wait until they have."""
        children = [row.physical_id for row in self.run.rows.values() if row.type == STACK and row.body]
        for child in children:
            self.run.nested.release(child)
        for child in children:
            self.run.wait(partial(self._is_still, child), 24 * 3600, f"stack {child} is not complete")

    def _is_still(self, stack_id: str) -> bool | None:
        found = self.run.nested.find(stack_id)
        return None if found is not None and found.busy else True

    def _tidy(self, gone: list[str]) -> None:
        run = self.run
        provisioner = Provisioner(run, self._evaluate(run.stack).with_made(run.rows))
        replaced = [name for name, row in run.rows.items() if row.old]

        def remove(name: str) -> None:
            if name in gone:
                provisioner.remove(name, on_create=run.rows[name].fresh)
            else:
                provisioner.remove_old(name)

        failed = graph.walk(self._removal_graph({*gone, *replaced}), remove)
        self._leave_if_stopping(failed)
        for name in gone:  # as on AWS, what could not be removed is no longer the stack's
            run.store.forget_resource(run.stack.id, name)
            del run.rows[name]

    def _removal_graph(self, names: set[str]) -> dict[str, frozenset[str]]:
        rows = self.run.rows
        return graph.turned({name: frozenset(set(rows[name].depends_on) & names) for name in names})

    # Back from an update

    def rollback(self) -> bool:
        run = self.run
        run.stack.version = run.operation.before
        for name in run.operation.skip:
            if name in run.rows:
                run.keep(run.rows[name], "UPDATE_COMPLETE")
        touched = {name: row for name, row in run.rows.items() if row.before and name not in run.operation.skip}
        order = {name: frozenset(set(row.depends_on) & touched.keys()) for name, row in touched.items()}
        provisioner = self._provisioner()
        provisioner.recall()
        failed = graph.walk(order, provisioner.revert)
        self._leave_if_stopping(failed)
        if failed:
            return self._stuck(f"The following resource(s) failed to update: [{', '.join(sorted(failed))}]. ")
        with run.store.together():
            run.phase("rollback-cleanup")
            run.stack_is("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        return False

    def _stuck(self, reason: str) -> bool:
        """The way back is blocked: ContinueUpdateRollback tries again."""
        with self.run.store.together():
            self.run.store.forget_operation(self.run.stack.id)
            self.run.stack_is("UPDATE_ROLLBACK_FAILED", reason)
        return True

    def rollback_cleanup(self) -> bool:
        run = self.run
        evaluation = self._provisioner().evaluation
        self._tidy([name for name, row in run.rows.items() if name not in evaluation.resources])
        try:
            self._tell_outputs(evaluation)
        except Refused as error:
            log.warning("stack %s: outputs after rollback: %s", run.stack.name, explain(error))
        return self._finish("UPDATE_ROLLBACK_COMPLETE")

    # Removing a whole stack

    def undo(self) -> bool:
        """Remove what a failed creation made."""
        deleting = self.run.stack.on_failure == "DELETE"
        failed = self._remove_all(on_create=True)
        if failed:
            reason = f"The following resource(s) failed to delete: [{', '.join(failed)}]. "
            return self._finish("DELETE_FAILED" if deleting else "ROLLBACK_FAILED", reason)
        return self._finish("DELETE_COMPLETE" if deleting else "ROLLBACK_COMPLETE")

    def remove(self) -> bool:
        failed = self._remove_all(on_create=False)
        if failed and self.run.operation.force:  # as on AWS, what can't be deleted is left behind
            for name in failed:
                self._retain(self.run.rows[name])
        elif failed:
            return self._finish("DELETE_FAILED", f"The following resource(s) failed to delete: [{', '.join(failed)}]. ")
        return self._finish("DELETE_COMPLETE")

    def _remove_all(self, *, on_create: bool) -> list[str]:
        run = self.run
        provisioner = Provisioner(run, self._evaluate(run.stack).with_made(run.rows))
        retained = set(run.operation.retain)
        for name in retained & run.rows.keys():
            self._retain(run.rows[name])
        names = {name for name, row in run.rows.items() if name not in retained and row.status not in GONE}
        failed = graph.walk(self._removal_graph(names), lambda name: provisioner.remove(name, on_create=on_create))
        self._leave_if_stopping(failed)
        return sorted(failed)

    def _retain(self, row: Resource) -> None:
        if row.body is not None:
            self.run.keep(row, "DELETE_SKIPPED")
            row.body = None
            self.run.keep(row)
