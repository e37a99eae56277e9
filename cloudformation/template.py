"""A description and its names become a template: the same input, the same bytes."""

from collections.abc import Mapping
from typing import Any

from troposphere import AWSObject, Template

from cloudformation.access import role
from cloudformation.database import database
from cloudformation.description import Aws, Names
from cloudformation.dns import records
from cloudformation.instance import machines
from cloudformation.outputs import outputs
from cloudformation.parameters import parameters
from cloudformation.queues import queues
from cloudformation.secrets import secrets
from cloudformation.security import security_groups
from cloudformation.storage import buckets


def template(aws: Aws, names: Names, project: Mapping[str, Any]) -> str:
    """The stack's template as JSON, keys sorted, one line feed at its end. `project`, the merged project as plain data,
    is kept in its Metadata, for the machines to read."""
    made = Template(Description=f"{names.stack}: {project.get('description', names.project)}")
    made.set_metadata({"Continuum": dict(project)})
    for parameter in parameters():
        made.add_parameter(parameter)
    made.add_resource(resources(aws, names))
    made.add_output(outputs(aws, names))
    return str(made.to_json(indent=2, sort_keys=True)) + "\n"


def resources(aws: Aws, names: Names) -> list[AWSObject]:
    """Everything that the stack consists of, family by family."""
    return [
        *role(aws, names),
        *security_groups(aws, names),
        *machines(aws, names),
        *(records(names.host, names) if names.host else []),
        *(database(aws.rds, names) if aws.rds else []),
        *secrets(aws, names),
        *buckets(aws, names),
        *queues(aws, names),
    ]
