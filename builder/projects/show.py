"""What `./bldr project_list`, `./bldr project` and `./bldr template` print, as plain values."""

from __future__ import annotations

from builder.projects.schema import Project


def template(project: Project) -> str:
    """The project's CloudFormation template: JSON, the same bytes for the same project."""
    from cloudformation.template import template  # troposphere costs 60 ms: only for those who want a template

    return template(project.aws, project.names, project.as_data())
