"""Import: resources that stand already become a stack's own. AWS's "Import existing resources into a stack"."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from localcloud.cloudformation import graph
from localcloud.cloudformation.evaluation import Evaluation
from localcloud.cloudformation.provision import ResourceFailed, explain, new_seed, policies
from localcloud.cloudformation.records import Body, Resource
from localcloud.cloudformation.resources import find
from localcloud.cloudformation.resources.kind import Existing, Plain, is_absent
from localcloud.cloudformation.run import Run, Stopping


class Importer:
    """Takes the resources of one import over, one at a time; `give_back` lets go of them, and they stay as they are."""

    def __init__(self, run: Run, evaluation: Evaluation) -> None:
        self.run, self.evaluation = run, evaluation

    def bring_in(self) -> bool:
        """Whether all could be taken over."""
        wanted = self.run.operation.imports
        for name in graph.in_order(self.evaluation.graph):
            if name not in wanted or (name in self.run.rows and self.run.rows[name].body is not None):
                continue
            self.run.go_on()
            try:
                self._take(name, wanted[name])
            except ResourceFailed:
                return False
        return True

    def _take(self, name: str, physical_id: str) -> None:
        run, spec = self.run, self.evaluation.resources[name]
        kind = find(spec.type)
        row = Resource(run.stack.id, name, spec.type, "", time.time(), fresh=True, seed=new_seed())
        row.depends_on, row.metadata = sorted(self.evaluation.graph[name]), dict(spec.metadata)
        run.rows[name], row.partial_id = row, physical_id
        try:
            row.attempt = wanted = kind.with_tags(self.evaluation.properties(spec), run.operation.after.tags)
            run.keep(row, "IMPORT_IN_PROGRESS", "Resource import started.")
            kind.check(name, wanted)
            self._check_free(spec.type, physical_id)
            told = self._read(row, physical_id, wanted)
        except Stopping:
            raise
        except Exception as error:
            run.keep(row, "IMPORT_FAILED", explain(error))
            raise ResourceFailed from error
        row.body = Body(spec.type, physical_id, wanted, told, row.seed, *policies(spec, kind))
        row.partial_id, row.attempt = None, None
        run.keep(row, "IMPORT_COMPLETE", "Resource import completed.")

    def _check_free(self, type_name: str, physical_id: str) -> None:
        owner = self.run.store.resource_by_physical_id(physical_id)
        if owner is not None and owner.type == type_name:
            raise Plain(f"{physical_id} already exists in stack {owner.stack_id}")

    def _read(self, row: Resource, physical_id: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
        kind, at = find(row.type), self.run.at(row, row.seed)
        try:
            kind.actual(at, Existing(physical_id, wanted))
            return kind.read(at, Existing(physical_id, wanted))
        except Exception as error:
            if is_absent(error):
                raise Plain(f"Resource of type '{row.type}' with identifier '{physical_id}' was not found.") from error
            raise

    def give_back(self) -> None:
        for name in self.run.operation.imports:
            row = self.run.rows.pop(name, None)
            if row is not None:
                self.run.keep(row, "IMPORT_ROLLBACK_IN_PROGRESS")
                self.run.keep(row, "IMPORT_ROLLBACK_COMPLETE")
                self.run.store.forget_resource(row.stack_id, name)
