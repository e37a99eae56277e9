"""Operations on stacks, each in a thread of its own, taken up again after a restart."""

from __future__ import annotations

import logging
import threading
import time

from localcloud.cloudformation.clients import Clients
from localcloud.cloudformation.nested import Nested
from localcloud.cloudformation.notices import Notices
from localcloud.cloudformation.phases import Evaluate, Phases
from localcloud.cloudformation.records import Operation, Stack
from localcloud.cloudformation.run import Run, Stopping
from localcloud.cloudformation.store import Store

log = logging.getLogger(__name__)


class Engine:
    def __init__(
        self,
        store: Store,
        clients: Clients,
        account: str,
        region: str,
        evaluate: Evaluate,
        nested: Nested,
        notices: Notices,
    ) -> None:
        self._store, self._clients, self._account, self._region = store, clients, account, region
        self._evaluate, self._nested, self._notices = evaluate, nested, notices
        self._lock = threading.Lock()
        self._stopping = False
        self._runs: dict[str, tuple[Run, threading.Thread]] = {}

    def start(self) -> None:
        """Take up what was under way when the process ended."""
        self._stopping = False
        for operation in self._store.operations():
            stack = self._store.stack(operation.stack_id)
            if stack is not None:
                self.begin(stack, operation)

    def stop(self) -> None:
        """Let go of everything under way, as it is; `start` takes it up again."""
        self._stopping = True
        with self._lock:
            runs = list(self._runs.values())
        for run, _ in runs:
            run.interrupt.set()
        for _, thread in runs:
            thread.join()

    def accept(self, stack: Stack, operation: Operation, status: str, reason: str | None = None) -> None:
        """Write down that a stack is to be operated on, tell it, and begin."""
        self._abandon(stack.id)
        run = self._run(stack, operation)
        with self._store.together():
            self._store.keep_operation(operation)
            self._store.forget_drifts(stack.id)  # what was found was about what is changed now
            stack.drift_status, stack.drift_checked = "NOT_CHECKED", None
            run.stack_is(status, reason)
        self._launch(run)

    def begin(self, stack: Stack, operation: Operation) -> None:
        """Go on with an operation that the store knows."""
        self._launch(self._run(stack, operation))

    def cancel(self, stack_id: str, reason: str) -> None:
        """Have what is under way on a stack give up and roll back."""
        with self._lock:
            found = self._runs.get(stack_id)
        if found is None:
            return
        run = found[0]
        with self._store.together():
            if run.operation.phase == "forward":
                run.operation.cancelled = reason
                self._store.keep_operation(run.operation)  # a restart must not go on with what was cancelled
                run.interrupt.set()

    def at_rest(self, stack: Stack) -> Run:
        """A stack with nothing under way, for looking at its resources."""
        return self._run(stack, Operation(stack.id, "", "", stack.version, stack.version, time.time()))

    def tell(self, stack: Stack, status: str, reason: str | None = None) -> None:
        """A stack's status and its event, with no operation behind it."""
        self.at_rest(stack).stack_is(status, reason)

    def _abandon(self, stack_id: str) -> None:
        with self._lock:
            earlier = self._runs.get(stack_id)
        if earlier is not None:
            earlier[0].abandoned = True
            earlier[0].interrupt.set()

    def _run(self, stack: Stack, operation: Operation) -> Run:
        return Run(
            self._store,
            self._clients,
            self._account,
            self._region,
            stack,
            operation,
            lambda: self._stopping,
            self._nested,
            self._notices,
        )

    def _launch(self, run: Run) -> None:
        """Begin in a thread of its own; it takes the stack over from an operation still under way."""
        with self._lock:
            earlier = self._runs.get(run.stack.id)
            thread = threading.Thread(target=self._carry_out, args=(run, earlier), name=run.stack.name, daemon=True)
            self._runs[run.stack.id] = run, thread
            thread.start()

    def _carry_out(self, run: Run, earlier: tuple[Run, threading.Thread] | None) -> None:
        timer = self._timer(run)
        try:
            if earlier is not None:
                earlier[1].join()
            run.rows = self._store.resources(run.stack.id)
            Phases(run, self._evaluate).go()
        except Stopping:
            pass
        except Exception:
            log.exception("stack %s: operation %s broke off", run.stack.name, run.operation.kind)
        finally:
            timer.cancel()
            with self._lock:
                if self._runs.get(run.stack.id, (None,))[0] is run:
                    del self._runs[run.stack.id]

    def _timer(self, run: Run) -> threading.Timer:
        limit = run.stack.timeout_minutes if run.operation.kind == "create" else None
        left = run.operation.started + limit * 60 - time.time() if limit else 0
        reason = "Stack creation time exceeded the specified timeout."
        timer = threading.Timer(max(left, 0), self.cancel, (run.stack.id, reason))
        timer.daemon = True
        if limit and run.operation.phase == "forward":
            timer.start()
        return timer
