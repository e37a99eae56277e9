"""What `./bldr project_list`, `./bldr project` and `./bldr template` print, as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from typing import Any, NamedTuple

from builder.projects import source
from builder.projects.load import ALTERNATIVES, Projects
from builder.projects.mistakes import Origin
from builder.projects.reader import schema
from builder.projects.schema import Keys, Project

BUILT_IN = "built in"


class Listed(NamedTuple):
    """A project in the list of all."""

    name: str
    description: str
    host: str | None  # with <instance id> for the part that each instance fills in
    machines: str  # such as `t3.small`, `3 × t3.small`, `t3.small + RDS`


class Setting(NamedTuple):
    """A value that holds for a project, and where it comes from."""

    key: str  # as it is written in the file: `aws.rds.storage`
    value: str
    layer: str  # `defaults`, the project's name, either with ` aws-alt <instance id>`; or `built in`
    origin: Origin | None  # file and line; None where it is built in


def listed(projects: Projects) -> list[Listed]:
    """Every known project, in the order of the files."""
    return [_listed(projects.sample(name)) for name in projects]


def settings(projects: Projects, name: str, instance_id: str) -> list[Setting]:
    """Every value that holds for a project's instance, with its origin; UsageError where there is no such project."""
    project = projects.project(name, instance_id)
    return list(_settings(Keys, project, projects.layers(name).merged(instance_id), ""))


def derived(project: Project) -> dict[str, str]:
    """What follows from the settings: names that nobody writes down."""
    names = project.names
    facts = {
        "stack": project.stack,
        "machines": ", ".join(project.nodes),
        "host": project.host,
        "prefix": project.prefix or "(none)",
        "SWF domain": names.swf_domain if project.aws.access.swf else None,
        "buckets": ", ".join(names.buckets.values()),
        "queues": ", ".join(names.queues.values()),
    }
    return {key: value for key, value in facts.items() if value}


def template(project: Project) -> str:
    """The project's CloudFormation template: JSON, the same bytes for the same project."""
    from cloudformation.template import template  # troposphere costs 60 ms: only for those who want a template

    return template(project.aws, project.names, project.as_data())


def _listed(project: Project) -> Listed:
    aws = project.aws
    several = f"{aws.cluster_size} × " if aws.cluster_size > 1 else ""
    host = f"<instance id>.{project.subdomain}.{project.domain}" if project.subdomain else None
    return Listed(project.name, project.description, host, f"{several}{aws.type}{' + RDS' if aws.rds else ''}")


def _settings(described: type, value: Any, node: source.Node | None, above: str) -> Iterator[Setting]:
    for key, (field, _, _) in schema(described).items():
        yield from _setting(f"{above}{key}", getattr(value, field), _below(node, key))


def _setting(key: str, value: Any, node: source.Node | None) -> Iterator[Setting]:
    if is_dataclass(value) and not isinstance(value, type):
        short = getattr(value, "short_form", None)
        if short and isinstance(node, source.Scalar):
            node = source.Mapping({short: node}, node.origin)
        yield from _settings(type(value), value, node, f"{key}.")
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _setting(f"{key}.{name}", each, _below(node, str(name)))
    elif value is not None and value != ():
        yield Setting(key, _shown(value), _layer(node), node.origin if node else None)


def _below(node: source.Node | None, key: str) -> source.Node | None:
    return node.entries.get(key) if isinstance(node, source.Mapping) else None


def _layer(node: source.Node | None) -> str:
    if node is None:
        return BUILT_IN
    first, *rest = node.origin.key.split(".")
    return f"{first} {ALTERNATIVES} {rest[1]}" if rest[:1] == [ALTERNATIVES] else first


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(_shown(each) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        keys = ((key, getattr(value, found.field)) for key, found in schema(type(value)).items())
        return "{" + ", ".join(f"{key}: {_shown(each)}" for key, each in keys if each is not None) + "}"
    return str(value) if value != "" else "''"
