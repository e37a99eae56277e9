"""A description and its names become a template: the same input, the same bytes."""

from collections.abc import Mapping
from typing import Any

from troposphere import Template

from cloudformation.access import role
from cloudformation.description import Aws, Names
from cloudformation.instance import machines
from cloudformation.outputs import outputs
from cloudformation.parameters import parameters
from cloudformation.security import security_groups


def template(aws: Aws, names: Names, project: Mapping[str, Any]) -> str:
    """The stack's template as JSON, keys sorted, one line feed at its end. `project`, the merged project as plain data,
    is kept in its Metadata, for the machines to read."""
    made = Template(Description=f"{names.stack}: {project.get('description', names.project)}")
    made.set_metadata({"Continuum": dict(project)})
    for parameter in parameters():
        made.add_parameter(parameter)
    for resources in (machines(aws, names), security_groups(aws, names), role(aws, names)):
        made.add_resource(resources)
    for family in _further_families(aws, names):
        made.add_resource(family)
    made.add_output(outputs(aws, names))
    return made.to_json(indent=2, sort_keys=True) + "\n"


def _further_families(aws: Aws, names: Names) -> list[Any]:
    return []
