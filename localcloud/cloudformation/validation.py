"""What AWS refuses in a template before it makes anything: unknown names, types, attributes, circles, capabilities."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from localcloud.cloudformation import language, parameter_types, quotas
from localcloud.cloudformation.errors import InsufficientCapabilities, ValidationError
from localcloud.cloudformation.graph import check_no_circle, references
from localcloud.cloudformation.resources import find, known
from localcloud.cloudformation.template import Template

SECURE = {("AWS::RDS::DBInstance", "MasterUserPassword")}
UNKNOWN_YET = "must not depend on any resources, imported values, or Fn::GetAZs"
PSEUDO = frozenset(
    f"AWS::{name}"
    for name in ["AccountId", "NotificationARNs", "NoValue", "Partition", "Region", "StackId", "StackName", "URLSuffix"]
)
# Types that wait for signals where they have a creation policy.
SIGNALLED = ("AWS::EC2::Instance", "AWS::CloudFormation::WaitCondition")


def validate(template: Template) -> None:
    """Raise ValidationError for the first thing wrong with what the template says."""
    quotas.check(template)
    _check_transform(template)
    _check_types(template)
    for name, declared in template.parameters.items():
        if not isinstance(declared, Mapping) or "Type" not in declared:
            raise ValidationError(
                f"Template format error: Parameters/{name} Every Parameters object must contain a Type member."
            )
        if not parameter_types.is_known(str(declared["Type"])):
            raise ValidationError(f"Template format error: Unrecognized parameter type: {declared['Type']}")
    _check_attributes(template)
    _check_conditions(template)
    _check_references(template)
    _check_outputs(template)
    _check_imports(template)
    _check_secure(template)
    check_no_circle(dependencies(template))


def dependencies(template: Template) -> dict[str, frozenset[str]]:
    """What each resource names, whatever the conditions say."""
    return {
        name: frozenset({target for target, _ in references(dict(spec.properties))} | set(spec.depends_on))
        & template.resources.keys()
        for name, spec in template.resources.items()
    }


def needed_capabilities(template: Template) -> tuple[list[str], str]:
    """Capabilities the template's creator must acknowledge, and why; nothing where none is needed."""
    used = [spec for spec in template.resources.values() if find(spec.type).iam]
    expands = ["CAPABILITY_AUTO_EXPAND"] if template.original else []
    if not used:
        return expands, f"The following transform(s) require capabilities: [{language.NAME}]" if expands else ""
    types = ", ".join(sorted({spec.type for spec in used}))
    reason = f"The following resource(s) require capabilities: [{types}]"
    named = any(find(spec.type).named_by in spec.properties for spec in used)
    return ["CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM", *expands], reason


def check_capabilities(template: Template, given: Iterable[str], *, shown: bool = False) -> None:
    """Raise InsufficientCapabilities. What a change set shows before it is done needs no consent to a transform."""
    needed = [each for each in needed_capabilities(template)[0] if not shown or each != "CAPABILITY_AUTO_EXPAND"]
    enough = {"CAPABILITY_IAM": {"CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"}}
    for capability in needed:
        if not enough.get(capability, {capability}) & set(given):
            raise InsufficientCapabilities(f"Requires capabilities : [{capability}]")


def _check_transform(template: Template) -> None:
    transform = template.data.get("Transform")
    names = transform if isinstance(transform, list) else [transform] if transform else []
    for name in names:
        if name != language.NAME:
            raise ValidationError(f"Transform {name} is not supported here; expand the template before it is sent")


def _check_types(template: Template) -> None:
    if unknown := sorted({spec.type for spec in template.resources.values() if not known(spec.type)}):
        raise ValidationError(f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]")


def _check_attributes(template: Template) -> None:
    """AWS lets a creation policy stand at any type and heeds it at few; one that nobody would heed is refused here."""
    for name, spec in template.resources.items():
        if spec.creation_policy and spec.type not in SIGNALLED:
            raise ValidationError(f"Template error: CreationPolicy is not supported for {spec.type} of resource {name}")
        policies = (spec.deletion_policy, spec.update_replace_policy)
        if "Snapshot" in policies and not find(spec.type).snapshots:
            raise ValidationError(
                f"Template error: {name}: resource type {spec.type} does not support deletion policy Snapshot"
            )


def _check_conditions(template: Template) -> None:
    for expression in template.conditions.values():
        for target, _ in references(expression):
            if target not in template.parameters and target not in PSEUDO:
                raise ValidationError(
                    f"Template format error: Unresolved dependencies [{target}]. Cannot reference resources in the "
                    "Conditions block of the template"
                )
        for other in _conditions_in(expression):
            if other not in template.conditions:
                raise _no_condition(other, "Conditions")
    graph = {name: frozenset(_conditions_in(each)) for name, each in template.conditions.items()}
    try:
        check_no_circle(graph)
    except ValidationError as error:
        raise ValidationError(error.message.replace("between resources", "between conditions")) from None
    for block, entries in (("Resources", template.resources.values()), ("Outputs", template.outputs.values())):
        _check_used_conditions(template, block, entries)


def _check_used_conditions(template: Template, block: str, entries: Iterable[Any]) -> None:
    for entry in entries:
        own = entry.get("Condition") if isinstance(entry, Mapping) else entry.condition
        body = entry if isinstance(entry, Mapping) else dict(entry.properties)
        for used in [*([own] if own else []), *_ifs(body)]:
            if used not in template.conditions:
                raise _no_condition(used, block)


def _check_references(template: Template) -> None:
    unresolved: set[str] = set()
    for spec in template.resources.values():
        unresolved |= {name for name in spec.depends_on if name not in template.resources}
        for name, attribute in references(dict(spec.properties)):
            if attribute is not None:
                _check_attribute(template, name, attribute)
            elif name not in template.parameters and name not in PSEUDO and name not in template.resources:
                unresolved.add(name)
    if unresolved:
        raise _unresolved(sorted(unresolved), "Resources")


def _check_attribute(template: Template, logical_id: str, attribute: str) -> None:
    if logical_id not in template.resources:
        raise ValidationError(f"Template error: instance of Fn::GetAtt references undefined resource {logical_id}")
    kind = find(template.resources[logical_id].type)
    if not kind.has_attribute(attribute) and "${" not in attribute:
        raise ValidationError(
            f"Template error: resource {logical_id} does not support attribute type {attribute} in Fn::GetAtt"
        )


def _check_imports(template: Template) -> None:
    """The name of an import or of an export is known before anything is made."""
    bodies = [*(dict(spec.properties) for spec in template.resources.values()), *map(dict, template.outputs.values())]
    for value in _values_of("Fn::ImportValue", bodies):
        if _depends(template, value):
            raise ValidationError(f"Template error: the attribute in Fn::ImportValue {UNKNOWN_YET}")
    for name, output in template.outputs.items():
        if _depends(template, output.get("Export")):
            raise ValidationError(
                f"Template format error: Output {name} is malformed. The Name field of Export {UNKNOWN_YET}."
            )


def _check_secure(template: Template) -> None:
    """Secure strings are for passwords only: "Get a secure string value from Systems Manager Parameter Store"."""
    places = [
        f"{spec.type}/Properties/{name}"
        for spec in template.resources.values()
        for name, value in spec.properties.items()
        if "{{resolve:ssm-secure:" in json.dumps(value) and (spec.type, name) not in SECURE
    ]
    if places:
        raise ValidationError(f"SSM Secure reference is not supported in: [{','.join(places)}]")


def _depends(template: Template, value: Any) -> bool:
    """Whether a value depends on what is known only later."""
    named = any(attribute is not None or name in template.resources for name, attribute in references(value))
    return named or bool(_values_of("Fn::ImportValue", value) or _values_of("Fn::GetAZs", value))


def _values_of(function: str, value: Any) -> list[Any]:
    if isinstance(value, list):
        return [found for item in value for found in _values_of(function, item)]
    if isinstance(value, Mapping):
        own = [value[function]] if function in value else []
        return own + [found for item in value.values() for found in _values_of(function, item)]
    return []


def _check_outputs(template: Template) -> None:
    for name, output in template.outputs.items():
        if not isinstance(output, Mapping) or "Value" not in output:
            raise ValidationError(
                f"Template format error: Output {name} is malformed. Every Outputs member must contain a Value object"
            )
        for target, attribute in references({key: value for key, value in output.items() if key != "Condition"}):
            if attribute is not None:
                _check_attribute(template, target, attribute)
            elif target not in template.parameters and target not in PSEUDO and target not in template.resources:
                raise _unresolved([target], "Outputs")


def _unresolved(names: list[str], block: str) -> ValidationError:
    what = f"Unresolved resource dependencies [{', '.join(names)}]"
    return ValidationError(f"Template format error: {what} in the {block} block of the template")


def _no_condition(name: str, block: str) -> ValidationError:
    what = f"Unresolved condition dependency {name}"
    return ValidationError(f"Template format error: {what} in the {block} block of the template")


def _conditions_in(value: Any) -> list[str]:
    if isinstance(value, list):
        return [name for item in value for name in _conditions_in(item)]
    if isinstance(value, Mapping):
        own = [value["Condition"]] if isinstance(value.get("Condition"), str) else []
        return own + [name for item in value.values() for name in _conditions_in(item)]
    return []


def _ifs(value: Any) -> list[str]:
    if isinstance(value, list):
        return [name for item in value for name in _ifs(item)]
    if isinstance(value, Mapping):
        chosen = value.get("Fn::If")
        own = [chosen[0]] if isinstance(chosen, list) and chosen and isinstance(chosen[0], str) else []
        return own + [name for item in value.values() for name in _ifs(item)]
    return []
