"""Drift detection under way: a thread a request, taken up again after a restart."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

from localcloud.cloudformation import masking
from localcloud.cloudformation.drift import look
from localcloud.cloudformation.engine import Engine
from localcloud.cloudformation.errors import ValidationError
from localcloud.cloudformation.records import Body, Detection, Drift, Resource, Stack
from localcloud.cloudformation.store import Store

log = logging.getLogger(__name__)
AT_ONCE = 8


class Detections:
    """`begin` starts to look at a stack's resources and gives back the detection's id at once."""

    def __init__(self, store: Store, engine: Engine) -> None:
        self._store, self._engine = store, engine
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()
        self._stopping = False

    def start(self) -> None:
        """Begin anew what was under way when the process ended."""
        for detection in self._store.detections_under_way():
            self._launch(detection)

    def stop(self) -> None:
        self._stopping = True
        with self._lock:
            threads = list(self._threads)
        for thread in threads:
            thread.join()

    def begin(self, stack: Stack, logical_ids: list[str]) -> str:
        """Raises ValidationError where one of the names is not the stack's, or a detection is under way already."""
        rows = standing(self._store.resources(stack.id))
        if unknown := [name for name in logical_ids if name not in rows]:
            raise ValidationError(f"Resource {unknown[0]} does not exist for stack {stack.name}")
        detection = Detection(str(uuid.uuid4()), stack.id, time.time(), logical_ids=logical_ids)
        with self._store.together():
            if any(each.stack_id == stack.id for each in self._store.detections_under_way()):
                raise ValidationError(f"Drift detection is already in progress for stack [{stack.id}]")
            self._store.keep_detection(detection)
        self._launch(detection)
        return detection.id

    def look(self, stack: Stack, row: Resource, body: Body) -> Drift:
        """Look at one resource now, and remember what was found."""
        at = self._engine.at_rest(stack).at(row, body.seed)
        drift, hidden = look(at, row, body, time.time()), masking.secrets(stack.version)
        drift.expected, drift.actual = masking.mask(drift.expected, hidden), masking.mask(drift.actual, hidden)
        drift.differences = masking.mask(drift.differences, hidden)
        self._store.keep_drift(drift)
        return drift

    def _launch(self, detection: Detection) -> None:
        thread = threading.Thread(target=self._carry_out, args=(detection,), name="drift detection", daemon=True)
        with self._lock:
            self._threads.add(thread)
        thread.start()

    def _carry_out(self, detection: Detection) -> None:
        try:
            self._detect(detection)
        except Exception:
            log.exception("drift detection of %s broke off", detection.stack_id)
        finally:
            with self._lock:
                self._threads.discard(threading.current_thread())

    def _detect(self, detection: Detection) -> None:
        stack = self._store.stack(detection.stack_id)
        if stack is None:
            return
        rows = standing(self._store.resources(stack.id))
        wanted = [rows[name] for name in detection.logical_ids or rows if name in rows]
        failed: list[str] = []

        def check(row_and_body: tuple[Resource, Body]) -> None:
            if self._stopping:
                return
            try:
                self.look(stack, *row_and_body)
            except Exception as error:  # noqa: BLE001 - one that can't be asked does not hide the others
                failed.append(f"{row_and_body[0].logical_id}: {error}")

        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="drift") as pool:
            list(pool.map(check, wanted))
        if not self._stopping:
            self._finish(detection, failed)

    def _finish(self, detection: Detection, failed: list[str]) -> None:
        with self._store.together():
            stack = self._store.stack(detection.stack_id)
            if stack is None:
                return
            rows = standing(self._store.resources(stack.id))
            statuses = [drift.status for name, drift in self._store.drifts(stack.id).items() if name in rows]
            detection.drifted = sum(status in ("MODIFIED", "DELETED") for status in statuses)
            detection.drift_status = "DRIFTED" if detection.drifted else "IN_SYNC"
            detection.status = "DETECTION_FAILED" if failed else "DETECTION_COMPLETE"
            if failed:
                names = ", ".join(each.partition(":")[0] for each in sorted(failed))
                detection.reason = f"Failed to detect drift on resource [{names}]"
                log.warning("drift detection of %s: %s", stack.name, "; ".join(failed))
                detection.drift_status = "DRIFTED" if detection.drifted else "UNKNOWN"
            self._store.keep_detection(detection)
            stack.drift_status, stack.drift_checked = detection.drift_status, detection.started
            self._store.keep_stack(stack)


def standing(rows: dict[str, Resource]) -> dict[str, tuple[Resource, Body]]:
    """The resources that stand, by logical id."""
    return {name: (row, row.body) for name, row in rows.items() if row.body is not None}
