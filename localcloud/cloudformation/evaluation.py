"""A template together with its parameters: which resources there are, and what every name in it stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from localcloud.cloudformation import parameters
from localcloud.cloudformation.errors import ValidationError
from localcloud.cloudformation.graph import references
from localcloud.cloudformation.intrinsics import LATER, NO_VALUE, resolve, text
from localcloud.cloudformation.template import ResourceSpec, Template


class Outside(Protocol):
    """What a template can ask about beyond its own stack."""

    def exported(self, name: str) -> str: ...
    def zones(self, region: str) -> list[str]: ...


class Made(Protocol):
    """A resource that stands: what Ref and Fn::GetAtt of it give."""

    @property
    def physical_id(self) -> str: ...
    @property
    def attributes(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Identity:
    """The stack's own names, behind the pseudo parameters."""

    account: str
    region: str
    stack_id: str
    stack_name: str
    notification_arns: list[str] = field(default_factory=list)

    def pseudo(self, name: str) -> Any:
        """Value of an `AWS::…` parameter; None where there is no such one."""
        return {
            "AWS::AccountId": self.account,
            "AWS::Region": self.region,
            "AWS::StackId": self.stack_id,
            "AWS::StackName": self.stack_name,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::NotificationARNs": self.notification_arns,
            "AWS::NoValue": NO_VALUE,
        }.get(name)


@dataclass(frozen=True)
class Evaluation:
    """A scope for `intrinsics.resolve`. `made` grows while an operation runs; a name not in it is LATER."""

    template: Template
    values: Mapping[str, Mapping[str, Any]]
    identity: Identity
    outside: Outside
    made: Mapping[str, Made] = field(default_factory=dict)

    def with_made(self, made: Mapping[str, Made]) -> Evaluation:
        return Evaluation(self.template, self.values, self.identity, self.outside, made)

    @cached_property
    def resources(self) -> dict[str, ResourceSpec]:
        """The resources whose condition holds."""
        return {
            name: spec
            for name, spec in self.template.resources.items()
            if spec.condition is None or self.condition(spec.condition)
        }

    @cached_property
    def graph(self) -> dict[str, frozenset[str]]:
        """What every resource needs to be there first."""
        return {name: self._needs(spec) for name, spec in self.resources.items()}

    def _needs(self, spec: ResourceSpec) -> frozenset[str]:
        named = {name for name, _ in references(spec.properties, self.condition)} | set(spec.depends_on)
        return frozenset(named & self.resources.keys())

    def properties(self, spec: ResourceSpec) -> dict[str, Any]:
        return dict(resolve(dict(spec.properties), self)) if spec.properties else {}

    def outputs(self) -> list[dict[str, Any]]:
        """The stack's outputs, as DescribeStacks lists them."""
        shown = []
        for name, declared in self.template.outputs.items():
            if "Condition" in declared and not self.condition(declared["Condition"]):
                continue
            value = resolve(declared["Value"], self)
            if value is NO_VALUE:
                continue
            if isinstance(value, list | dict):
                raise ValidationError(
                    f"Template format error: Output {name} is malformed. The Value field of every "
                    "Outputs member must evaluate to a String."
                )
            entry = {"OutputKey": name, "OutputValue": text(value)}
            if "Description" in declared:
                entry["Description"] = text(declared["Description"])
            if "Export" in declared:
                entry["ExportName"] = text(resolve(declared["Export"]["Name"], self))
            shown.append(entry)
        return shown

    def imports(self) -> set[str]:
        """Names of the exports that the template uses."""
        return set(_imports([dict(spec.properties) for spec in self.resources.values()], self)) | set(
            _imports([dict(output) for output in self.template.outputs.values()], self)
        )

    # What intrinsics ask for.

    def ref(self, name: str) -> Any:
        if (pseudo := self.identity.pseudo(name)) is not None:
            return pseudo
        if name in self.values:
            return parameters.referred(self.template.parameters[name], self.values[name])
        if name in self.resources:
            return self.made[name].physical_id if name in self.made else LATER
        raise ValidationError(
            f"Template format error: Unresolved resource dependencies [{name}] in the Resources block of the template"
        )

    def attribute(self, logical_id: str, name: str) -> Any:
        if logical_id not in self.resources:
            raise ValidationError(f"Template error: instance of Fn::GetAtt references undefined resource {logical_id}")
        if logical_id not in self.made:
            return LATER
        attributes = self.made[logical_id].attributes
        if name not in attributes and name.startswith("Outputs."):
            stack_id = self.made[logical_id].physical_id
            raise ValidationError(f"Template error: Output {name.partition('.')[2]} not found in stack {stack_id}")
        if name not in attributes:
            raise ValidationError(f"Attribute '{name}' does not exist")
        return attributes[name]

    def condition(self, name: str) -> bool:
        if name not in self.template.conditions:
            raise ValidationError(f"Template format error: Unresolved condition dependency {name} in the template")
        return text(resolve(self.template.conditions[name], self)) == "true"

    def mapping(self, name: str, first: str, second: str) -> Any:
        table = self.template.mappings.get(name)
        if table is None:
            raise ValidationError(
                f"Template error: Mapping named '{name}' is not present in the 'Mappings' section of template."
            )
        try:
            return table[first][second]
        except KeyError:
            raise ValidationError(f"Template error: Unable to get mapping for {name}::{first}::{second}") from None

    def exported(self, name: str) -> str:
        return self.outside.exported(name)

    def zones(self, region: str) -> list[str]:
        return self.outside.zones(region)


def _imports(value: Any, scope: Evaluation) -> list[str]:
    if isinstance(value, list):
        return [name for item in value for name in _imports(item, scope)]
    if isinstance(value, Mapping):
        if set(value) == {"Fn::ImportValue"}:
            return [text(resolve(value["Fn::ImportValue"], scope))]
        return [name for item in value.values() for name in _imports(item, scope)]
    return []
